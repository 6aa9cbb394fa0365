//! The validated settings of a client.

use url::Url;

use super::choice::{AssertionAudience, ClientType, Grant, ServerLogout};
use super::tokens::ClientTokens;
use crate::base::secret::Plain;
use crate::config::value::algorithm::Algorithm;
use crate::config::value::public_key::AssertionKey;
use crate::config::value::redirect_uri::RedirectUri;

/// The client of sessions that the browser flow and the SPA flow create. It is public, and built in.
pub const BUILT_IN_CLIENT: &str = "vestibule";

/// The scope with which a token of the built-in client acts for its user at the gateway: ends sessions, links and unlinks
/// identities, reads tokens of providers. No session has it, so that no ordinary token has it, and no client may have it.
pub const ACCOUNT_SCOPE: &str = "account";

/// One client: a `[clients.<id>]` section, or the built-in client.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the table")]
pub struct Client {
    /// The id of its table: the `client_id` in its requests and tokens.
    pub id: String,
    /// The display name, as on the consent page.
    pub name: String,
    /// Whether the client is public or confidential.
    pub r#type: ClientType,
    /// The client secret, if it authenticates with one.
    pub secret: Option<Plain>,
    /// The key that verifies its client assertions, if it authenticates with them (`private_key_jwt`).
    pub public_key: Option<AssertionKey>,
    /// The accepted `aud` of its assertions.
    pub assertion_audience: AssertionAudience,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may be sent after a logout that the client requested.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// CORS: origins whose scripts may use the token endpoint and userinfo as this client.
    pub allowed_origins: Vec<String>,
    /// The grant types that it may use.
    pub grants: Vec<Grant>,
    /// The scopes that it may request.
    pub scopes: Vec<String>,
    /// The `aud` of its access tokens; it may also introspect tokens for these. Empty: `tokens.audience`.
    pub audience: Vec<String>,
    /// The algorithm that signs its ID tokens.
    pub id_token_alg: Algorithm,
    /// What its tokens have of their own.
    pub tokens: ClientTokens,
    /// Further audiences whose access tokens it may introspect; `*`: any.
    pub introspects: Vec<String>,
    /// How many sessions it may have under one browser's, 1 to 1000.
    pub sessions_per_browser: u32,
    /// The ids of the providers at which its users may sign in; empty: all providers.
    pub providers: Vec<String>,
    /// What a logout that its server asks for ends.
    pub server_logout: ServerLogout,
    /// Where it receives logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.2).
    pub backchannel_logout_uri: Option<Url>,
    /// Whether `backchannel_logout_uri` may be an address of a private network.
    pub insecure_allow_private_logout_uri: bool,
    /// Whether a redirect to a loopback address needs no consent page (RFC 8252 §8.6 requires consent).
    pub insecure_skip_loopback_consent: bool,
    /// Whether each refresh returns a new refresh token.
    pub rotate_refresh_tokens: bool,
    /// Whether it must send a `code_challenge`, although it is confidential.
    pub require_pkce: bool,
    /// Whether it must push its authorization requests (RFC 9126).
    pub require_par: bool,
    /// The ids of the providers whose tokens it may get by token exchange.
    pub provider_tokens: Vec<String>,
}
