//! The configuration as the rest of the house sees it: validated values, no strings that still have to be read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::key_file::KeyFile;
use super::provider::Provider;
use super::public_url::PublicUrl;
use super::return_to::ReturnTo;
use crate::base::db::Access;
use crate::base::seal::Ring;
use crate::base::secret::Plain;

/// The whole configuration.
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[database]`
    pub database: Database,
    /// `[secrets]`, as the ring that they are
    pub ring: Arc<Ring>,
    /// `[signing]`
    pub signing: Signing,
    /// `[tokens]`
    pub tokens: Tokens,
    /// `[sessions]`
    pub sessions: Sessions,
    /// `[login]`
    pub login: Login,
    /// `[limits]`
    pub limits: Limits,
    /// `[admin]`
    pub admin: Admin,
    /// `[log]`
    pub log: Log,
    /// `[cleanup]`
    pub cleanup: Cleanup,
    /// `[providers.*]`, in the order in which they were written
    pub providers: Vec<Provider>,
    /// `[clients.*]`, in the order in which they were written
    pub clients: Vec<Client>,
}

/// `[server]`: where the gateway listens and what it is called from outside.
pub struct Server {
    /// The issuer, and the base of every link.
    pub public_url: PublicUrl,
    /// The public listener.
    pub listen: SocketAddr,
    /// The listener for health, metrics and administration.
    pub admin_listen: SocketAddr,
    /// Who may speak of other addresses in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpNet>,
    /// How long running requests may take after SIGTERM.
    pub shutdown_grace: Duration,
    /// HTTP worker threads, at least 1.
    pub workers: usize,
}

/// `[database]`
pub struct Database {
    /// How the pool reaches it.
    pub access: Access,
    /// Whether `serve` brings the schema up to date.
    pub migrate_on_start: bool,
}

/// `[signing]`
pub struct Signing {
    /// What we sign with, at least one; the first signs access tokens.
    pub algorithms: Vec<Algorithm>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key stands in the JWKS before it signs; the `max-age` of the JWKS is a little less.
    pub publish_before_use: Duration,
    /// Keys that are kept elsewhere. Where there are any, none are made.
    pub key_files: Vec<KeyFile>,
}

/// A JWS algorithm that we sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 3072 bits.
    #[serde(rename = "RS256")]
    Rs256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Its name in RFC 7518 and RFC 8037.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Es256, Self::Rs256, Self::EdDsa].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// `[tokens]`
pub struct Tokens {
    /// Life of an access token.
    pub access_lifetime: Duration,
    /// Life of an ID token.
    pub id_lifetime: Duration,
    /// How long an app may take to redeem a code.
    pub code_lifetime: Duration,
    /// Default `aud` of access tokens; empty: the issuer.
    pub audience: Vec<String>,
    /// What access tokens say of the person.
    pub claims: Vec<UserClaim>,
    /// The largest access token that a login may lead to, in bytes.
    pub max_bytes: usize,
    /// How long the last refresh token but one gives the same successor again.
    pub refresh_retry_window: Duration,
    /// How often one that comes later than that is forgiven.
    pub refresh_forgive_every: Duration,
    /// How long a service may keep a status list.
    pub status_list_ttl: Duration,
    /// How old the last look at the revocation feed may be.
    pub revocation_max_age: Duration,
}

impl Tokens {
    /// Life of a Status List Token: one `ttl` that we keep it, one that a service keeps it, and one to spare.
    pub fn status_list_lifetime(&self) -> Duration {
        self.status_list_ttl.max(Duration::from_secs(1)).saturating_mul(3)
    }
}

/// A claim about a person that access tokens can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserClaim {
    /// E-mail address.
    Email,
    /// Whether a provider vouches for the address.
    EmailVerified,
    /// Full name.
    Name,
    /// What the person likes to be called.
    PreferredUsername,
    /// Address of a picture.
    Picture,
    /// Names of groups.
    Groups,
}

/// `[sessions]`
pub struct Sessions {
    /// A session ends this long after its last use.
    pub idle_timeout: Duration,
    /// A session ends this long after the login, used or not.
    pub absolute_timeout: Duration,
    /// Whether a new login ends the user's other sessions.
    pub one_per_user: bool,
    /// How long an ended session's row is kept.
    pub keep_ended: Duration,
    /// `[sessions.cookie]`
    pub cookie: SessionCookie,
}

/// `[sessions.cookie]`
pub struct SessionCookie {
    /// The name as configured, without a `__Host-` or `__Secure-` prefix.
    pub name: String,
    /// The parent domain that shares the login, if any.
    pub domain: Option<String>,
    /// `SameSite`.
    pub same_site: SameSite,
}

/// A cookie's `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SameSite {
    /// Sent with navigations from other sites.
    Lax,
    /// Never sent from other sites.
    Strict,
    /// Sent from everywhere; only under https.
    None,
}

/// `[login]`
pub struct Login {
    /// How long a login may take between us and the provider.
    pub authorization_lifetime: Duration,
    /// Where people may be sent afterwards.
    pub return_to: ReturnTo,
    /// Where they are sent when nobody said.
    pub default_return_to: String,
    /// Whether someone unknown may enter.
    pub sign_up: bool,
    /// Whether a verified address of a provider that is the authority for its domain names a user who is known by another.
    pub link_by_verified_email: bool,
    /// Other origins whose scripts may use the JSON door and the session endpoints: `scheme://host[:port]`.
    pub allowed_origins: Vec<String>,
    /// Whether the JSON door insists on the binding cookie.
    pub require_binding: bool,
}

/// `[limits]`
pub struct Limits {
    /// Logins begun or answered per minute and client address; also the burst.
    pub logins_per_minute: u32,
    /// Token requests per minute and client address; also the burst.
    pub tokens_per_minute: u32,
    /// Wrong secrets of one client from one address before the first lockout.
    pub failures_before_lockout: u32,
    /// The largest request body, in bytes.
    pub body_bytes: usize,
}

/// `[admin]`
pub struct Admin {
    /// What administrators show; without one there are no `/admin` routes.
    pub token: Option<Plain>,
}

/// `[cleanup]`
pub struct Cleanup {
    /// The time between two passes.
    pub every: Duration,
    /// Rows that one statement may remove.
    pub batch: u32,
}

/// `[log]`
#[derive(Clone)]
pub struct Log {
    /// A level, or a filter as tracing-subscriber reads it.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
