//! The authorization response to an app's redirect URI (RFC 6749 §4.1.2, RFC 9207).

use serde::{Deserialize, Serialize};

use super::request::AuthorizationRequest;
use crate::base::secret::Plain;
use crate::grant::{AnswerMode, AppAnswer};

/// The `error` of an authorization response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthError {
    InvalidRequest,
    UnauthorizedClient,
    AccessDenied,
    UnsupportedResponseType,
    InvalidScope,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    InvalidRequestUri,
    InvalidTarget,
}

impl OAuthError {
    /// The errors of a request that is not valid.
    pub const OF_INVALID_REQUESTS: [Self; 7] = [
        Self::InvalidRequest,
        Self::UnauthorizedClient,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
    ];

    /// The value of `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidTarget => "invalid_target",
        }
    }
}

/// An error response. Client and redirect URI are validated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorAnswer {
    /// The destination of the response.
    pub target: Target,
    /// The parameter `error` (RFC 6749 §4.1.2.1).
    pub error: OAuthError,
    /// The parameter that causes it; empty if the request was valid. Only for the log, so it is not kept.
    #[serde(skip)]
    pub parameter: &'static str,
    /// `error_description`: ASCII without quotes (RFC 6749 §4.1.2.1).
    pub description: String,
}

/// The destination of an authorization response. Client and redirect URI are validated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The `client_id` of the app.
    pub client_id: String,
    /// The redirect URI of the app.
    pub redirect_uri: String,
    /// The `response_mode` of the request.
    pub mode: AnswerMode,
    /// The `state` of the request.
    pub state: Option<String>,
}

impl ErrorAnswer {
    /// The error response to a request.
    pub fn to(request: &AuthorizationRequest, error: OAuthError, description: impl Into<String>) -> Self {
        Self { target: Target::of(request), error, parameter: "", description: description.into() }
    }

    /// The response that leads the browser back to the app.
    pub fn answer(&self, issuer: &str) -> AppAnswer {
        let pairs = [("error", self.error.as_str()), ("error_description", &self.description)];
        self.target.clone().answer(&pairs, issuer)
    }
}

/// The response with a code.
pub fn with_code(request: &AuthorizationRequest, code: &str, issuer: &str) -> AppAnswer {
    Target::of(request).answer(&[("code", code)], issuer)
}

impl Target {
    fn of(request: &AuthorizationRequest) -> Self {
        Self {
            client_id: request.client_id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            mode: request.mode,
            state: request.state.clone(),
        }
    }

    fn answer(self, pairs: &[(&'static str, &str)], issuer: &str) -> AppAnswer {
        let Self { client_id, redirect_uri, mode, state } = self;
        let state = state.as_deref().map(|state| ("state", state));
        let pairs = pairs.iter().copied().chain(state).chain([("iss", issuer)]);
        let parameters = pairs.map(|(name, value)| (name, Plain::new(value))).collect();
        AppAnswer { client_id, redirect_uri, mode, parameters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AZ-03, AZ-20, AZ-21, AZ-30: `state`, `iss` and an existing query are kept, and nothing can be injected.
    #[test]
    fn what_the_app_sent_comes_back_exactly() {
        let state = "% &+=#ä\u{1f600}";
        let location = |redirect_uri: &str, state: Option<&str>| {
            let target = Target {
                client_id: "web".into(),
                redirect_uri: redirect_uri.into(),
                mode: AnswerMode::Query,
                state: state.map(str::to_owned),
            };
            target.answer(&[("code", "c")], "https://me").location().expose().to_owned()
        };
        let sent = location("https://a.example/cb?x=1", Some(state));
        assert!(sent.starts_with("https://a.example/cb?x=1&code=c&state=") && sent.ends_with('#'), "{sent}");
        let url = url::Url::parse(&sent).expect("a URL");
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("x", "1"), pair("code", "c"), pair("state", state), pair("iss", "https://me")]);
        let own_scheme = location("com.example.app:/cb", None);
        assert_eq!(own_scheme, "com.example.app:/cb?code=c&iss=https%3A%2F%2Fme");
    }
}
