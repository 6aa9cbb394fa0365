//! Why a session ended.

use std::fmt;

use crate::base::words::words;

words! {
    /// Why a session ended, as stored in `sessions.ended_reason`, in the audit event and in the log.
    pub enum EndReason {
        /// Its user ended it, here or from another session.
        Logout = "logout",
        /// Its user ended all sessions but one.
        LogoutOthers = "logout_others",
        /// Its user ended all sessions.
        LogoutAll = "logout_all",
        /// The provider sent a logout token (OpenID Connect Back-Channel Logout 1.0).
        ProviderLogout = "provider_logout",
        /// The provider refused to renew the tokens of its identity (`providers.<id>.recheck`).
        ProviderRefused = "provider_refused",
        /// Its identity was unlinked.
        Unlinked = "unlinked",
        /// An administrator ended it.
        Admin = "admin",
        /// An administrator disabled its user.
        UserDisabled = "user_disabled",
        /// Its refresh token was revoked (RFC 7009).
        Revoked = "revoked",
        /// An old refresh token was used again (RFC 9700 §4.14.2).
        Reuse = "reuse",
        /// Its authorization code was used again (RFC 6749 §4.1.2).
        CodeReuse = "code_reuse",
        /// A new session of the same browser or app replaced it.
        Replaced = "replaced",
        /// A new session of the same user replaced it (`sessions.one_per_user`).
        OnePerUser = "one_per_user",
        /// Its provider has been in no configuration for a day.
        ProviderRemoved = "provider_removed",
        /// It reached the idle timeout.
        Idle = "idle",
        /// It reached the absolute timeout.
        Absolute = "absolute",
    }
}

impl EndReason {
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
