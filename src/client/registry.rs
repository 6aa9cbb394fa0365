//! All clients, and client authentication (RFC 6749 §2.3).

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;

use super::assertion::{self, Assertion, Audiences};
use super::by_url::{ByUrl, host_of};
use super::client_ref::ClientRef;
use super::downstream::Client;
use super::lockout::{Key, Lockouts};
use super::presented_secret::PresentedSecret;
use crate::base::clock::Timestamp;
use crate::base::secret::{Hashed, Plain};
use crate::config::{self, BUILT_IN_CLIENT};

/// All clients, including the built-in one.
pub struct Registry {
    clients: Vec<Client>,
    by_url: Option<ByUrl>,
    lockouts: Lockouts,
    /// Compared with the secret presented for an unknown client, so that the answer takes as long as for a known one.
    placeholder: Hashed,
}

/// The client authentication of a request.
pub struct Presented {
    /// The `client_id` of the request; `None` stands for the built-in client.
    pub client_id: Option<String>,
    /// The credential of the request.
    pub proof: Proof,
}

/// The credential of a request (RFC 6749 §2.3, RFC 7523 §2.2).
pub enum Proof {
    /// No credential: a public client.
    None,
    /// A `client_secret`, from the `Authorization` header or the body.
    Secret(PresentedSecret),
    /// A signed `client_assertion` (`private_key_jwt`).
    Assertion(Plain),
}

impl Presented {
    /// The client that the request names, by its `client_id` or its assertion.
    fn named(&self) -> Option<String> {
        self.client_id.clone().or_else(|| assertion::unverified_client_id(self.proof.assertion()?))
    }
}

impl Proof {
    /// The assertion, if it is one.
    pub fn assertion(&self) -> Option<&Plain> {
        match self {
            Self::Assertion(assertion) => Some(assertion),
            Self::None | Self::Secret(_) => None,
        }
    }
}

/// Why client authentication fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthError {
    /// The client is unknown, lacks a required credential, or presents one that it cannot have.
    Unknown,
    /// The client is known and the credential is wrong. Only the operator can see the difference to `Unknown`.
    WrongSecret,
    /// The credential is wrong after too many wrong secrets; with the rest of the lockout.
    LockedOut(TimeDelta),
}

impl Registry {
    /// Builds the registry from `[clients.*]` and `[limits]`.
    pub fn new(clients: Vec<config::Client>, limits: &config::Limits) -> Self {
        let clients = std::iter::once(Client::built_in()).chain(clients.into_iter().map(Client::from)).collect();
        let lockouts = Lockouts::new(limits.failures_before_lockout);
        Self { clients, by_url: None, lockouts, placeholder: Plain::random().hashed() }
    }

    /// With clients by URL, where they are enabled.
    #[must_use]
    pub fn with_by_url(self, by_url: Option<ByUrl>) -> Self {
        Self { by_url, ..self }
    }

