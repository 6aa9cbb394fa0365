//! A refused request, with the values of this request. `render` makes the response of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::app_goal::AppGoal;
use super::challenge::Challenge;
use super::explained::AppRefusal;
use super::refusals::{Refusal, RefusalText};
use super::ways::Wanted;
use crate::authorize::AuthorizationRequest;
use crate::base::id::Reference;
use crate::login::Goal;
use crate::token::ACCOUNT_SCOPE;

/// A refusal, with the values of this request. [`render`](super::render) writes it as a response.
#[derive(Debug)]
pub struct Problem {
    refusal: Refusal,
    reference: Option<Reference>,
    retry_after: Option<u64>,
    /// The header `Allow` of a 405, a URL for the person at a 401, or the name of a cookie.
    extra: Option<Box<Extra>>,
    challenge: Option<Challenge>,
    /// Whether the refusal ended a login or a session. The page then offers to sign in again.
    is_of_login: bool,
    /// The goal of the person, if it is known.
    wanted: Option<Box<Wanted>>,
    /// Whether only an operator can change it: no page and no header then suggests another attempt.
    needs_operator: bool,
    /// Whether it is an OAuth error on every surface.
    is_oauth: bool,
    /// The explanation for the developer of the app.
    explanation: Option<Box<AppRefusal>>,
}

/// The members that only some refusals have. Boxed, since every handler returns a `Problem`.
#[derive(Debug)]
enum Extra {
    Allow(String),
    ConfirmUrl(String),
    LoginUrl(String),
    /// The name of a cookie that the browser does not keep.
    Cookie(String),
    /// Sentences for developers.
    Detail(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.text().code)
    }
}

/// A handler returns a `Problem` as its error. The guard renders it for the surface of the route, so the body that is
/// made here is never sent by a route of the table.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status()).finish()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            reference: None,
            retry_after: matches!(refusal.text().status, 503).then_some(2),
            extra: None,
            challenge: challenge(refusal),
            is_of_login: matches!(refusal, Refusal::SessionExpired | Refusal::SessionRevoked),
            wanted: None,
            needs_operator: false,
            is_oauth: false,
            explanation: None,
        }
    }
}

impl From<AppRefusal> for Problem {
    fn from(explained: AppRefusal) -> Self {
        Self { explanation: Some(Box::new(explained)), ..explained.refusal.into() }
    }
}

/// The challenge of a refusal that needs no further value. A 401 has one (RFC 9110 §15.5.2).
fn challenge(refusal: Refusal) -> Option<Challenge> {
    match refusal {
        Refusal::NoSession | Refusal::SessionCookiesConflict => Some(Challenge::Bare),
        Refusal::SessionExpired | Refusal::SessionRevoked | Refusal::BearerInvalid => Some(Challenge::InvalidToken),
        Refusal::BearerDoubled => Some(Challenge::InvalidRequest),
        Refusal::AccountScope => Some(Challenge::InsufficientScope(ACCOUNT_SCOPE)),
        _ => None,
    }
}

