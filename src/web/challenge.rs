//! What an answer without access asks for (`WWW-Authenticate`).

use std::borrow::Cow;

/// What `WWW-Authenticate` says: RFC 6750 §3 where people are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// No credentials came.
    Bare,
    /// They came in a way that will not do.
    InvalidRequest,
    /// They are not good.
    InvalidToken,
    /// They are good, and lack this scope.
    InsufficientScope(&'static str),
    /// RFC 9470 §3: the person was authenticated longer ago than so many seconds.
    TooOld(i64),
    /// For clients (RFC 6749 §5.2).
    Basic,
}

impl Challenge {
    /// The header's value.
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