    /// All registered clients, the built-in one first.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter()
    }

    /// Whether the `allow` of a client looks at the claims of a user's provider, beyond the profile.
    pub fn read_provider_claims(&self) -> bool {
        self.clients.iter().any(|client| !client.allow.claims.is_empty())
    }

    /// The client with this `client_id`. One by URL has its rights, and no redirect URI: those are in its document
    /// ([`by_url`](Self::by_url)).
    pub fn get(&self, id: &str) -> Option<ClientRef<'_>> {
        if let Some(client) = self.registered(id) {
            return Some(ClientRef::Registered(client));
        }
        let client = self.by_url.as_ref()?.without_document(id)?;
        Some(ClientRef::ByUrl(Arc::new(client)))
    }

    /// The registered client with this `client_id`. What only a registration can set is asked here: clients by URL have the
    /// defaults.
    pub fn registered(&self, id: &str) -> Option<&Client> {
        self.find(id).map(|(_, client)| client)
    }

    /// The documents of clients by URL, where this `client_id` is the URL of one.
    pub fn by_url(&self, id: &str) -> Option<&ByUrl> {
        self.by_url.as_ref().filter(|by_url| by_url.accepts(id))
    }

    /// Whether clients by URL are accepted.
    pub fn accepts_urls(&self) -> bool {
        self.by_url.is_some()
    }

    /// Whether the operator knows the client: it has a section, or its host is one of `clients_by_url.hosts`.
    pub fn is_known_to_operator(&self, id: &str) -> bool {
        self.registered(id).is_some() || self.by_url(id).is_some_and(ByUrl::lists_hosts)
    }

    /// The name of a client for pages: that of its section, the host of a client by URL, else the id itself.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        match self.registered(id) {
            Some(client) => &client.name,
            None if self.by_url.as_ref().is_some_and(|by_url| by_url.accepts(id)) => host_of(id),
            None => id,
        }
    }

    /// The client by URL that presents itself, and its URL; `None` for a registered client, the built-in one and an unknown id.
    pub fn presented_by_url(&self, presented: &Presented) -> Option<(ClientRef<'_>, String)> {
        let id = presented.named()?;
        let client = self.get(&id).filter(|client| client.by_url.is_some())?;
        Some((client, id))
    }

    /// Whether scripts of that origin may be a public client.
    pub fn is_at(&self, origin: &str) -> bool {
        let by_url = || self.by_url.as_ref().is_some_and(|by_url| by_url.is_at(origin));
        self.clients.iter().any(|client| client.is_at(origin)) || by_url()
    }

    /// Authenticates a registered client, or the built-in one. A returned assertion must be recorded as used ([`use_assertion`](super::use_assertion)) before
    /// the request is accepted. `from` is the network of the caller, as the limits count it; `audiences` are our
    /// identifiers that an assertion may have as `aud`.
    pub fn authenticate(
        &self,
        presented: &Presented,
        audiences: &Audiences,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(ClientRef<'_>, Option<Assertion>), ClientAuthError> {
        let named = presented.named();
        let id = named.as_deref().unwrap_or(BUILT_IN_CLIENT);
        match (self.find(id), &presented.proof) {
            (Some((_, client)), Proof::None) if !client.is_confidential => Ok((ClientRef::Registered(client), None)),
            (Some((place, client)), Proof::Secret(secret)) if client.shows_secret() => self
                .judge_secret((place, from), client.has_secret(secret), now)
                .map(|()| (ClientRef::Registered(client), None)),
            (Some((_, client)), Proof::Assertion(assertion)) if client.public_key().is_some() => {
                // A signature cannot be guessed, so wrong ones are not counted.
                let key = client.public_key();
                let accepted = (audiences, client.assertion_audience());
                let verified = key.and_then(|key| assertion::verify(key, &client.id, assertion, accepted, now));
                let client = ClientRef::Registered(client);
                verified.map(|verified| (client, Some(verified))).ok_or(ClientAuthError::WrongSecret)
            }
            (_, Proof::Secret(secret)) => {
                // The same work as for a known client.
                let _never = secret.matches(self.placeholder);
                Err(ClientAuthError::Unknown)
            }
            _ => Err(ClientAuthError::Unknown),
        }
    }

    /// Accepts the right secret also during a lockout, and counts a wrong one.
    fn judge_secret(&self, key: Key, is_right: bool, now: Timestamp) -> Result<(), ClientAuthError> {
        if is_right {
            self.lockouts.clear(key, now);
            return Ok(());
        }
        Err(self.lockouts.count(key, now).map_or(ClientAuthError::WrongSecret, ClientAuthError::LockedOut))
    }

    /// Evicts failures that no longer count.
    pub fn evict_old_failures(&self, now: Timestamp) {
        self.lockouts.evict_old(now);
    }

    fn find(&self, id: &str) -> Option<(usize, &Client)> {
        self.clients.iter().enumerate().find(|(_, client)| client.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::config::{Algorithm, AssertionAudience, ClientTokens, ClientType, ServerLogout};

    const SECRET: &str = "an-example-secret-of-32-or-more-bytes";
    const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn registry() -> Registry {
        registry_with(SECRET)
    }

    /// `api` is confidential with this secret, `web` is public.
    fn registry_with(secret: &str) -> Registry {
        let client = |id: &str, secret: Option<&str>| config::Client {
            id: id.to_owned(),
            name: id.to_owned(),
            r#type: if secret.is_some() { ClientType::Confidential } else { ClientType::Public },
            secret: secret.map(Plain::new),
            public_key: None,
            assertion_audience: AssertionAudience::Endpoints,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            allowed_origins: Vec::new(),
            grants: Vec::new(),
            scopes: Vec::new(),
            audience: Vec::new(),
            id_token_alg: Algorithm::Es256,
            tokens: ClientTokens::DEFAULT,
            introspects: Vec::new(),
            sessions_per_browser: 20,
            display: config::ClientDisplay::default(),
            server_logout: ServerLogout::App,
            providers: Vec::new(),
            allow: config::Allow::default(),
            backchannel_logout_uri: None,
            insecure_allow_private_logout_uri: false,
            insecure_skip_loopback_consent: false,
            rotate_refresh_tokens: true,
            require_pkce: false,
            require_par: false,
            provider_tokens: vec![],
            resources: vec![],
        };
        Registry::new(vec![client("api", Some(secret)), client("web", None)], &limits())
    }

    fn limits() -> config::Limits {
        config::Limits {
            logins_per_minute: 1,
            logins_per_minute_network: 1,
            tokens_per_minute: 1,
            failures_before_lockout: 5,
            client_tokens_per_minute: 1,
            connections: 0,
            connections_per_address: 1,
            requests_per_connection: 1,
            pending_logins: 100,
            body_bytes: 1024,
        }
    }

    fn audiences() -> Audiences {
        Audiences { issuer: "https://me".to_owned(), endpoints: [const { String::new() }; 2] }
    }

    fn ask(registry: &Registry, id: Option<&str>, secret: Option<&str>) -> Result<&'static str, ClientAuthError> {
        let proof = secret.map_or(Proof::None, |secret| Proof::Secret(PresentedSecret::in_form(secret)));
        let presented = Presented { client_id: id.map(str::to_owned), proof };
        registry.authenticate(&presented, &audiences(), FROM, Timestamp::UNIX_EPOCH).map(|(client, _)| {
            match client.id.as_str() {
                "api" => "api",
                "web" => "web",
                "vestibule" => "vestibule",
                _ => "another",
            }
        })
    }

    /// TK-15
    #[test]
    fn a_confidential_client_presents_its_secret_and_a_public_one_has_none() {
        let registry = registry();
        assert_eq!(ask(&registry, Some("api"), Some(SECRET)), Ok("api"));
        assert_eq!(ask(&registry, Some("web"), None), Ok("web"));
        assert_eq!(ask(&registry, Some("vestibule"), None), Ok("vestibule"));
        assert_eq!(ask(&registry, None, None), Ok("vestibule"));
        for (id, secret) in [
            (Some("api"), None),
            (Some("web"), Some(SECRET)),
            (Some("vestibule"), Some(SECRET)),
            (None, Some(SECRET)),
            (Some("API"), Some(SECRET)),
            (Some("nobody"), Some(SECRET)),
            (Some("nobody"), None),
            (Some(""), None),
        ] {
            assert_eq!(ask(&registry, id, secret), Err(ClientAuthError::Unknown), "{id:?}");
        }
        for wrong in ["", "x", "an-example-secret-of-32-or-more-byteS"] {
            assert_eq!(ask(&registry, Some("api"), Some(wrong)), Err(ClientAuthError::WrongSecret), "{wrong}");
        }
    }

    /// TK-16: a client that does not form-encode its body sends a `+`, which is decoded as a space.
    #[test]
    fn a_secret_with_a_plus_is_accepted_when_it_arrives_as_a_space() {
        let secret = "in+base64+there/is+a+plus+now+and+then==";
        let registry = registry_with(secret);
        assert_eq!(ask(&registry, Some("api"), Some(secret)), Ok("api"));
        assert_eq!(ask(&registry, Some("api"), Some(&secret.replace('+', " "))), Ok("api"));
        assert_eq!(ask(&registry, Some("api"), Some(&secret.replace('+', ""))), Err(ClientAuthError::WrongSecret));
    }

    /// IN-09: wrong secrets are locked out, the right one never is; failures without a known client and a secret do not count.
    #[test]
    fn five_wrong_secrets_lock_further_wrong_ones_out() {
        let registry = registry();
        for _ in 0..20 {
            assert_eq!(ask(&registry, Some("nobody"), Some("x")), Err(ClientAuthError::Unknown));
            assert_eq!(ask(&registry, Some("api"), None), Err(ClientAuthError::Unknown));
        }
        for _ in 0..5 {
            assert_eq!(ask(&registry, Some("api"), Some("x")), Err(ClientAuthError::WrongSecret));
        }
        let locked = Err(ClientAuthError::LockedOut(TimeDelta::minutes(5)));
        assert_eq!(ask(&registry, Some("api"), Some("x")), locked);
        assert_eq!(ask(&registry, Some("api"), Some(SECRET)), Ok("api"));
        assert_eq!(ask(&registry, Some("api"), Some("y")), locked, "the right secret ends no lockout");
        let presented =
            Presented { client_id: Some("api".to_owned()), proof: Proof::Secret(PresentedSecret::in_form("x")) };
        let failure = |from, now| registry.authenticate(&presented, &audiences(), from, now).err();
        let elsewhere = IpAddr::V4(Ipv4Addr::BROADCAST);
        assert_eq!(failure(elsewhere, Timestamp::UNIX_EPOCH), Some(ClientAuthError::WrongSecret));
        assert_eq!(failure(FROM, Timestamp::UNIX_EPOCH + TimeDelta::minutes(5)), Some(ClientAuthError::WrongSecret));
    }
}
