//! The actor of a change, for the audit.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::base::id::SessionId;
use crate::session::EndReason;

/// How an administrator is authenticated, which does not distinguish between persons; or the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A caller of the admin API with `admin.token`.
    Token,
    /// A user of the command line, who can read the configuration.
    CommandLine,
    /// The user, who deletes their own account.
    User {
        /// The session that the page was shown to.
        session: SessionId,
        /// The address of the client.
        ip: IpAddr,
        /// Whether a provider showed that it had just authenticated the person.
        fresh: bool,
    },
}

impl Actor {
    /// The `detail` of the audit row.
    pub fn detail(self) -> Value {
        match self {
            Self::Token => json!({ "by": "admin.token" }),
            Self::CommandLine => json!({ "by": "command line" }),
            Self::User { fresh, .. } => json!({ "by": "self", "fresh_login": fresh }),
        }
    }

    /// The session and the address of the user.
    pub(super) fn caller(self) -> Option<(SessionId, IpAddr)> {
        match self {
            Self::User { session, ip, .. } => Some((session, ip)),
            Self::Token | Self::CommandLine => None,
        }
    }

    /// The reason with which the sessions end when the actor deletes a user.
    pub(super) fn end_reason(self) -> EndReason {
        match self {
            Self::User { .. } => EndReason::LogoutAll,
            Self::Token | Self::CommandLine => EndReason::Admin,
        }
    }
}
