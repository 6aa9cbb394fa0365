//! An OAuth client and what it may do.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use url::Url;

use super::grant_type::GrantType;
use super::presented_secret::PresentedSecret;
use crate::base::secret::{Hashed, Plain};
use crate::config::{
    self, Algorithm, Allow, AssertionAudience, AssertionKey, BUILT_IN_CLIENT, ClientTokens, ClientType, ClientsByUrl,
    Grant, RedirectUri, ServerLogout,
};

/// How many sessions a client by URL has under one browser's: the default of registered clients.
const SESSIONS_BY_URL: u32 = 20;

/// An app or a service that is registered in `[clients.*]`, the built-in client, or one by URL.
#[expect(clippy::struct_excessive_bools, reason = "each is one setting of the client")]
pub struct Client {
    /// The `client_id` (RFC 6749 §2.2).
    pub id: String,
    /// The name that pages show.
    pub name: String,
    /// Whether it is a confidential client (RFC 6749 §2.1).
    pub is_confidential: bool,
    /// The further `aud` values of its tokens. It may also introspect tokens with these audiences, besides its own.
    pub audience: Vec<String>,
    /// The scopes that it may request.
    pub scopes: Vec<String>,
    /// The JWS algorithm of its ID tokens.
    pub id_token_alg: Algorithm,
    /// The lifetimes, the algorithm and the claims of its tokens, if they are its own.
    pub tokens: ClientTokens,
    /// The sessions that end by a logout request of its server.
    pub server_logout: ServerLogout,
    /// How many sessions it may have under one browser's.
    pub sessions_per_browser: u32,
    introspects: Vec<String>,
    /// The ids of the providers at which its users may sign in; empty: all.
    pub providers: Vec<String>,
    /// The users who may use it, beyond `providers`.
    pub allow: Allow,
    /// The accepted values of `post_logout_redirect_uri`.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Its back-channel logout endpoint, and whether that may have a private address.
    pub backchannel_logout_uri: Option<(Url, bool)>,
    /// Whether each refresh rotates the refresh token.
    pub rotates_refresh_tokens: bool,
    /// Whether it must push its authorization requests (RFC 9126).
    pub requires_par: bool,
    /// Whether its authorization requests must have a `code_challenge` (RFC 7636).
    pub requires_pkce: bool,
    /// What it says of itself, where it is identified by a URL.
    pub by_url: Option<SelfDescription>,
    /// Whether a registered redirect URI on loopback needs no consent.
    skips_loopback_consent: bool,
    provider_tokens: Vec<String>,
    resources: Vec<String>,
    allowed_origins: Vec<String>,
    redirect_uris: Vec<RedirectUri>,
    grants: Vec<Grant>,
    secret: Option<Hashed>,
    public_key: Option<AssertionKey>,
    assertion_audience: AssertionAudience,
    /// Whether the log has warned since the start that its assertions name an endpoint.
    endpoint_noted: AtomicBool,
}

impl Client {
    /// The built-in public client of the browser flow and the SPA flow. Its only grant is the refresh token.
    pub(super) fn built_in() -> Self {
        let id = BUILT_IN_CLIENT.to_owned();
        Self {
            name: id.clone(),
            id,
            is_confidential: false,
            audience: Vec::new(),
            scopes: Vec::new(),
            id_token_alg: Algorithm::Es256,
            tokens: ClientTokens::DEFAULT,
            server_logout: ServerLogout::App,
            sessions_per_browser: 1,
            introspects: Vec::new(),
            providers: Vec::new(),
            allow: Allow::default(),
            provider_tokens: Vec::new(),
            resources: Vec::new(),
            allowed_origins: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            rotates_refresh_tokens: true,
            requires_par: false,
            requires_pkce: true,
            by_url: None,
            skips_loopback_consent: false,
            redirect_uris: Vec::new(),
            grants: vec![Grant::RefreshToken],
            secret: None,
            public_key: None,
            assertion_audience: AssertionAudience::Endpoints,
            endpoint_noted: AtomicBool::new(false),
        }
    }

    /// A public client that no section registers. It has the rights of `[clients_by_url]`, and what its document says; without a
    /// document it has no redirect URI.
    pub(super) fn by_url(
        id: &str,
        host: &str,
        settings: &ClientsByUrl,
        (redirect_uris, said): (Vec<RedirectUri>, SelfDescription),
    ) -> Self {
        Self {
            id: id.to_owned(),
            name: host.to_owned(),
            scopes: settings.scopes.clone(),
            resources: settings.resources.clone(),
            id_token_alg: settings.id_token_alg,
            sessions_per_browser: SESSIONS_BY_URL,
            grants: vec![Grant::AuthorizationCode, Grant::RefreshToken],
            redirect_uris,
            by_url: Some(said),
            ..Self::built_in()
        }
    }

