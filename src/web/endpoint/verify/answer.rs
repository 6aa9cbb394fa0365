//! The answers of `/verify`. None is cached, and none sets a cookie: the proxy would not pass it on (FW-18).

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::credential::{self, Known};
use super::question::Question;
use super::warning::warn_of_return_to;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{Registration, SiteConditions};
use crate::session::SignedIn;
use crate::token;
use crate::verify::{IdentityHeaders, StepUp, StepUpToken};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

const USER: HeaderName = HeaderName::from_static("x-auth-request-user");
const EMAIL: HeaderName = HeaderName::from_static("x-auth-request-email");
const USERNAME: HeaderName = HeaderName::from_static("x-auth-request-preferred-username");
const GROUPS: HeaderName = HeaderName::from_static("x-auth-request-groups");

/// 200 with the identity of the session. The site gets the access token that the client sent, or a new one after a cookie: a new
/// one after a token would let a site renew its access without end.
pub fn passes(app: &App, known: &Known, now: Timestamp) -> Result<HttpResponse, Problem> {
    let signed_in = &known.seen.signed_in;
    let headers = IdentityHeaders::of(&signed_in.user, app.config.verify.unverified_email);
    match known.token() {
        Some(sent) => passes_with(app, &headers, sent),
        None if app.config.verify.issue_token => passes_with(app, &headers, &token::issue(app, signed_in, now)?.token),
        None => with_identity(app, &headers, ""),
    }
}

/// 200 with these headers and the access token that was sent, if the site gets one.
pub fn passes_with(app: &App, headers: &IdentityHeaders, token: &Plain) -> Result<HttpResponse, Problem> {
    with_identity(app, headers, &format!("Bearer {}", token.expose()))
}

/// 200 with empty headers.
pub fn pass_without_session(app: &App) -> Result<HttpResponse, Problem> {
    with_identity(app, &IdentityHeaders::default(), "")
}

/// Every header is there, so that the proxy overwrites what the client sent (FW-03).
fn with_identity(app: &App, headers: &IdentityHeaders, token: &str) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::Ok().finish();
    let IdentityHeaders { user, email, preferred_username, groups } = headers;
    let identity = [(USER, user), (EMAIL, email), (USERNAME, preferred_username), (GROUPS, groups)];
    for (name, value) in identity {
        answer.headers_mut().insert(name, HeaderValue::from_str(value).map_err(|_| Refusal::Internal)?);
    }
    if app.config.verify.issue_token {
        let token = HeaderValue::from_str(token).map_err(|_| Refusal::Internal)?;
        answer.headers_mut().insert(header::AUTHORIZATION, token);
    }
    Ok(answer)
}

/// 403. `signed_in` is the session, if it is known; `at` is the position of the rule.
pub fn denied(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    signed_in: Option<&SignedIn>,
    at: Option<usize>,
    why: &str,
) -> HttpResponse {
    // Each access line has the reason; the line of its own is limited.
    tracing::Span::current().record("why", why);
    let session = signed_in.map(|signed_in| signed_in.session.id);
    let host = question.site.host.as_ref().map(ToString::to_string).unwrap_or_default();
    if session.is_none() && !app.verify_warnings.is_due(&format!("anonymous {at:?}"), app.clock.now()) {
        tracing::debug!(rule = at, why, host, "not allowed at a site");
    } else {
        tracing::info!(rule = at, why, session = session.map(tracing::field::display), host, "not allowed at a site");
    }
    let problem = Problem::from(Refusal::SiteNotAllowed);
    if !Question::is_navigation(request) {
        return problem.for_program(request);
    }
    let problem = match signed_in {
        Some(signed_in) => problem.of_login_at(Some(signed_in.session.provider.clone()), return_to(app, question)),
        None => problem,
    };
    problem.for_site(app, request)
}

