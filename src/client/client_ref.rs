//! A client as the registry returns it.

use std::ops::Deref;
use std::sync::Arc;

use super::downstream::Client;

/// A client of the registry, or one that was made for this use.
#[derive(Clone)]
pub enum ClientRef<'a> {
    /// Of the configuration, or the built-in one.
    Registered(&'a Client),
    /// A client by URL, with what its document said, or without it where that is not needed.
    ByUrl(Arc<Client>),
}

impl Deref for ClientRef<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        match self {
            Self::Registered(client) => client,
            Self::ByUrl(client) => client,
        }
    }
}
