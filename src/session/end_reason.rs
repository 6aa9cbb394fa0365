//! Why a session ended.

use std::fmt;

/// Why a session ended, as stored in `sessions.ended_reason`, in the audit event and in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its user ended it, here or from another session.
    Logout,
    /// Its user ended all sessions but one.
    LogoutOthers,
    /// Its user ended all sessions.
    LogoutAll,
    /// The provider sent a logout token (OpenID Connect Back-Channel Logout 1.0).
    ProviderLogout,
    /// The provider refused to renew the tokens of its identity (`providers.<id>.recheck`).
    ProviderRefused,
    /// Its identity was unlinked.
    Unlinked,
    /// An administrator ended it.
    Admin,
    /// An administrator disabled its user.
    UserDisabled,
    /// Its refresh token was revoked (RFC 7009).
    Revoked,
    /// An old refresh token was used again (RFC 9700 §4.14.2).
    Reuse,
    /// Its authorization code was used again (RFC 6749 §4.1.2).
    CodeReuse,
    /// A new session of the same browser or app replaced it.
    Replaced,
    /// A new session of the same user replaced it (`sessions.one_per_user`).
    OnePerUser,
    /// Its provider has been in no configuration for a day.
    ProviderRemoved,
    /// It reached the idle timeout.
    Idle,
    /// It reached the absolute timeout.
    Absolute,
}

impl EndReason {
    /// The value of the column `ended_reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::LogoutOthers => "logout_others",
            Self::LogoutAll => "logout_all",
            Self::ProviderLogout => "provider_logout",
            Self::ProviderRefused => "provider_refused",
            Self::Unlinked => "unlinked",
            Self::Admin => "admin",
            Self::UserDisabled => "user_disabled",
            Self::Revoked => "revoked",
            Self::Reuse => "reuse",
            Self::CodeReuse => "code_reuse",
            Self::Replaced => "replaced",
            Self::OnePerUser => "one_per_user",
            Self::ProviderRemoved => "provider_removed",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
        }
    }

    /// Whether the stored tokens of the provider are revoked there too, if no live session was made through the same identity.
    /// Not if the user did not ask for the end or the provider is unknown, and not if a new session replaces the old
    /// one.
    pub fn revokes_provider_tokens(self) -> bool {
        use EndReason::{Absolute, CodeReuse, Idle, OnePerUser, ProviderRefused, ProviderRemoved, Replaced, Reuse};
        !matches!(self, Replaced | OnePerUser | Reuse | CodeReuse | ProviderRefused | ProviderRemoved | Idle | Absolute)
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
