//! What may stand in the configuration, as it is written. These types are the one truth about keys and their types:
//! the JSON Schema, the check of every layer and the reference come from them. Their comments are the reference's.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::client::{ClientType, Grant};
use super::naming::{CLIENTS, PROVIDERS};
pub(super) use super::raw_provider::{Allow, Provider, ProviderClaims};
use super::settings::{Algorithm, LogFormat, SameSite, UserClaim};

/// What a duration looks like.
pub(super) const DURATION: &str = "^[0-9]+(ms|s|m|h|d)$";

/// The configuration of Vestibule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) server: Server,
    pub(super) database: Database,
    pub(super) secrets: Secrets,
    pub(super) signing: Signing,
    pub(super) tokens: Tokens,
    pub(super) sessions: Sessions,
    pub(super) login: Login,
    pub(super) limits: Limits,
    pub(super) admin: Admin,
    pub(super) log: Log,
    pub(super) cleanup: Cleanup,
    /// The providers that people sign in at, by their ids.
    #[schemars(extend("propertyNames" = { "pattern": PROVIDERS.pattern }))]
    pub(super) providers: BTreeMap<String, Provider>,
    /// The apps and services that use us, by their `client_id`.
    #[schemars(extend("propertyNames" = { "pattern": CLIENTS.pattern }))]
    pub(super) clients: BTreeMap<String, Client>,
}

/// Where the gateway listens and what it is called from outside.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    /// the issuer; may carry a path prefix; https except on loopback
    pub(super) public_url: String,
    /// the public listener
    pub(super) listen: String,
    /// the listener for health and metrics; never to be reached from outside
    pub(super) admin_listen: String,
    /// CIDRs; the client address is counted from the right of X-Forwarded-For through these only
    pub(super) trusted_proxies: Vec<String>,
    /// how long running requests may take after SIGTERM
    #[schemars(regex(pattern = DURATION))]
    pub(super) shutdown_grace: String,
    /// 0: one per core
    #[schemars(range(min = 0, max = 1024))]
    pub(super) workers: u32,
}

/// The PostgreSQL database.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Database {
    /// `postgres://user:password@host/database`; must be given
    #[schemars(extend("writeOnly" = true))]
    pub(super) url: String,
    /// 0: 2 × cores + 2
    #[schemars(range(min = 0, max = 1000))]
    pub(super) pool_size: u32,
    /// then 503 with Retry-After
    #[schemars(regex(pattern = DURATION))]
    pub(super) acquire_timeout: String,
    /// how long one statement may run
    #[schemars(regex(pattern = DURATION))]
    pub(super) statement_timeout: String,
    /// under an advisory lock; off where `vestibule migrate` is run as a job
    pub(super) migrate_on_start: bool,
}

/// What is sealed and marked with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Secrets {
    /// ring of base64 32-byte keys from `vestibule secrets generate`: the first encrypts, all decrypt; must be given
    #[schemars(extend("writeOnly" = true))]
    pub(super) keys: Vec<String>,
}

/// What our tokens are signed with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Signing {
    /// also `EdDSA`; the first signs access tokens
    pub(super) algorithms: Vec<Algorithm>,
    /// how long a key signs; at least `publish_before_use`
    #[schemars(regex(pattern = DURATION))]
    pub(super) rotate_every: String,
    /// a key stands in the JWKS this long before it signs; also the JWKS max-age bound
    #[schemars(regex(pattern = DURATION))]
    pub(super) publish_before_use: String,
    /// PEM files instead of generated keys; the first of an algorithm signs, the others only stand in the JWKS
    pub(super) key_files: Vec<String>,
}

/// The tokens that we issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tokens {
    /// life of an access token
    #[schemars(regex(pattern = DURATION))]
    pub(super) access_lifetime: String,
    /// life of an ID token
    #[schemars(regex(pattern = DURATION))]
    pub(super) id_lifetime: String,
    /// how long an app may take to redeem a code
    #[schemars(regex(pattern = DURATION))]
    pub(super) code_lifetime: String,
    /// default `aud` of access tokens; empty: the issuer
    pub(super) audience: Vec<String>,
    /// user claims copied into access tokens, as `["email", "groups"]`
    pub(super) claims: Vec<UserClaim>,
    /// a token that would be larger is refused at login, with a log line saying which claim grew
    #[schemars(range(min = 512, max = 7168))]
    pub(super) max_bytes: u32,
    /// the last refresh token but one gives the same successor again for this long
    #[schemars(regex(pattern = DURATION))]
    pub(super) refresh_retry_window: String,
    /// and once in this time also later
    #[schemars(regex(pattern = DURATION))]
    pub(super) refresh_forgive_every: String,
    /// how long a service may keep a status list
    #[schemars(regex(pattern = DURATION))]
    pub(super) status_list_ttl: String,
    /// how old the last look at the revocation feed may be; older answers 503
    #[schemars(regex(pattern = DURATION))]
    pub(super) revocation_max_age: String,
}

