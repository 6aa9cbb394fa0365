//! All clients, and whether someone is the client that it says (RFC 6749 §2.3).

use std::net::IpAddr;

use chrono::TimeDelta;

use super::assertion::{self, Assertion};
use super::downstream::Client;
use super::lockout::Lockouts;
use crate::base::clock::Timestamp;
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
    /// What it showed to be that.
    pub proof: Proof,
}

/// What someone showed to be a client (RFC 6749 §2.3, RFC 7523 §2.2).
pub enum Proof {
    /// Nothing.
    None,
    /// A secret.
    Secret(Plain),
    /// Something that it signed.
    Assertion(Plain),
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

    /// The client that this is, and the assertion that it showed, which has to be used up
    /// ([`use_assertion`](super::use_assertion)) before it counts. `from`: the network of the caller, as limits count it.
    /// `audiences`: what an assertion may be for.
    pub fn authenticate(
        &self,
        presented: &Presented,
        audiences: &[String],
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(&Client, Option<Assertion>), Refused> {
        let signed_by = match &presented.proof {
            Proof::Assertion(assertion) => assertion::named(assertion),
            Proof::None | Proof::Secret(_) => None,
        };
        let id = presented.client_id.as_deref().or(signed_by.as_deref()).unwrap_or(BUILT_IN_CLIENT);
        match (self.find(id), &presented.proof) {
            (Some((_, client)), Proof::None) if !client.is_confidential => Ok((client, None)),
            (Some((place, client)), Proof::Secret(secret)) if client.shows_secret() => {
                self.judge((place, from), now, || client.has_secret(secret).then_some((client, None)))
            }
            (Some((_, client)), Proof::Assertion(assertion)) if client.public_key().is_some() => {
                // A signature cannot be guessed, so nobody is locked out for wrong ones.
                let key = client.public_key();
                let verified = key.and_then(|key| assertion::verify(key, &client.id, assertion, audiences, now));
                verified.map(|verified| (client, Some(verified))).ok_or(Refused::WrongSecret)
            }
            (_, Proof::Secret(secret)) => {
                // As much work as for a client that exists.
                let _never = secret.hashed().matches(self.nobody.as_bytes());
                Err(Refused::Unknown)
            }
            _ => Err(Refused::Unknown),
        }
    }

    /// Judges a proof, unless the caller is locked out, and counts one that is wrong.
    fn judge<T>(&self, key: (usize, IpAddr), now: Timestamp, judge: impl FnOnce() -> Option<T>) -> Result<T, Refused> {
        if let Some(left) = self.lockouts.remaining(key, now) {
            return Err(Refused::LockedOut(left));
        }
        let Some(good) = judge() else {
            self.lockouts.count(key, now);
            return Err(Refused::WrongSecret);
        };
        self.lockouts.clear(key);
        Ok(good)
    }

    /// Lets go of failures that are long past.
    pub fn forget_quiet(&self, now: Timestamp) {
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
        registry_with(SECRET)
    }

    /// `api` has that secret, `web` is public.
    fn registry_with(secret: &str) -> Registry {
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
            insecure_skip_loopback_consent: false,
            rotate_refresh_tokens: true,
            provider_tokens: vec![],
        };
        let limits =
            config::Limits { logins_per_minute: 1, tokens_per_minute: 1, failures_before_lockout: 5, body_bytes: 1024 };
        Registry::new(vec![client("api", Some(secret)), client("web", None)], &limits)
    }

    fn ask<'r>(registry: &'r Registry, id: Option<&str>, secret: Option<&str>) -> Result<&'r str, Refused> {
        let proof = secret.map_or(Proof::None, |secret| Proof::Secret(Plain::new(secret)));
        let presented = Presented { client_id: id.map(str::to_owned), proof };
        registry.authenticate(&presented, &[], FROM, Timestamp::UNIX_EPOCH).map(|(client, _)| client.id.as_str())
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

    /// TK-16: as Basic authentication hands it over from clients that do not form-encode what they send.
    #[test]
    fn a_plus_may_have_become_a_space() {
        let secret = "in+base64+there/is+a+plus+now+and+then==";
        let registry = registry_with(secret);
        assert_eq!(ask(&registry, Some("api"), Some(secret)), Ok("api"));
        assert_eq!(ask(&registry, Some("api"), Some(&secret.replace('+', " "))), Ok("api"));
        assert_eq!(ask(&registry, Some("api"), Some(&secret.replacen('+', " ", 1))), Err(Refused::WrongSecret));
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
        let presented = Presented { client_id: Some("api".to_owned()), proof: Proof::Secret(Plain::new(SECRET)) };
        assert!(registry.authenticate(&presented, &[], elsewhere, Timestamp::UNIX_EPOCH).is_ok());
        let later = Timestamp::UNIX_EPOCH + TimeDelta::minutes(5);
        assert!(registry.authenticate(&presented, &[], FROM, later).is_ok());
    }
}
