//! The challenges in `WWW-Authenticate`.

use std::borrow::Cow;

/// The challenge of a refusal: `Bearer` (RFC 6750 §3) for users, `Basic` for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// The request has no credentials, so no `error` is given (RFC 6750 §3.1).
    Bare,
    /// `invalid_request`: the access token is sent in more than one place.
    InvalidRequest,
    /// `invalid_token`: the access token or the session is not valid.
    InvalidToken,
    /// `insufficient_scope`: the access token is valid, but lacks this scope.
    InsufficientScope(&'static str),
    /// `insufficient_user_authentication` (RFC 9470 §3): the authentication is older than `max_age`, in seconds.
    TooOld(i64),
    /// Client authentication failed (RFC 6749 §5.2).
    Basic,
}

impl Challenge {
    /// The value of the header `WWW-Authenticate`.
    pub fn text(self) -> Cow<'static, str> {
        let constant = match self {
            Self::TooOld(max_age) => {
                return format!(r#"Bearer error="insufficient_user_authentication", max_age="{max_age}""#).into();
            }
            Self::InsufficientScope(scope) => {
                return format!(r#"Bearer error="insufficient_scope", scope="{scope}""#).into();
            }
            Self::Bare => "Bearer",
            Self::InvalidRequest => r#"Bearer error="invalid_request""#,
            Self::InvalidToken => r#"Bearer error="invalid_token""#,
            Self::Basic => r#"Basic realm="vestibule""#,
        };
        constant.into()
    }
}