/// 403 for a session that lacks a scope of the rule. A client learns from the challenge which ones its token needs
/// (RFC 6750 §3.1); a person with a cookie cannot get more.
pub fn insufficient_scope(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    known: &Known,
    (at, conditions): (Option<usize>, &SiteConditions),
) -> HttpResponse {
    if !known.is_by_token() {
        let signed_in = Some(&known.seen.signed_in);
        return denied(app, request, question, signed_in, at, "scopes does not hold: the cookie has none of them");
    }
    let mut answer = Problem::from(Refusal::InsufficientScope).for_program(request);
    let challenge = format!(r#"Bearer error="insufficient_scope", scope="{}""#, conditions.scopes.join(" "));
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// 302 to the login for a navigation if that is wanted, else 401 with the URL of the login.
pub fn sign_in(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    problem: Problem,
    now: Timestamp,
) -> HttpResponse {
    let url = login_url(app, question, now).text(app);
    let can_redirect = !credential::has_own_token(app, request);
    if question.redirects && can_redirect && Question::is_navigation(request) {
        // A login does not resolve two session cookies: the account page removes them first.
        let conflict = problem.is(Refusal::SessionCookiesConflict);
        return found(&if conflict { app.config.server.public_url.at("/account") } else { url });
    }
    problem.with_login_url(url).for_program(request)
}

/// A redirect to a new login at the provider of the session, or 401 with its URL. A program gets the challenge of RFC
/// 9470.
pub fn step_up(
    request: &HttpRequest,
    question: &Question<'_>,
    registration: &Registration,
    wanted: StepUp,
    url: String,
    is_by_token: bool,
) -> HttpResponse {
    if question.redirects && !is_by_token && Question::is_navigation(request) {
        return found(&url);
    }
    let challenge = format!("Bearer {}", wanted.challenge(registration));
    let mut answer = Problem::from(Refusal::StepUpNeeded).with_login_url(url).for_program(request);
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    answer
}

fn found(url: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, url)).finish()
}

/// The URL of the login that returns to the site.
pub struct LoginUrl {
    return_to: Option<String>,
}

/// The URL of the login. It returns to the site if `login.return_to` allows that; else the log names the missing entry.
pub fn login_url(app: &App, question: &Question<'_>, now: Timestamp) -> LoginUrl {
    let return_to = return_to(app, question);
    if let (None, Some(host), Some(_)) = (&return_to, &question.site.host, question.site.uri) {
        warn_of_return_to(app, &format!("{}://{host}", scheme(app, question)), now);
    }
    LoginUrl { return_to }
}

impl LoginUrl {
    /// The absolute address, with the target after the login.
    pub fn text(&self, app: &App) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.return_to.iter().map(|return_to| ("return_to", return_to)));
        with_query(app.config.server.public_url.at("/login"), &query.finish())
    }

    /// The address of a login at the session's provider that a rule wants. Its attempt is counted by the rule.
    pub fn for_step_up(
        &self,
        app: &App,
        signed_in: &SignedIn,
        registration: &Registration,
        wanted: StepUp,
        at: Option<usize>,
    ) -> String {
        let session = &signed_in.session;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.return_to.iter().map(|return_to| ("return_to", return_to)));
        if let Some(seconds) = wanted.max_age_seconds() {
            query.append_pair("max_age", &seconds.to_string());
        }
        if wanted.aal.is_some() {
            query.append_pair("prompt", "login");
        }
        let acr_values = wanted.acr_values(registration).join(" ");
        if !acr_values.is_empty() {
            query.append_pair("acr_values", &acr_values);
        }
        let asked = StepUpToken { rule: at.unwrap_or_default(), met_until: wanted.met_until(session) };
        query.append_pair("step_up", &asked.encode(&app.config.ring, session.id));
        with_query(app.config.server.public_url.at(&format!("/login/{}", session.provider)), &query.finish())
    }
}

fn with_query(address: String, query: &str) -> String {
    if query.is_empty() { address } else { format!("{address}?{query}") }
}

/// The URL of the request to the site, if `login.return_to` allows it.
fn return_to(app: &App, question: &Question<'_>) -> Option<String> {
    let (host, uri) = (question.site.host.as_ref()?, std::str::from_utf8(question.site.uri?).ok()?);
    if !uri.starts_with('/') {
        return None;
    }
    app.config.login.return_to.check(&format!("{}://{host}{uri}", scheme(app, question)))
}

/// The scheme that the proxy sent, else the scheme of the gateway: the session cookie is for one of them.
fn scheme(app: &App, question: &Question<'_>) -> &'static str {
    let own = if app.config.server.public_url.is_https() { "https" } else { "http" };
    question.site.scheme.unwrap_or(own)
}
