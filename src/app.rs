//! What the gateway holds, in one hand: built once, immutable.

use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::event::Event;
use crate::base::outbound::Outbound;
use crate::client;
use crate::config::Config;
use crate::keys::KeyRing;
use crate::session::{Ended, Ending, Endings, Lifetime, Revoked, Watch};
use crate::telemetry;
use crate::upstream::Registry;
use crate::vault::Vault;

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
    /// The providers' own tokens.
    pub vault: Vault,
    /// The clients.
    pub clients: client::Registry,
    /// How long sessions live.
    pub lifetime: Lifetime,
    /// How sessions end.
    pub endings: Endings,
    /// What is known to be revoked.
    pub watch: Watch,
    /// The way out, to providers and to clients.
    pub outbound: Outbound,
}

impl App {
    /// What follows every ending, once it is committed: this replica refuses at once what it ended, tells of it, and
    /// delivers what there is to be delivered.
    pub fn ended(&self, ended: &[Ended], ending: &Ending) {
        for ended in ended {
            self.watch.learn(Revoked::Session { id: ended.id, index: None }, ending.keep_until);
            telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason: ending.reason });
        }
        self.endings.ring_for(ended);
    }
}
