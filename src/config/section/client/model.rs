//! `[clients.*]`: the apps and services that use us, as validated values.

use url::Url;

use super::choice::{ClientType, Grant};
use crate::base::secret::Plain;
use crate::config::value::algorithm::Algorithm;
use crate::config::value::public_key::PublicKey;
use crate::config::value::redirect_uri::RedirectUri;

/// The client that sessions of the cookie and the JSON door belong to. It is public, and nobody configures it.
pub const BUILT_IN_CLIENT: &str = "vestibule";

/// One configured client.
pub struct Client {
    /// The key of its table: the `client_id` of its requests and of its tokens.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whether it can keep a secret.
    pub r#type: ClientType,
    /// What it shows to be itself, if it shows a secret.
    pub secret: Option<Plain>,
    /// What its assertions are verified with, if it signs them (`private_key_jwt`).
    pub public_key: Option<PublicKey>,
    /// Where answers to it may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may be sent after it asked for a logout.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Whose scripts may use the token endpoint and userinfo in its name.
    pub allowed_origins: Vec<String>,
    /// How it may come by tokens.
    pub grants: Vec<Grant>,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// Who its tokens are for, and whose tokens it may ask about besides its own; empty: the default audience.
    pub audience: Vec<String>,
    /// What its ID tokens are signed with.
    pub id_token_alg: Algorithm,
    /// Where its users may sign in; empty: everywhere.
    pub providers: Vec<String>,
    /// Where it is told of sessions that ended (OpenID Connect Back-Channel Logout 1.0).
    pub backchannel_logout_uri: Option<Url>,
    /// Whether that may be an address of a private network.
    pub insecure_allow_private_logout_uri: bool,
    /// Whether answers to loopback addresses need no consent (RFC 8252 §8.6 wants it).
    pub insecure_skip_loopback_consent: bool,
    /// Whether each refresh gives a new refresh token.
    pub rotate_refresh_tokens: bool,
    /// The providers whose tokens it may have.
    pub provider_tokens: Vec<String>,
}