/// How long people stay signed in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sessions {
    /// from the last authenticated use
    #[schemars(regex(pattern = DURATION))]
    pub(super) idle_timeout: String,
    /// from the login, used or not
    #[schemars(regex(pattern = DURATION))]
    pub(super) absolute_timeout: String,
    /// a new login ends the user's other sessions
    pub(super) one_per_user: bool,
    /// ended rows stay this long for support, then cleanup removes them
    #[schemars(regex(pattern = DURATION))]
    pub(super) keep_ended: String,
    pub(super) cookie: SessionCookie,
}

/// The cookie that carries a session.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionCookie {
    /// becomes `__Host-vestibule` under https without a domain
    pub(super) name: String,
    /// set to share the login between subdomains
    pub(super) domain: String,
    /// `Lax`, `Strict` or, only under https, `None`
    pub(super) same_site: SameSite,
}

/// Signing in through a provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// how long someone may stay at the provider
    #[schemars(regex(pattern = DURATION))]
    pub(super) authorization_lifetime: String,
    /// absolute URLs allowed after login; `*` within a host label or path segment, `**` across
    pub(super) return_to: Vec<String>,
    /// where people are sent when nobody said
    pub(super) default_return_to: String,
    /// false: only users already known may enter
    pub(super) sign_up: bool,
    /// only between providers marked `trusts_email`
    pub(super) link_by_verified_email: bool,
    /// CORS: other origins whose scripts may use the JSON door and /session
    pub(super) allowed_origins: Vec<String>,
    /// JSON door: refuse an exchange without the binding cookie
    pub(super) require_binding: bool,
}

/// What one caller may ask for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    /// per client address; also the burst
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) logins_per_minute: u32,
    /// per client address; also the burst
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) tokens_per_minute: u32,
    /// wrong secrets of one client from one address before a lockout of 5m; twice as many: 30m; four times: 24h
    #[schemars(range(min = 1, max = 1000))]
    pub(super) failures_before_lockout: u32,
    /// the largest request body
    #[schemars(range(min = 1024, max = 16_777_216))]
    pub(super) body_bytes: u32,
}

/// Administration by HTTP, on the admin listener.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Admin {
    /// bearer token of at least 32 characters; empty: no /admin routes
    #[schemars(extend("writeOnly" = true))]
    pub(super) token: String,
}

/// What is logged, and how.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    /// off, error, warn, info, debug or trace, or a filter as `info,vestibule=debug`
    pub(super) level: String,
    /// or `json`
    pub(super) format: LogFormat,
}

/// What is removed when nobody needs it any more.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cleanup {
    /// how often
    #[schemars(regex(pattern = DURATION))]
    pub(super) every: String,
    /// rows at a time
    #[schemars(range(min = 1, max = 100_000))]
    pub(super) batch: u32,
}

/// An app or a service that uses us. Its id is the `client_id` of its requests and tokens.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the standards' name is client_secret")]
pub(super) struct Client {
    /// what people read; empty: the id
    pub(super) name: String,
    /// or `confidential`, for one that can keep a secret
    pub(super) r#type: ClientType,
    /// at least 32 random characters, for a confidential client
    #[schemars(extend("writeOnly" = true))]
    pub(super) client_secret: String,
    /// instead of a secret, for `private_key_jwt`: its public key in PEM (`ES256`, `EdDSA`, or `RS256`)
    pub(super) public_key_file: String,
    /// where answers may go, byte for byte; https, or http on loopback; a public client may have a scheme of its own
    pub(super) redirect_uris: Vec<String>,
    /// where a browser may be sent after a logout, byte for byte
    pub(super) post_logout_redirect_uris: Vec<String>,
    /// CORS; empty: the origins of `redirect_uris`
    pub(super) allowed_origins: Vec<String>,
    /// how it may come by tokens
    pub(super) grants: Vec<Grant>,
    /// what it may ask for
    pub(super) scopes: Vec<String>,
    /// who its tokens are for, empty: tokens.audience; it may introspect tokens for these, besides its own
    pub(super) audience: Vec<String>,
    /// what its ID tokens are signed with; one of signing.algorithms
    pub(super) id_token_alg: Algorithm,
    /// where its users may sign in; empty: everywhere
    pub(super) providers: Vec<String>,
    /// where it is told of sessions that ended
    pub(super) backchannel_logout_uri: String,
    /// false: a confidential client keeps its refresh token (FAPI 2.0)
    pub(super) rotate_refresh_tokens: bool,
    /// providers whose live tokens this app may exchange its own for
    pub(super) provider_tokens: Vec<String>,
    /// `backchannel_logout_uri` may be in a private network
    pub(super) insecure_allow_private_logout_uri: bool,
}
