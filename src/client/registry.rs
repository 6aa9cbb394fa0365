//! All clients, and whether someone is the client that it says (RFC 6749 §2.3).

use std::net::IpAddr;

use chrono::TimeDelta;

use super::downstream::Client;
use super::lockout::Lockouts;
use crate::base::clock::Instant;
use crate::base::secret::{Hashed, Plain};
use crate::config::{self, BUILT_IN_CLIENT};

/// The clients, the built-in one among them.
pub struct Registry {
    clients: Vec<Client>,
    lockouts: Lockouts,
    /// Compared with where there is no such client, so that it takes as long.
    nobody: Hashed,
}

/// What someone showed.
pub struct Presented {
    /// The client that it says it is; the built-in one, if it says nothing.
    pub client_id: Option<String>,
    /// The client's secret, if it showed any.
    pub secret: Option<Plain>,
}

/// Why someone is not taken for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No such client, no secret where there must be one, or one where there can be none.
    Unknown,
    /// The client exists and has another secret. Nobody but the operator is told.
    WrongSecret,
    /// Too many wrong secrets; how much longer no other is looked at.
    LockedOut(TimeDelta),
}

impl Registry {
    /// From `[clients.*]`.
    pub fn new(clients: Vec<config::Client>, limits: &config::Limits) -> Self {
        let clients = std::iter::once(Client::built_in()).chain(clients.into_iter().map(Client::from)).collect();
        Self { clients, lockouts: Lockouts::new(limits.failures_before_lockout), nobody: Plain::random().hashed() }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter()
    }

    /// The client of that id.
    pub fn get(&self, id: &str) -> Option<&Client> {
        self.find(id).map(|(_, client)| client)
    }

    /// The client that this is. `from`: the network of the caller, as limits count it.
    pub fn authenticate(&self, presented: &Presented, from: IpAddr, now: Instant) -> Result<&Client, Refused> {
        let id = presented.client_id.as_deref().unwrap_or(BUILT_IN_CLIENT);
        let found = self.find(id);
        match (found, &presented.secret) {
            (Some((_, client)), None) if !client.is_confidential => Ok(client),
            (Some((place, client)), Some(secret)) if client.shows_secret() => {
                self.with_secret((place, from), client, secret, now)
            }
            (_, secret) => {
                // As much work as for a client that exists.
                let _never = secret.as_ref().map(|secret| secret.hashed().matches(self.nobody.as_bytes()));
                Err(Refused::Unknown)
            }
        }
    }

    fn with_secret<'c>(
        &self,
        key: (usize, IpAddr),
        client: &'c Client,
        secret: &Plain,
        now: Instant,
    ) -> Result<&'c Client, Refused> {
        if let Some(left) = self.lockouts.remaining(key, now) {
            return Err(Refused::LockedOut(left));
        }
        if client.has_secret(secret) {
            self.lockouts.clear(key);
            return Ok(client);
        }
        self.lockouts.count(key, now);
        Err(Refused::WrongSecret)
    }

    /// Lets go of failures that are long past.
    pub fn forget_quiet(&self, now: Instant) {
        self.lockouts.forget(now);
    }

    fn find(&self, id: &str) -> Option<(usize, &Client)> {
        self.clients.iter().enumerate().find(|(_, client)| client.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::config::{Algorithm, ClientType};

    const SECRET: &str = "an-example-secret-of-32-or-more-bytes";
    const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn registry() -> Registry {
        let client = |id: &str, secret: Option<&str>| config::Client {
            id: id.to_owned(),
            name: id.to_owned(),
            r#type: if secret.is_some() { ClientType::Confidential } else { ClientType::Public },
            secret: secret.map(Plain::new),
            public_key: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            allowed_origins: Vec::new(),
            grants: Vec::new(),
            scopes: Vec::new(),
            audience: Vec::new(),
            id_token_alg: Algorithm::Es256,
            providers: Vec::new(),
            backchannel_logout_uri: None,
            insecure_allow_private_logout_uri: false,
            rotate_refresh_tokens: true,
        };
        let limits =
            config::Limits { logins_per_minute: 1, tokens_per_minute: 1, failures_before_lockout: 5, body_bytes: 1024 };
        Registry::new(vec![client("api", Some(SECRET)), client("web", None)], &limits)
    }

    fn ask<'r>(registry: &'r Registry, id: Option<&str>, secret: Option<&str>) -> Result<&'r str, Refused> {
        let presented = Presented { client_id: id.map(str::to_owned), secret: secret.map(Plain::new) };
        registry.authenticate(&presented, FROM, Instant::UNIX_EPOCH).map(|client| client.id.as_str())
    }

    /// TK-15
    #[test]
    fn a_confidential_client_shows_its_secret_and_a_public_one_has_none() {
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
            assert_eq!(ask(&registry, id, secret), Err(Refused::Unknown), "{id:?}");
        }
        for wrong in ["", "x", "an-example-secret-of-32-or-more-byteS"] {
            assert_eq!(ask(&registry, Some("api"), Some(wrong)), Err(Refused::WrongSecret), "{wrong}");
        }
    }

    /// IN-09: while it is locked out even the right secret is not looked at; who never had a secret locks nobody out.
    #[test]
    fn five_wrong_secrets_lock_a_client_out() {
        let registry = registry();
        for _ in 0..20 {
            assert_eq!(ask(&registry, Some("nobody"), Some("x")), Err(Refused::Unknown));
            assert_eq!(ask(&registry, Some("api"), None), Err(Refused::Unknown));
        }
        for _ in 0..5 {
            assert_eq!(ask(&registry, Some("api"), Some("x")), Err(Refused::WrongSecret));
        }
        assert_eq!(ask(&registry, Some("api"), Some(SECRET)), Err(Refused::LockedOut(TimeDelta::minutes(5))));
        let elsewhere = IpAddr::V4(Ipv4Addr::BROADCAST);
        let presented = Presented { client_id: Some("api".to_owned()), secret: Some(Plain::new(SECRET)) };
        assert!(registry.authenticate(&presented, elsewhere, Instant::UNIX_EPOCH).is_ok());
        let later = Instant::UNIX_EPOCH + TimeDelta::minutes(5);
        assert!(registry.authenticate(&presented, FROM, later).is_ok());
    }
}
