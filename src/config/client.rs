//! `[clients.*]`: the apps and services that use us, as validated values.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::secret::Plain;

/// The client that sessions of the cookie and the JSON door belong to. It is public, and nobody configures it.
pub const BUILT_IN_CLIENT: &str = "vestibule";

/// One configured client.
pub struct Client {
    /// The key of its table: the `client_id` of its requests and of its tokens.
    pub id: String,
    /// What people read.
    pub name: String,
    /// What it shows to be itself: nothing, if it is public.
    pub secret: Option<Plain>,
    /// Who its tokens are for, and whose tokens it may ask about besides its own; empty: the default audience.
    pub audience: Vec<String>,
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It cannot: it runs where its user can look into it.
    Public,
    /// It can: it runs on a server.
    Confidential,
}
