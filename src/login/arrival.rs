//! Who comes in, by which door, and what they bring back.

use std::net::IpAddr;

use super::authorization_session::Linking;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::secret::{Hashed, Plain};
use crate::upstream::{AuthorizationGrant, LoginHints};

/// The two ways to sign in. A login completes only at the door that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A browser that ends up with a session cookie.
    Cookie,
    /// A single-page app that owns the redirect URI and ends up with tokens.
    Json,
}

impl Door {
    /// The value in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Json => "json",
        }
    }
}

/// Where a request comes from, as far as it can be known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The client's address, through trusted proxies only.
    pub ip: IpAddr,
    /// `User-Agent`, bounded.
    pub user_agent: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// The hash of the browser-binding cookie.
    pub binding: Option<Hashed>,
}

/// Someone who wants to sign in.
pub struct Arrival {
    /// At which provider.
    pub provider: String,
    /// By which door.
    pub door: Door,
    /// What is passed on to the provider.
    pub hints: LoginHints,
    /// Where to go afterwards; checked.
    pub return_to: Option<String>,
    /// The app's request that it is for, if it is for one.
    pub request: Option<AuthorizationRequestId>,
    /// Who asks for one more identity, if it is no login.
    pub link: Option<Linking>,
    /// The hash of the binding cookie that this browser has, or is given now.
    pub binding: Hashed,
    /// Who asks.
    pub caller: Caller,
}

/// Someone who is back from a provider.
pub struct Return {
    /// From which provider.
    pub provider: String,
    /// By which door.
    pub door: Door,
    /// The `state` that came along.
    pub state: Plain,
    /// What the provider said; none: it was posted before, and is kept with the login.
    pub verdict: Option<AuthorizationResponse>,
    /// The session that this browser has already; a new login ends it.
    pub previous: Option<SessionId>,
    /// Who asks.
    pub caller: Caller,
}

/// What a provider says when it sends somebody back.
pub enum AuthorizationResponse {
    /// Yes: a code to redeem.
    Granted(AuthorizationGrant),
    /// No: an `error` of RFC 6749 §4.1.2.1, and `iss` if it came.
    Denied {
        /// The error code.
        error: String,
        /// RFC 9207.
        iss: Option<String>,
    },
}
