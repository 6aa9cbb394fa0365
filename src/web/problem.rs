//! Every refusal: its status, its code, what people are told and how loud the log is. One table.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::client;
use super::pages;
use crate::base::db::DbError;
use crate::base::id::Reference;
use crate::client::Refused as ClientRefused;
use crate::gate;
use crate::login::{Code, Refusal};

/// A refusal on its way out.
#[derive(Debug)]
pub struct Problem {
    row: &'static Row,
    reference: Option<Reference>,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    challenge: Option<Challenge>,
}

/// What `WWW-Authenticate` says: RFC 6750 §3 where people are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Challenge {
    Bare,
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
    /// For clients (RFC 6749 §5.2).
    Basic,
}

impl Challenge {
    fn text(self) -> &'static str {
        match self {
            Self::Bare => "Bearer",
            Self::InvalidRequest => r#"Bearer error="invalid_request""#,
            Self::InvalidToken => r#"Bearer error="invalid_token""#,
            Self::InsufficientScope => r#"Bearer error="insufficient_scope", scope="openid""#,
            Self::Basic => r#"Basic realm="vestibule""#,
        }
    }
}

#[derive(Debug)]
struct Row {
    status: u16,
    code: &'static str,
    title: &'static str,
    sentence: &'static str,
}

const fn row(status: u16, code: &'static str, title: &'static str, sentence: &'static str) -> Row {
    Row { status, code, title, sentence }
}

static INVALID_REQUEST: Row =
    row(400, "invalid_request", "The request is not valid", "The address or the form is not what it should be.");
static NOT_FOUND: Row = row(404, "not_found", "There is nothing here", "The address does not exist.");
static METHOD: Row =
    row(405, "method_not_allowed", "Not this way", "The address does not answer this kind of request.");
static TOO_LARGE: Row = row(413, "invalid_request", "The request is too large", "The request is too large.");
static URI_TOO_LONG: Row = row(414, "invalid_request", "The address is too long", "The address is too long.");
static HEADERS: Row = row(
    431,
    "invalid_request",
    "The headers are too large",
    "The browser sent too much. Clearing this site's cookies helps.",
);
static MEDIA_TYPE: Row = row(
    415,
    "invalid_request",
    "Not this kind of content",
    "The request has a content type that is not understood here.",
);
static RATE_LIMITED: Row = row(
    429,
    "rate_limited",
    "Too many attempts",
    "There were too many attempts from your network. Please wait a minute.",
);
static NO_SESSION: Row = row(401, "no_session", "Not signed in", "You are not signed in.");
static SESSION_EXPIRED: Row =
    row(401, "session_expired", "The session has expired", "You were signed out because you were away for too long.");
static SESSION_REVOKED: Row = row(401, "session_revoked", "The session was ended", "You were signed out.");
static BEARER_INVALID: Row =
    row(401, "token_invalid", "The access token is not valid", "The access token is not valid.");
static CLIENT_UNKNOWN: Row =
    row(401, "invalid_client", "The client is not known", "The application could not show who it is.");
static INSUFFICIENT_SCOPE: Row = row(403, "insufficient_scope", "Not allowed", "The access token does not allow this.");
static FOREIGN_ORIGIN: Row =
    row(403, "foreign_origin", "Not from there", "The request came from another site and was not carried out.");
static INTERNAL: Row = row(500, "internal_error", "Something went wrong", "Something went wrong on our side.");
static DATABASE: Row = row(
    503,
    "database_unavailable",
    "Not available right now",
    "Signing in is not possible right now. Please try again in a moment.",
);

static UNKNOWN_PROVIDER: Row =
    row(404, "unknown_provider", "Unknown provider", "There is no such way to sign in here.");
static UNKNOWN_PROVIDER_PARAMETER: Row =
    row(400, "unknown_provider", "Unknown provider", "There is no such way to sign in here.");
static UNKNOWN_STATE: Row = row(
    400,
    "unknown_state",
    "This login is not known",
    "This sign-in is not known here, or was started somewhere else. Please start again from the application that you want to use.",
);
static STATE_EXPIRED: Row =
    row(400, "state_expired", "The login took too long", "This sign-in took too long. Please start again.");
