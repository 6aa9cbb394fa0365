//! A refusal of a request: its row of the table of refusals, and what belongs to this request.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::challenge::Challenge;
use super::refusals::{self, RefusalText};
use crate::base::id::Reference;
use crate::login::{Code, Goal};
use crate::token::ACCOUNT_SCOPE;

/// A refusal: a row of the table, with the values of this request.
#[derive(Debug)]
pub struct Problem {
    pub(super) row: &'static RefusalText,
    pub(super) reference: Option<Reference>,
    pub(super) retry_after: Option<u64>,
    /// The header `Allow` of a 405, or the page of a 401 where the person can confirm what a fresh login cannot show.
    pub(super) extra: Option<Box<Extra>>,
    pub(super) challenge: Option<Challenge>,
    /// Whether the refusal ended a login or a session. The page then offers to sign in again.
    pub(super) is_of_login: bool,
    /// Whether only an operator can change it: no page and no header then suggests another attempt.
    pub(super) needs_operator: bool,
    /// What the failed login was for, where that is known.
    pub(super) goal: Option<Box<Goal>>,
    /// The `error` of RFC 6749 §5.2, for OAuth clients; `None` where the status decides it.
    pub(super) oauth_error: Option<&'static str>,
}

/// What only some refusals have. Boxed, since every handler returns a `Problem`.
#[derive(Debug)]
pub(super) enum Extra {
    Allow(String),
    ConfirmUrl(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.row.code)
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

impl Problem {
    pub(super) fn of(row: &'static RefusalText) -> Self {
        let retry_after = matches!(row.status, 503).then_some(2);
        Self {
            row,
            reference: None,
            retry_after,
            extra: None,
            challenge: None,
            is_of_login: false,
            needs_operator: false,
            goal: None,
            oauth_error: None,
        }
    }

    pub(super) fn of_login(row: &'static RefusalText) -> Self {
        Self { is_of_login: true, ..Self::of(row) }
    }

    /// The same refusal with the reference of its login.
    pub(super) fn with_reference(self, reference: Option<Reference>) -> Self {
        Self { reference, ..self }
    }

    /// An OAuth error with status 400 (RFC 6749 §5.2).
    pub fn oauth(error: &'static str) -> Self {
        Self::invalid_request().with_oauth_error(error)
    }

    /// The same refusal with that `error` for OAuth clients.
    pub fn with_oauth_error(self, error: &'static str) -> Self {
        Self { oauth_error: Some(error), ..self }
    }

    /// The same refusal as an OAuth error, on a route that has another surface.
    pub fn for_oauth_client(self) -> Self {
        let error = self.oauth_error();
        self.with_oauth_error(error)
    }

    /// Whether it is an OAuth error on every surface.
    pub fn is_oauth(&self) -> bool {
        self.oauth_error.is_some()
    }

    /// The same refusal with what the failed login was for.
    pub(super) fn with_goal(self, goal: Option<Goal>) -> Self {
        Self { goal: goal.map(Box::new), ..self }
    }

    /// The same refusal where only an operator can change it: without `Retry-After`, and with another sentence.
    pub(super) fn needing_operator(self, needs_operator: bool) -> Self {
        if needs_operator { Self { needs_operator, retry_after: None, ..self } } else { self }
    }

    /// Malformed or contradictory parameters (400).
    pub fn invalid_request() -> Self {
        Self::of(&refusals::INVALID_REQUEST)
    }

    /// The path or the resource does not exist (404).
    pub fn not_found() -> Self {
        Self::of(&refusals::NOT_FOUND)
    }

    /// The path does not exist on the admin listener (404).
    pub fn not_on_admin() -> Self {
        Self::of(&refusals::NOT_ON_ADMIN)
    }

    /// The path does not support the method (405). `allow`: the header `Allow`.
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        Self { extra: Some(Box::new(Extra::Allow(allow.into()))), ..Self::of(&refusals::METHOD) }
    }

    /// The body exceeds `limits.body_bytes` (413).
    pub fn too_large() -> Self {
        Self::of(&refusals::TOO_LARGE)
    }

    /// The URI is too long (414).
    pub fn uri_too_long() -> Self {
        Self::of(&refusals::URI_TOO_LONG)
    }

    /// The headers are too large (431).
    pub fn headers_too_large() -> Self {
        Self::of(&refusals::HEADERS)
    }

    /// The endpoint does not support the content type (400).
    pub fn media_type() -> Self {
        Self::of(&refusals::MEDIA_TYPE)
    }