    /// Whether it may use this grant, which its configuration names.
    pub fn may(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether it may use this grant at the token endpoint.
    pub fn may_request(&self, grant: GrantType) -> bool {
        match grant {
            GrantType::Configured(grant) => self.may(grant),
            GrantType::TokenExchange => !self.provider_tokens.is_empty(),
        }
    }

    /// Compares a `redirect_uri` with the registered ones; `None` if the authorization response must not be sent there.
    pub fn redirect_uri(&self, sent: &str) -> Option<Match> {
        let any_port = || !self.is_confidential && self.redirect_uris.iter().any(|uri| uri.matches_except_port(sent));
        let loopback = if self.skips_loopback_consent { Match::Site } else { Match::Installed };
        match self.redirect_uris.iter().find(|uri| uri.matches(sent)) {
            Some(uri) if uri.has_private_use_scheme() => Some(Match::Installed),
            Some(uri) if uri.is_on_own_device() => Some(loopback),
            Some(_) => Some(Match::Site),
            // A port that is not registered may be any program's, so the switch does not cover it.
            None => any_port().then_some(Match::Installed),
        }
    }

    /// Whether `origin` is one of its own; only a public client runs in browsers.
    pub fn is_at(&self, origin: &str) -> bool {
        !self.is_confidential && self.allowed_origins.iter().any(|listed| listed == origin)
    }

    /// Whether users who signed in at this provider may use the client.
    pub fn takes_provider(&self, provider: &str) -> bool {
        self.providers.is_empty() || self.providers.iter().any(|id| id == provider)
    }

    /// Whether it may introspect access tokens of this audience, besides those of `audience` and of its own id.
    pub fn introspects(&self, audience: &str) -> bool {
        self.introspects.iter().any(|listed| listed == "*" || listed == audience)
    }

    /// The ids of the protected resources that it may request tokens for.
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// Whether it may get tokens of this provider.
    pub fn may_have_tokens_of(&self, provider: &str) -> bool {
        self.provider_tokens.iter().any(|id| id == provider)
    }

    /// Whether it authenticates by a secret.
    pub(super) fn shows_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The key that verifies its assertions, if it authenticates by `private_key_jwt`.
    pub(super) fn public_key(&self) -> Option<&AssertionKey> {
        self.public_key.as_ref()
    }

    /// The accepted `aud` of its assertions.
    pub(super) fn assertion_audience(&self) -> AssertionAudience {
        self.assertion_audience
    }

    /// Whether an accepted assertion that names an endpoint is its first one since the start.
    pub fn is_first_with_endpoint(&self) -> bool {
        !self.endpoint_noted.swap(true, Ordering::Relaxed)
    }

    /// Whether this is its secret; compares in constant time. `false` if it has none.
    pub(super) fn has_secret(&self, presented: &PresentedSecret) -> bool {
        self.secret.is_some_and(|secret| presented.matches(secret))
    }
}

/// What a client by URL says of itself, which the operator has not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfDescription {
    /// `client_name` of its document.
    pub name: Option<String>,
    /// `jwks_uri` of its document, where it authenticates by `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
}

/// How a `redirect_uri` matches the registered ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is equal to one of them, and no other program on the user's machine can receive what is sent there.
    Site,
    /// It is on loopback, perhaps with another port, or has a private-use scheme. Any program on the user's machine can take
    /// the app's place there, so the user must consent each time (RFC 8252 §8.6).
    Installed,
}

impl From<config::Client> for Client {
    fn from(client: config::Client) -> Self {
        let private = client.insecure_allow_private_logout_uri;
        Self {
            id: client.id,
            name: client.name,
            is_confidential: client.r#type == ClientType::Confidential,
            audience: client.audience,
            scopes: client.scopes,
            id_token_alg: client.id_token_alg,
            tokens: client.tokens,
            server_logout: client.server_logout,
            sessions_per_browser: client.sessions_per_browser,
            introspects: client.introspects,
            providers: client.providers,
            allow: client.allow,
            provider_tokens: client.provider_tokens,
            resources: client.resources,
            allowed_origins: client.allowed_origins,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            backchannel_logout_uri: client.backchannel_logout_uri.map(|uri| (uri, private)),
            rotates_refresh_tokens: client.rotate_refresh_tokens,
            requires_par: client.require_par,
            requires_pkce: client.require_pkce || client.r#type == ClientType::Public,
            by_url: None,
            skips_loopback_consent: client.insecure_skip_loopback_consent,
            redirect_uris: client.redirect_uris,
            grants: client.grants,
            secret: client.secret.as_ref().map(Plain::hashed),
            public_key: client.public_key,
            assertion_audience: client.assertion_audience,
            endpoint_noted: AtomicBool::new(false),
        }
    }
}