static STATE_USED: Row = row(
    409,
    "state_used",
    "This login is finished already",
    "This sign-in was finished before. Please start again if you are not signed in.",
);
static WRONG_BROWSER: Row = row(
    403,
    "wrong_browser",
    "Another browser started this login",
    "This sign-in was started in another browser. Please start again in this one.",
);
static PROVIDER_DENIED: Row = row(
    403,
    "provider_denied",
    "The provider said no",
    "The provider did not let you in, or the sign-in was cancelled there.",
);
static PROVIDER_ERROR: Row = row(
    502,
    "provider_error",
    "The provider answered wrongly",
    "The provider gave an answer that cannot be used. Please try again later.",
);
static PROVIDER_UNAVAILABLE: Row = row(
    503,
    "provider_unavailable",
    "The provider cannot be reached",
    "The provider cannot be reached right now. Please try again in a moment.",
);
static PROVIDER_TIMEOUT: Row = row(
    504,
    "provider_timeout",
    "The provider did not answer",
    "The provider did not answer in time. Please try again in a moment.",
);
static TOKEN_INVALID: Row = row(
    400,
    "token_invalid",
    "The login could not be verified",
    "The provider's answer could not be verified. Please start again.",
);
static USERINFO_FAILED: Row = row(
    400,
    "userinfo_failed",
    "The login could not be verified",
    "The provider's information about you could not be verified. Please start again.",
);
static NOT_ALLOWED: Row = row(403, "not_allowed", "Not allowed", "You are not allowed to sign in here.");
static USER_DISABLED: Row =
    row(403, "user_disabled", "This account is disabled", "You are not allowed to sign in here.");
static RETURN_TO_REFUSED: Row = row(
    400,
    "return_to_refused",
    "The return address is refused",
    "The address to return to is not one of those that are allowed here.",
);

fn row_of(code: Code) -> &'static Row {
    match code {
        Code::UnknownProvider => &UNKNOWN_PROVIDER,
        Code::UnknownState => &UNKNOWN_STATE,
        Code::StateExpired => &STATE_EXPIRED,
        Code::StateUsed => &STATE_USED,
        Code::WrongBrowser => &WRONG_BROWSER,
        Code::ProviderDenied => &PROVIDER_DENIED,
        Code::ProviderError => &PROVIDER_ERROR,
        Code::ProviderUnavailable => &PROVIDER_UNAVAILABLE,
        Code::ProviderTimeout => &PROVIDER_TIMEOUT,
        Code::TokenInvalid => &TOKEN_INVALID,
        Code::UserinfoFailed => &USERINFO_FAILED,
        Code::NotAllowed => &NOT_ALLOWED,
        Code::UserDisabled => &USER_DISABLED,
        Code::ReturnToRefused => &RETURN_TO_REFUSED,
    }
}

impl Problem {
    fn of(row: &'static Row) -> Self {
        let retry_after = matches!(row.status, 503).then_some(2);
        Self { row, reference: None, retry_after, allow: None, challenge: None }
    }

    /// Bad input.
    pub fn invalid_request() -> Self {
        Self::of(&INVALID_REQUEST)
    }

    /// No such path.
    pub fn not_found() -> Self {
        Self::of(&NOT_FOUND)
    }

