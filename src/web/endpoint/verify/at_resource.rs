//! `/verify?resource=<id>`: a service that takes access tokens for itself alone, as an MCP server (RFC 8707, RFC 9728).

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{ProtectedResource, Registration};
use crate::gate;
use crate::session::CachedSession;
use crate::token::{self, has_scope};
use crate::verify::{IdentityHeaders, StepUp};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::authorization::Authorization;
use crate::web::request::extract::Parameters;

/// The resource and the scopes that the query names.
pub struct AskedResource {
    /// The id of `[resources.<id>]`.
    pub id: String,
    /// The scopes that the token must have, all of them.
    pub scopes: Vec<String>,
}

/// An access token for a resource, and its session.
pub struct ResourceToken {
    /// The session that the token was issued for.
    pub seen: Arc<CachedSession>,
    /// The token as it was sent.
    pub token: Plain,
    scope: String,
}

impl ResourceToken {
    /// The headers for the resource: what the scopes release to the client of the token.
    pub fn identity(&self, app: &App) -> IdentityHeaders {
        let signed_in = &self.seen.signed_in;
        let Some(client) = app.clients.get(&signed_in.session.client_id) else { return IdentityHeaders::default() };
        IdentityHeaders::of_token(&signed_in.user, &self.scope, &client, app.config.verify.unverified_email)
    }
}

impl AskedResource {
    /// Reads `resource` and `scope`. Fails for an unknown resource, and for scopes without a resource: ignored, they would let
    /// everyone pass.
    pub fn read(app: &App, query: &Parameters) -> Result<Option<Self>, Problem> {
        let scope = query.given("scope");
        let Some(id) = query.given("resource") else {
            return if scope.is_some() { Err(Problem::missing("resource")) } else { Ok(None) };
        };
        let scopes: Vec<String> = scope.into_iter().flat_map(|scope| scope.split(' ')).map(str::to_owned).collect();
        let is_scope = |scope: &String| {
            !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        if app.config.resource(id).is_none() || !scopes.iter().all(is_scope) {
            tracing::warn!("the query of /verify is refused: resource is unknown, or scope is no list of scopes");
            return Err(Problem::invalid("The parameter resource is unknown, or scope is no list of scopes."));
        }
        Ok(Some(Self { id: id.to_owned(), scopes }))
    }

    /// The same with the scopes of the rule, which are needed as well.
    pub fn with_scopes(&self, scopes: &[String]) -> Self {
        let more = scopes.iter().filter(|scope| !self.scopes.contains(scope));
        Self { id: self.id.clone(), scopes: self.scopes.iter().chain(more).cloned().collect() }
    }

    /// The session of the access token in `Authorization`: for this resource alone, of an app that may still have tokens for it.
    /// The cookie does not count, and neither does a token without a user.
    pub async fn token(
        &self,
        app: &App,
        resource: &ProtectedResource,
        request: &HttpRequest,
        now: Timestamp,
    ) -> Result<ResourceToken, Problem> {
        let token = match Authorization::of(request) {
            Authorization::Bearer(token) => token,
            Authorization::Missing => return Err(Refusal::NoSession.into()),
            Authorization::Basic(_) | Authorization::Unusable => return Err(Refusal::BearerInvalid.into()),
        };
        let invalid = || Problem::from(Refusal::BearerInvalid);
        let issuer = app.config.server.public_url.issuer();
        let claims = token::verify_for_any(&app.keys, issuer, token.expose(), now).map_err(|_| invalid())?;
        let session = claims.sid.filter(|_| claims.aud.is_only(&resource.resource)).ok_or_else(invalid)?;
        gate::check(app, &claims)?;
        if !app.clients.get(&claims.client_id).is_some_and(|client| client.resources().contains(&self.id)) {
            return Err(invalid());
        }
        let seen = gate::seen(app, session, now).await?;
        let of_token = &seen.signed_in.session;
        // A session never changes its client or user, so a token whose claims differ is invalid.
        let fits = of_token.client_id == claims.client_id && claims.sub.user() == Some(of_token.user);
        if fits { Ok(ResourceToken { seen, token, scope: claims.scope }) } else { Err(invalid()) }
    }

    /// 401 with the URL of the metadata (RFC 9728 §5.1), which names the authorization server.
    pub fn unauthorized(&self, resource: &ProtectedResource, request: &HttpRequest, problem: &Problem) -> HttpResponse {
        let error = if problem.is(Refusal::NoSession) { "" } else { r#"error="invalid_token", "# };
        self.challenge(resource, request, problem, error)
    }

    /// 403 with all scopes that are needed (RFC 6750 §3.1), if the token lacks one. A client asks for these together, so that it
    /// does not lose what it had.
    pub fn lacks_scope(
        &self,
        resource: &ProtectedResource,
        request: &HttpRequest,
        token: &ResourceToken,
    ) -> Option<HttpResponse> {
        let has_all = self.scopes.iter().all(|scope| has_scope(&token.scope, scope));
        let problem = Problem::from(Refusal::InsufficientScope);
        (!has_all).then(|| self.challenge(resource, request, &problem, r#"error="insufficient_scope", "#))
    }

    /// 401 for a session whose authentication is too old or too weak. The client makes a new authorization request (RFC 9470 §4);
    /// a login in the browser would not change the session of its token.
    pub fn step_up(
        &self,
        resource: &ProtectedResource,
        request: &HttpRequest,
        registration: &Registration,
        wanted: StepUp,
    ) -> HttpResponse {
        let wanted = format!("{}, ", wanted.challenge(registration));
        self.challenge(resource, request, &Refusal::StepUpNeeded.into(), &wanted)
    }

    fn challenge(
        &self,
        resource: &ProtectedResource,
        request: &HttpRequest,
        problem: &Problem,
        error: &str,
    ) -> HttpResponse {
        let mut challenge = format!("Bearer {error}resource_metadata=\"{}\"", resource.metadata_url());
        if !self.scopes.is_empty() {
            let _always_written = write!(challenge, ", scope=\"{}\"", self.scopes.join(" "));
        }
        let mut answer = problem.for_program(request);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
