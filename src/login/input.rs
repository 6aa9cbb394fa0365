//! The inputs of a login: the request that begins it and the response that completes it.

use std::net::IpAddr;

use super::authorization_session::Linking;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::{Hashed, Plain};
use crate::base::words::words;
use crate::grant::{LoginFor, PreparedAnswer, StoredRequest};
use crate::session::SignedIn;
use crate::upstream::{AuthorizationGrant, LoginHints, ProviderError};

words! {
    /// The two flows of a login. A login completes only in the flow that began it.
    pub enum Flow {
        /// The browser flow, which ends with a session cookie.
        Browser = "browser",
        /// The SPA flow: a single-page app that owns the redirect URI and gets tokens.
        Spa = "spa",
    }
}

/// The origin of a request, as far as it is known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The client's IP address, determined through trusted proxies only.
    pub ip: IpAddr,
    /// The header `User-Agent`, truncated.
    pub user_agent: Option<String>,
    /// The header `Origin` (RFC 6454 §7), as sent.
    pub origin: Option<String>,
    /// The hash of the binding cookie.
    pub binding: Option<Hashed>,
    /// The header `Sec-Fetch-Site` (Fetch Metadata), if the browser sends it.
    pub site: Option<FetchSite>,
}

impl Caller {
    /// Whether the browser shows that it sends the binding cookie with the exchange of the SPA flow: it has sent one, or the
    /// frontend is of our own origin, to which browsers send cookies by default.
    pub fn carries_cookie(&self) -> bool {
        self.binding.is_some() || self.site == Some(FetchSite::SameOrigin)
    }
}

/// The header `Sec-Fetch-Site`, which scripts cannot set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchSite {
    /// The page is of our origin.
    SameOrigin,
    /// The page is of another origin of our site. A script has to ask for cookies, and browsers then send them.
    SameSite,
    /// Another value, such as `cross-site` or `none`.
    Other,
}

/// The request that begins a login.
pub struct NewLogin {
    /// The id of the provider.
    pub provider: String,
    /// The flow of the request.
    pub flow: Flow,
    /// The parameters that are passed on to the provider.
    pub hints: LoginHints,
    /// The target after the login, validated.
    pub return_to: Option<String>,
    /// The authorization request that it is for, if any.
    pub request: Option<LoginFor>,
    /// The session and user that ask to link an identity; `None` for a login.
    pub link: Option<Linking>,
    /// The hash of the binding cookie, existing or new.
    pub binding: Hashed,
    /// The `code_challenge` (S256) of the frontend in the SPA flow.
    pub challenge: Option<String>,
    /// The origin of the request.
    pub caller: Caller,
}

impl NewLogin {
    /// A login of the browser flow, for the person alone.
    pub fn in_browser(provider: String, hints: LoginHints, binding: Hashed, caller: Caller) -> Self {
        let (return_to, request, link, challenge) = (None, None, None, None);
        Self { provider, flow: Flow::Browser, hints, return_to, request, link, binding, challenge, caller }
    }
}

/// The authorization response that completes a login.
pub struct Callback {
    /// The id of the provider.
    pub provider: String,
    /// The flow of the request.
    pub flow: Flow,
    /// The `state` of the response.
    pub state: Plain,
    /// The parameters of the response; `None` if they were posted before and are stored with the login.
    pub response: Option<AuthorizationResponse>,
    /// The S256 challenge of the frontend's `code_verifier` in the SPA flow.
    pub challenge: Option<String>,
    /// The current session of this browser, which a new login ends.
    pub previous: Option<SessionId>,
    /// The origin of the request.
    pub caller: Caller,
}

/// Prepares the answer to the stored authorization request that a login is for, from the session that the login gives.
/// `None` if the request needs another step. The user of the session is not known yet.
pub type AnswerApp<'a> = &'a dyn Fn(StoredRequest, &SignedIn, Timestamp) -> Option<PreparedAnswer>;

/// The parameters of an authorization response.
pub enum AuthorizationResponse {
    /// A successful response, with a code.
    Granted(AuthorizationGrant),
    /// An error response (RFC 6749 §4.1.2.1), with `iss` if it was sent.
    Denied {
        /// The parameters `error` and `error_description`.
        error: ProviderError,
        /// The parameter `iss` (RFC 9207).
        iss: Option<String>,
    },
}
