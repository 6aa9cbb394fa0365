//! What is asked: the conditions of the query, and the request to the site.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};

use super::at_resource::AskedResource;
use crate::app::App;
use crate::verify::Narrowing;
use crate::web::answer::negotiate::header_text;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::extract::Parameters;
use crate::web::request::site_request::{self, PathSource, SiteRequest};

/// The question of the proxy.
pub struct Question<'r> {
    /// The conditions of the query.
    pub narrowing: Narrowing,
    /// The protected resource whose tokens alone count.
    pub resource: Option<AskedResource>,
    /// Whether a navigation is to be redirected to the login.
    pub redirects: bool,
    /// The request to the site; empty if the peer is not a trusted proxy.
    pub site: SiteRequest<'r>,
    /// Whether the peer is a trusted proxy.
    pub is_trusted: bool,
}

impl<'r> Question<'r> {
    /// Reads it. Fails for a query that would not narrow, and for headers that contradict each other.
    pub fn read(app: &App, request: &'r HttpRequest, source: PathSource<'r>) -> Result<Self, Problem> {
        let query = match source {
            PathSource::Headers => Parameters::of_query(request)?,
            // That query is the site's.
            PathSource::OwnPath(_) => Parameters::none(),
        };
        let resource = AskedResource::read(app, &query)?;
        let is_known = |id: &str| app.providers.get(id).is_some();
        let narrowing = Narrowing::parse(query.given("groups"), query.given("provider"), is_known);
        let redirects = redirects(app, &query)?;
        let is_trusted = site_request::is_by_trusted_proxy(request, &app.config.server.trusted_proxies);
        let site = if is_trusted { site_request(app, request, source)? } else { SiteRequest::default() };
        let narrowing = narrowing.map_err(|bad| {
            tracing::warn!(%bad, "the query of /verify is refused");
            Problem::invalid(format!("The query is refused: {bad}."))
        })?;
        Ok(Self { narrowing, resource, redirects, site, is_trusted })
    }

    /// Whether it is a CORS preflight request (Fetch standard), which carries no credentials.
    pub fn is_preflight(&self, request: &HttpRequest) -> bool {
        let method = self.site.method.unwrap_or(request.method().as_str());
        let has = |name| request.headers().contains_key(name);
        method == "OPTIONS" && has(header::ACCESS_CONTROL_REQUEST_METHOD) && has(header::ORIGIN)
    }

    /// Whether a browser navigates, so that a person sees the answer.
    pub fn is_navigation(request: &HttpRequest) -> bool {
        if let Some(mode) = request.headers().get("sec-fetch-mode") {
            return mode.as_bytes() == b"navigate";
        }
        let accept = header_text(request, header::ACCEPT).unwrap_or_default();
        let is_script = request.headers().contains_key(HeaderName::from_static("x-requested-with"));
        accept.contains("text/html") && !is_script
    }
}

/// Whether a navigation is redirected: by `redirect` of the query, else by `verify.redirect`.
fn redirects(app: &App, query: &Parameters) -> Result<bool, Problem> {
    match query.given("redirect") {
        None => Ok(app.config.verify.redirect),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(Problem::invalid("The parameter redirect is true or false.")),
    }
}

fn site_request<'r>(app: &App, request: &'r HttpRequest, source: PathSource<'r>) -> Result<SiteRequest<'r>, Problem> {
    site_request::read(request, source, app.config.verify.default_port).map_err(|contradiction| {
        tracing::Span::current().record("why", contradiction.to_string());
        if app.verify_warnings.is_due(contradiction.header.as_str(), app.clock.now()) {
            tracing::warn!(%contradiction, "a request at /verify is denied: let the proxy overwrite that header");
        }
        Refusal::SiteNotAllowed.into()
    })
}
