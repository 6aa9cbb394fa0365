//! The authorization response to an app's redirect URI (RFC 6749 §4.1.2, RFC 9207).

use url::form_urlencoded::Serializer;

use super::request::AuthorizationRequest;
use crate::config::with_query;

/// The `error` of an authorization response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The redirect URI of the app.
    pub redirect_uri: String,
    /// The `state` of the request.
    pub state: Option<String>,
    /// The parameter `error` (RFC 6749 §4.1.2.1).
    pub error: OAuthError,
    /// `error_description`: ASCII without quotes (RFC 6749 §4.1.2.1).
    pub description: String,
}

impl ErrorAnswer {
    /// The error response to a request.
    pub fn to(request: &AuthorizationRequest, error: OAuthError, description: impl Into<String>) -> Self {
        let (redirect_uri, state) = (request.redirect_uri.clone(), request.state.clone());
        Self { redirect_uri, state, error, description: description.into() }
    }

    /// The address to redirect the browser to.
    pub fn location(&self, issuer: &str) -> String {
        let pairs = [("error", self.error.as_str()), ("error_description", &self.description)];
        location(&self.redirect_uri, &pairs, self.state.as_deref(), issuer)
    }
}

/// The address to redirect the browser to with a code.
pub fn with_code(request: &AuthorizationRequest, code: &str, issuer: &str) -> String {
    location(&request.redirect_uri, &[("code", code)], request.state.as_deref(), issuer)
}

fn location(redirect_uri: &str, pairs: &[(&str, &str)], state: Option<&str>, issuer: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.extend_pairs(state.map(|state| ("state", state)));
    query.append_pair("iss", issuer);
    // A browser keeps the fragment of the previous address where the new one has none (RFC 9700 §4.1.3).
    let fragment = if redirect_uri.starts_with("http") { "#" } else { "" };
    with_query(redirect_uri, &query.finish()) + fragment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AZ-03, AZ-20, AZ-21, AZ-30: `state`, `iss` and an existing query are kept, and nothing can be injected.
    #[test]
    fn what_the_app_sent_comes_back_exactly() {
        let state = "% &+=#ä\u{1f600}";
        let sent = location("https://a.example/cb?x=1", &[("code", "c")], Some(state), "https://me");
        assert!(sent.starts_with("https://a.example/cb?x=1&code=c&state=") && sent.ends_with('#'), "{sent}");
        let url = url::Url::parse(&sent).expect("a URL");
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("x", "1"), pair("code", "c"), pair("state", state), pair("iss", "https://me")]);
        let own_scheme = location("com.example.app:/cb", &[("code", "c")], None, "https://me");
        assert_eq!(own_scheme, "com.example.app:/cb?code=c&iss=https%3A%2F%2Fme");
    }
}