impl Problem {
    /// The request is not valid (400). `detail`: sentences that name the parameter, without its value.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::from(Refusal::InvalidRequest).with_detail(detail)
    }

    /// A required parameter is missing or empty (400).
    pub fn missing(parameter: &str) -> Self {
        Self::invalid(format!("The parameter {parameter} is missing."))
    }

    /// This refusal with sentences for developers, for problem documents.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { extra: Some(Box::new(Extra::Detail(detail.into()))), ..self }
    }

    /// The path does not support the method (405). `allow`: the header `Allow`.
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        Self { extra: Some(Box::new(Extra::Allow(allow.into()))), ..Refusal::MethodNotAllowed.into() }
    }

    /// A rate limit is exceeded (429). `retry_after`: seconds, at least 1.
    pub fn rate_limited(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Refusal::RateLimited.into() }
    }

    /// There are too many pending logins (503).
    pub fn too_many_logins() -> Self {
        Self { retry_after: Some(30), ..Refusal::Overloaded.into() }
    }

    /// The Bearer token is not `admin.token` (401). `came`: whether the request has a header `Authorization`.
    pub fn not_administrator(came: bool) -> Self {
        let challenge = if came { Challenge::InvalidToken } else { Challenge::Bare };
        Self { challenge: Some(challenge), ..Refusal::AdminToken.into() }
    }

    /// The client is unknown, or its authentication failed: 401 with the challenge of the scheme that was tried, or 400
    /// if none was tried (RFC 6749 §5.2).
    pub fn client_refused(challenge: Option<Challenge>) -> Self {
        let refusal = if challenge.is_some() { Refusal::ClientRefused } else { Refusal::ClientRefusedInForm };
        Self { challenge, ..Self::from(refusal).for_oauth_client() }
    }

    /// The access token is valid, but lacks this scope (403).
    pub fn insufficient_scope(scope: &'static str) -> Self {
        Self { challenge: Some(Challenge::InsufficientScope(scope)), ..Refusal::InsufficientScope.into() }
    }

    /// The authentication is older than `max_age`, in seconds (401, RFC 9470).
    pub fn authentication_too_old(max_age: i64) -> Self {
        Self { challenge: Some(Challenge::TooOld(max_age)), ..Refusal::AuthenticationTooOld.into() }
    }

    /// The refusal if no provider of the user shows a fresh login: the person can confirm at `confirm_url`.
    pub fn confirmation_needed(max_age: i64, confirm_url: String) -> Self {
        Self { extra: Some(Box::new(Extra::ConfirmUrl(confirm_url))), ..Self::authentication_too_old(max_age) }
    }

    /// This refusal with the URL of the login that resolves it.
    pub fn with_login_url(self, url: String) -> Self {
        Self { extra: Some(Box::new(Extra::LoginUrl(url))), ..self }
    }

    /// The refusal that ended a login.
    pub(super) fn of_login(refusal: Refusal) -> Self {
        Self { is_of_login: true, ..refusal.into() }
    }

    /// This refusal with the reference of its login.
    pub fn with_reference(self, reference: Option<Reference>) -> Self {
        Self { reference, ..self }
    }

    /// This refusal with the purpose of the failed login.
    pub(super) fn with_goal(mut self, goal: Option<Box<Goal>>) -> Self {
        self.wanted.get_or_insert_default().login = goal.map(|goal| *goal);
        self
    }

    /// This refusal with the authorization request of an app that the person came with.
    pub fn with_app(mut self, request: AppGoal) -> Self {
        self.wanted.get_or_insert_default().app = Some(request);
        self
    }

    /// This refusal with a login that the person wanted: at that provider, or at one of their choice.
    pub fn of_login_at(mut self, provider: Option<String>, return_to: Option<String>) -> Self {
        self.wanted.get_or_insert_default().login = Some(Goal { provider, return_to, account: None });
        self
    }

    /// This refusal as one of an account at that provider.
    pub fn of_login_with(mut self, provider: Option<String>, account: Option<String>) -> Self {
        self.wanted.get_or_insert_default().login = Some(Goal { provider, return_to: None, account });
        self
    }

    /// The browser does not keep the cookie of that name.
    pub fn cookie_not_kept(name: String) -> Self {
        Self { extra: Some(Box::new(Extra::Cookie(name))), ..Refusal::CookieNotKept.into() }
    }

    /// This refusal if the browser sent no cookie of that name, although it was set.
    pub fn without_cookie(self, name: String) -> Self {
        Self { extra: Some(Box::new(Extra::Cookie(name))), ..self }
    }

    /// This refusal if only an operator can solve it: without `Retry-After`, and with another sentence.
    pub(super) fn needing_operator(self, needs_operator: bool) -> Self {
        if needs_operator { Self { needs_operator, retry_after: None, ..self } } else { self }
    }

    /// This refusal as an OAuth error, on a route that renders problem documents or pages.
    pub fn for_oauth_client(self) -> Self {
        Self { is_oauth: true, ..self }
    }

    /// Whether it is an OAuth error on every surface.
    pub fn is_oauth(&self) -> bool {
        self.is_oauth
    }

    /// The row of the table.
    pub(super) fn refusal(&self) -> Refusal {
        self.refusal
    }

    /// The explanation for the developer of the app, if the refusal is about a parameter.
    pub(super) fn explanation(&self) -> Option<&AppRefusal> {
        self.explanation.as_deref()
    }

    /// Whether it is that refusal.
    pub fn is(&self, refusal: Refusal) -> bool {
        self.refusal == refusal
    }

    /// Whether a login resolves the refusal (status 401).
    pub fn wants_sign_in(&self) -> bool {
        self.text().status == 401
    }

    /// Whether the gateway cannot answer (status 500 or more), whatever the request is.
    pub fn is_outage(&self) -> bool {
        self.text().status >= 500
    }

    /// Status, code and texts.
    pub fn text(&self) -> &'static RefusalText {
        self.refusal.text()
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.text().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The reference of the login.
    pub(super) fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }

    /// Whether it has the reference of a login.
    pub fn has_reference(&self) -> bool {
        self.reference.is_some()
    }

    /// The authorization request of an app that the person came with.
    pub fn app_request(&self) -> Option<&AuthorizationRequest> {
        self.wanted()?.app.as_ref().map(|app| &app.request)
    }

    /// The goal of the person.
    pub(super) fn wanted(&self) -> Option<&Wanted> {
        self.wanted.as_deref()
    }

    /// The name of the cookie that the browser does not keep.
    pub(super) fn cookie(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::Cookie(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether the page offers to sign in again.
    pub(super) fn is_of_login(&self) -> bool {
        self.is_of_login
    }

    /// Whether only an operator can change it.
    pub fn needs_operator(&self) -> bool {
        self.needs_operator
    }

    /// The header `Retry-After`, in seconds.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The challenge of the header `WWW-Authenticate` (RFC 9110 §11.6.1).
    pub(super) fn challenge(&self) -> Option<Challenge> {
        self.challenge
    }

    /// The methods of the header `Allow`, which a 405 has.
    pub(super) fn allow(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::Allow(methods)) => Some(methods),
            _ => None,
        }
    }

    /// The sentences for developers.
    pub(super) fn detail(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::Detail(detail)) => Some(detail),
            _ => None,
        }
    }

    /// The address of the login that resolves it.
    pub(super) fn login_url(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::LoginUrl(url)) => Some(url),
            _ => None,
        }
    }

    /// The URL of the page on which the person can confirm.
    pub(super) fn confirm_url(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::ConfirmUrl(url)) => Some(url),
            _ => None,
        }
    }
}
