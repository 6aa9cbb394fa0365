//! A client, as a value.

use crate::base::secret::{Hashed, Plain};
use crate::config::{self, BUILT_IN_CLIENT};

/// An app or a service that uses us.
pub struct Client {
    /// The `client_id` of its requests and tokens.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whose tokens it may ask about, besides its own and those that name its id.
    pub audience: Vec<String>,
    secret: Option<Hashed>,
}

impl Client {
    /// The public client of the cookie and the JSON door.
    pub(super) fn built_in() -> Self {
        let id = BUILT_IN_CLIENT.to_owned();
        Self { name: id.clone(), id, audience: Vec::new(), secret: None }
    }

    /// Whether it has a secret to show.
    pub fn is_confidential(&self) -> bool {
        self.secret.is_some()
    }

    /// Whether that is its secret, in constant time; never, if it is public.
    pub(super) fn has_secret(&self, presented: &Plain) -> bool {
        self.secret.is_some_and(|secret| presented.hashed().matches(secret.as_bytes()))
    }
}

impl From<config::Client> for Client {
    fn from(client: config::Client) -> Self {
        let secret = client.secret.as_ref().map(Plain::hashed);
        Self { id: client.id, name: client.name, audience: client.audience, secret }
    }
}
