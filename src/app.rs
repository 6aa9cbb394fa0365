//! What the gateway holds, in one hand: built once, immutable.

use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::client;
use crate::config::Config;
use crate::keys::KeyRing;
use crate::session::{Lifetime, Watch};
use crate::upstream::Registry;

/// The gateway.
pub struct App {
    /// The configuration, without what was moved into the other members.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Where each request's `now` comes from.
    pub clock: Clock,
    /// What we sign with; swapped whole when keys change.
    pub keys: KeyRing,
    /// The providers.
    pub providers: Registry,
    /// The clients.
    pub clients: client::Registry,
    /// How long sessions live.
    pub lifetime: Lifetime,
    /// What is known to be revoked.
    pub watch: Watch,
}
