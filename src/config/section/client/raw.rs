//! `[clients.<id>]` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{ClientType, Grant};
use crate::config::value::algorithm::Algorithm;

/// An app or a service that uses us. Its id is the `client_id` of its requests and tokens.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is one key of the table")]
pub(crate) struct RawClient {
    /// what people read; empty: the id
    pub(crate) name: String,
    /// or `confidential`, for one that can keep a secret
    pub(crate) r#type: ClientType,
    /// at least 32 random characters, for a confidential client
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// instead of a secret, for `private_key_jwt`: its public key in PEM (`ES256`, `EdDSA`, or `RS256`)
    pub(crate) public_key_file: String,
    /// where answers may go, byte for byte; https, or http on loopback; a public client may have a scheme of its own
    pub(crate) redirect_uris: Vec<String>,
    /// where a browser may be sent after a logout, byte for byte
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// CORS; empty: the origins of `redirect_uris`
    pub(crate) allowed_origins: Vec<String>,
    /// how it may come by tokens
    pub(crate) grants: Vec<Grant>,
    /// what it may ask for
    pub(crate) scopes: Vec<String>,
    /// who its tokens are for, empty: tokens.audience; it may introspect tokens for these, besides its own
    pub(crate) audience: Vec<String>,
    /// what its ID tokens are signed with; one of signing.algorithms
    pub(crate) id_token_alg: Algorithm,
    /// where its users may sign in; empty: everywhere
    pub(crate) providers: Vec<String>,
    /// where it is told of sessions that ended
    pub(crate) backchannel_logout_uri: String,
    /// false: a confidential client keeps its refresh token (FAPI 2.0)
    pub(crate) rotate_refresh_tokens: bool,
    /// providers whose live tokens this app may exchange its own for
    pub(crate) provider_tokens: Vec<String>,
    /// `backchannel_logout_uri` may be in a private network
    pub(crate) insecure_allow_private_logout_uri: bool,
    /// no consent page before an answer to a loopback address; for single-page apps under development
    pub(crate) insecure_skip_loopback_consent: bool,
    /// schemes of its own may be without a dot, as `myapp:/callback`; for a public client
    pub(crate) insecure_allow_dotless_schemes: bool,
}