    /// A rate limit is exceeded (429). `retry_after`: seconds, at least 1.
    pub fn rate_limited(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Self::of(&refusals::RATE_LIMITED) }
    }

    /// There are too many pending logins (503).
    pub fn too_many_logins() -> Self {
        Self { retry_after: Some(30), ..Self::of(&refusals::OVERLOADED) }
    }

    /// The request has no credentials (401).
    pub fn no_session() -> Self {
        Self { challenge: Some(Challenge::Bare), ..Self::of(&refusals::NO_SESSION) }
    }

    /// The request has session cookies of different sessions (401; on a page 409).
    pub fn session_cookies_conflict() -> Self {
        Self { challenge: Some(Challenge::Bare), ..Self::of(&refusals::SESSION_COOKIES_CONFLICT) }
    }

    /// The session is past its idle or absolute timeout (401).
    pub fn session_expired() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of_login(&refusals::SESSION_EXPIRED) }
    }

    /// The session was revoked (401).
    pub fn session_revoked() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of_login(&refusals::SESSION_REVOKED) }
    }

    /// The access token is invalid, or not accepted by this endpoint (401).
    pub fn bearer_invalid() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of(&refusals::BEARER_INVALID) }
    }

    /// The Bearer token is not `admin.token` (401). `came`: whether the request has a header `Authorization`.
    pub fn not_administrator(came: bool) -> Self {
        let challenge = if came { Challenge::InvalidToken } else { Challenge::Bare };
        Self { challenge: Some(challenge), ..Self::of(&refusals::ADMIN_TOKEN) }
    }

    /// The client is unknown, or its authentication failed: 401 with the challenge of the scheme that was tried, or 400 where
    /// none was tried (RFC 6749 §5.2).
    pub fn client_refused(challenge: Option<Challenge>) -> Self {
        let row = if challenge.is_some() { &refusals::CLIENT_UNKNOWN } else { &refusals::CLIENT_UNKNOWN_IN_FORM };
        Self { challenge, ..Self::of(row).with_oauth_error("invalid_client") }
    }

    /// The access token is sent in more than one place (400, RFC 6750 §2).
    pub fn bearer_doubled() -> Self {
        Self { challenge: Some(Challenge::InvalidRequest), ..Self::of(&refusals::INVALID_REQUEST) }
    }

    /// The access token is valid, but lacks this scope (403).
    pub fn insufficient_scope(scope: &'static str) -> Self {
        Self { challenge: Some(Challenge::InsufficientScope(scope)), ..Self::of(&refusals::INSUFFICIENT_SCOPE) }
    }

    /// The access token of the built-in client lacks the scope `account`, or has another audience (403).
    pub fn account_scope_wanted() -> Self {
        Self { challenge: Some(Challenge::InsufficientScope(ACCOUNT_SCOPE)), ..Self::of(&refusals::ACCOUNT_SCOPE) }
    }

    /// A cookie-authenticated request from an origin that is not listed (403).
    pub fn foreign_origin() -> Self {
        Self::of(&refusals::FOREIGN_ORIGIN)
    }

    /// The revocation feed is out of date, so that a revoked session could be accepted (503).
    pub fn feed_out_of_reach() -> Self {
        Self::of(&refusals::DATABASE)
    }

    /// The identity is the last one of the user and cannot be removed (409).
    pub fn last_identity() -> Self {
        Self::of(&refusals::LAST_IDENTITY)
    }

    /// The same where no provider of the user shows a fresh login: the person can confirm at `confirm_url`.
    pub fn confirmation_needed(max_age: i64, confirm_url: String) -> Self {
        Self { extra: Some(Box::new(Extra::ConfirmUrl(confirm_url))), ..Self::authentication_too_old(max_age) }
    }

    /// The authentication is older than `max_age`, in seconds (401, RFC 9470).
    pub fn authentication_too_old(max_age: i64) -> Self {
        Self { challenge: Some(Challenge::TooOld(max_age)), ..Self::of(&refusals::AUTHENTICATION_TOO_OLD) }
    }

    /// The `client_id` of an authorization request is not registered (400).
    pub fn unknown_client() -> Self {
        Self::of(&refusals::UNKNOWN_CLIENT)
    }

    /// The `redirect_uri` of an authorization request is not registered for the client (400).
    pub fn redirect_uri_refused() -> Self {
        Self::of(&refusals::REDIRECT_URI)
    }

    /// A defect of the gateway (500). The log has the cause.
    pub fn internal() -> Self {
        Self::of(&refusals::INTERNAL)
    }

    /// A parameter names an unknown provider (400; in the path it is 404).
    pub fn unknown_provider_parameter() -> Self {
        Self::of(&refusals::UNKNOWN_PROVIDER_PARAMETER)
    }

    /// Token exchange: the user has no identity at the provider (400).
    pub fn not_linked_exchange() -> Self {
        Self::of(&refusals::NOT_LINKED_EXCHANGE)
    }

    /// Token exchange: the provider issues tokens only after a new login of the user (400).
    pub fn reauth_required_exchange() -> Self {
        Self::of(&refusals::REAUTH_REQUIRED_EXCHANGE)
    }

    /// Whether a login resolves the refusal (status 401).
    pub fn wants_sign_in(&self) -> bool {
        self.row.status == 401
    }

    /// Whether the gateway cannot answer (status 500 or more), whatever the request is.
    pub fn is_outage(&self) -> bool {
        self.row.status >= 500
    }

    /// Whether the code is `session_cookies_conflict`.
    pub fn is_of_cookies(&self) -> bool {
        self.row.code == refusals::SESSION_COOKIES_CONFLICT.code
    }

    /// Whether the code is `not_found`.
    pub fn is_not_found(&self) -> bool {
        self.row.code == refusals::NOT_FOUND.code
    }

    /// Whether the refusal has that login code.
    pub fn is(&self, code: Code) -> bool {
        self.row.code == code.as_str()
    }

    /// The error code of RFC 6749 §5.2 or §4.1.2.1; by the status where the refusal has none of its own.
    pub fn oauth_error(&self) -> &'static str {
        self.oauth_error.unwrap_or(match self.row.status {
            401 => "invalid_client",
            429 | 503 => "temporarily_unavailable",
            500 => "server_error",
            _ => "invalid_request",
        })
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
