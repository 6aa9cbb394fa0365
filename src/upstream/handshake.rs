//! What we asked a provider, kept (sealed) until its answer comes, which must fit.

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;
use crate::base::secret::Plain;

/// What the caller wants of a login.
pub struct Request {
    /// Where the provider sends the browser back to; the same one is named when the code is redeemed.
    pub redirect_uri: String,
    /// What is passed on to the provider.
    pub hints: Hints,
}

/// Parameters that a caller may pass on to the provider, and no others (OpenID Connect Core §3.1.2.1; RA-16).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Hints {
    /// Who is probably going to sign in.
    pub login_hint: Option<String>,
    /// Which pages the provider should show.
    pub prompt: Option<String>,
    /// How many seconds ago the person may have been authenticated.
    pub max_age: Option<u32>,
    /// Wanted authentication context classes.
    pub acr_values: Option<String>,
    /// Languages that the person prefers.
    pub ui_locales: Option<String>,
}

/// A login that was begun.
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
    /// The `state` in that URL.
    pub state: Plain,
    /// What the answer will be held against.
    pub handshake: Handshake,
}

/// What the answer is held against. Serialized only to be sealed.
#[derive(Serialize, Deserialize)]
pub struct Handshake {
    /// The `redirect_uri` that was sent.
    pub redirect_uri: String,
    /// The `nonce` that the ID token must carry. Where a protocol has none, one that was never sent: nothing fits it.
    pub nonce: String,
    /// The PKCE verifier, unless PKCE is off.
    pub verifier: Option<String>,
    /// The `max_age` that was asked for.
    pub max_age: Option<u32>,
    /// OAuth 1.0a: the temporary credentials that the answer must name. A replica of the version before knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_token: Option<RequestToken>,
}

/// Temporary credentials (RFC 5849 §2.1).
#[derive(Serialize, Deserialize)]
pub struct RequestToken {
    /// The identifier, which the browser carries.
    pub token: String,
    /// The secret, which it does not.
    pub secret: String,
}

/// What came back with the browser, when it was a yes.
pub enum Answer {
    /// OpenID Connect and OAuth 2.0.
    Code {
        /// The authorization code.
        code: Plain,
        /// The `iss` parameter (RFC 9207), if one came.
        iss: Option<String>,
        /// Whether an `iss` that the provider promises may be missing: a frontend that took the redirect itself need
        /// not hand it on.
        iss_may_be_missing: bool,
        /// The `user` parameter as it came with a form (Sign in with Apple).
        user: Option<String>,
    },
    /// OAuth 1.0a (RFC 5849 §2.2).
    Verifier {
        /// `oauth_token`: whose request was authorized.
        token: Plain,
        /// `oauth_verifier`.
        verifier: Plain,
    },
}

/// What a provider told us of the end of a session there, verified (OpenID Connect Back-Channel Logout 1.0 §2.4). At
/// least one of `sid` and `sub` is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// The token's own id.
    pub jti: String,
    /// From when on the token is too old to be taken; so long its id has to be remembered.
    pub until: Timestamp,
    /// The provider's session id.
    pub sid: Option<String>,
    /// Who it is there.
    pub sub: Option<String>,
}