    /// A path that answers other methods only.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::of(&METHOD) }
    }

    /// A body over the limit.
    pub fn too_large() -> Self {
        Self::of(&TOO_LARGE)
    }

    /// An address over the limit.
    pub fn uri_too_long() -> Self {
        Self::of(&URI_TOO_LONG)
    }

    /// Headers over the limit.
    pub fn headers_too_large() -> Self {
        Self::of(&HEADERS)
    }

    /// A content type that the endpoint does not take.
    pub fn media_type() -> Self {
        Self::of(&MEDIA_TYPE)
    }

    /// Over a rate limit; the seconds until another attempt may pass.
    pub fn rate_limited(retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Self::of(&RATE_LIMITED) }
    }

    /// No credentials came.
    pub fn no_session() -> Self {
        Self { challenge: Some(Challenge::Bare), ..Self::of(&NO_SESSION) }
    }

    /// A session past its time.
    pub fn session_expired() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of(&SESSION_EXPIRED) }
    }

    /// A session that was ended.
    pub fn session_revoked() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of(&SESSION_REVOKED) }
    }

    /// An access token that is not good, or not good here.
    pub fn bearer_invalid() -> Self {
        Self { challenge: Some(Challenge::InvalidToken), ..Self::of(&BEARER_INVALID) }
    }

    /// A client that is not registered, or did not show that it is the one it says.
    pub fn client_unknown() -> Self {
        Self::of(&CLIENT_UNKNOWN)
    }

    /// The same, to somebody who is not a browser: with what it could have shown (RFC 9110 §15.5.2).
    pub fn client_refused() -> Self {
        Self { challenge: Some(Challenge::Basic), ..Self::of(&CLIENT_UNKNOWN) }
    }

    /// A token in more than one place (RFC 6750 §2).
    pub fn bearer_doubled() -> Self {
        Self { challenge: Some(Challenge::InvalidRequest), ..Self::of(&INVALID_REQUEST) }
    }

    /// An access token that is good, but not for this.
    pub fn insufficient_scope() -> Self {
        Self { challenge: Some(Challenge::InsufficientScope), ..Self::of(&INSUFFICIENT_SCOPE) }
    }

    /// A cookie-authenticated request that another site may have caused.
    pub fn foreign_origin() -> Self {
        Self::of(&FOREIGN_ORIGIN)
    }

    /// It is not known who was revoked lately; a pass would be a guess.
    pub fn feed_out_of_reach() -> Self {
        Self::of(&DATABASE)
    }

    /// A defect of ours.
    pub fn internal() -> Self {
        Self::of(&INTERNAL)
    }

    /// A provider that is unknown, named by a parameter and not by the path.
    pub fn unknown_provider_parameter() -> Self {
        Self::of(&UNKNOWN_PROVIDER_PARAMETER)
    }

    /// Whether signing in would help.
    pub fn wants_sign_in(&self) -> bool {
        self.row.status == 401
    }

    /// Whether it is one of the named code.
    pub fn is(&self, code: Code) -> bool {
        self.row.code == code.as_str()
    }

    /// As a page for a browser, or as `application/problem+json` for a program, as the request wants it.
    pub fn for_browser(self, request: &HttpRequest) -> HttpResponse {
        if client::wants_json_only(request) {
            return self.for_program(request);
        }
        let reference = self.reference_for(request);
        let page = pages::problem(request, self.row.status, self.row.title, self.row.sentence, &reference);
        self.finish(page)
    }

    /// As `application/problem+json` (RFC 9457).
    pub fn for_program(self, request: &HttpRequest) -> HttpResponse {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            title: &'static str,
            status: u16,
            detail: &'static str,
            code: &'static str,
            reference: &'a str,
        }
        let reference = self.reference_for(request);
        let Row { status, code, title, sentence } = *self.row;
        let body = Body { r#type: "about:blank", title, status, detail: sentence, code, reference: &reference };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let answer = HttpResponse::build(self.status()).content_type("application/problem+json").body(body);
        self.finish(answer)
    }

    /// As RFC 6749 §5.2 wants it at OAuth endpoints.
    pub fn for_oauth(self, request: &HttpRequest, error: &'static str) -> HttpResponse {
        let body = serde_json::json!({ "error": error, "error_description": self.row.title });
        let _logged = self.reference_for(request);
        let mut answer = HttpResponse::build(self.status()).content_type("application/json").body(body.to_string());
        answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        self.finish(answer)
    }

    /// The same, in the nearest word.
    pub fn for_oauth_endpoint(self, request: &HttpRequest) -> HttpResponse {
        let error = self.oauth_error();
        self.for_oauth(request, error)
    }

    /// The nearest word of RFC 6749 §5.2 and §4.1.2.1.
    pub fn oauth_error(&self) -> &'static str {
        match self.row.status {
            401 => "invalid_client",
            429 | 503 => "temporarily_unavailable",
            500 => "server_error",
            _ => "invalid_request",
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The login's reference, or the request's id, which the log line of the request shows.
    fn reference_for(&self, request: &HttpRequest) -> String {
        tracing::Span::current().record("code", self.row.code);
        match &self.reference {
            Some(reference) => {
                tracing::Span::current().record("reference", reference.as_str());
                reference.to_string()
            }
            None => client::request_id(request),
        }
    }

    fn finish(&self, mut answer: HttpResponse) -> HttpResponse {
        let headers = answer.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge.text()));
        }
        answer
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused { code, reference } => Self { reference, ..Self::of(row_of(code)) },
            Refusal::Replayed { reference, .. } => Self { reference: Some(reference), ..Self::of(&STATE_USED) },
            Refusal::Db(error) => error.into(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::of(row_of(code))
    }
}

impl From<gate::Refused> for Problem {
    fn from(refused: gate::Refused) -> Self {
        match refused {
            gate::Refused::Revoked => Self::session_revoked(),
            gate::Refused::Expired => Self::session_expired(),
            gate::Refused::NotFresh => Self::feed_out_of_reach(),
            gate::Refused::Db(error) => error.into(),
        }
    }
}

impl From<ClientRefused> for Problem {
    fn from(refused: ClientRefused) -> Self {
        match refused {
            ClientRefused::Unknown => Self::client_refused(),
            ClientRefused::LockedOut(left) => Self::rate_limited(u64::try_from(left.num_seconds()).unwrap_or(0) + 1),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Unavailable(_) => Self::of(&DATABASE),
            // Logged where it happened.
            DbError::Failed(_) => Self::internal(),
        }
    }
}
