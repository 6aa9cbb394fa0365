//! How sessions end here: what is written with each end, and who is woken by it.

use std::sync::Arc;

use tokio::sync::Notify;

use super::lifetime::Lifetime;
use super::store::Ended;
use crate::base::clock::Timestamp;
use crate::config;

/// What every ending has in common. Cheap to clone; all clones ring the same bell.
#[derive(Clone)]
pub struct Endings {
    lifetime: Lifetime,
    told: Arc<[String]>,
    bell: Arc<Notify>,
}

/// One ending: all that it writes besides the rows that it ends.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Why, as the row, the audit and the log say it.
    pub reason: &'static str,
    /// When.
    pub now: Timestamp,
    /// How long the revocation feed tells of it.
    pub keep_until: Timestamp,
    /// The ids of the clients that are told of it (OpenID Connect Back-Channel Logout 1.0).
    pub told: Arc<[String]>,
    /// Whether the provider's own tokens are revoked there, where no session that lives was made through the same identity.
    pub revokes: bool,
    /// A session that was last used before that does not live any more.
    pub used_after: Timestamp,
}

/// Endings that nobody asked for, or that make room for a session that begins in the same moment.
const REVOKE_NOTHING: [&str; 4] = ["replaced", "one_per_user", "reuse", "code_reuse"];

impl Endings {
    /// From `[sessions]`, `[tokens]` and the clients that have a `backchannel_logout_uri`.
    pub fn new(lifetime: Lifetime, clients: &[config::Client]) -> Self {
        let told = clients.iter().filter(|client| client.backchannel_logout_uri.is_some());
        Self { lifetime, told: told.map(|client| client.id.clone()).collect(), bell: Arc::default() }
    }

    /// How long sessions live.
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// The ids of the clients that are told.
    pub fn told(&self) -> &Arc<[String]> {
        &self.told
    }

    /// An ending of this moment.
    pub fn ending(&self, reason: &'static str, now: Timestamp) -> Ending {
        Ending {
            reason,
            now,
            keep_until: self.lifetime.feed_until(now),
            told: Arc::clone(&self.told),
            revokes: !REVOKE_NOTHING.contains(&reason),
            used_after: self.lifetime.used_after(now),
        }
    }

    /// Wakes whoever delivers the notices in this process, if there are any. To be called once they are committed; where
    /// it is not, the next look finds them.
    pub fn ring_for(&self, ended: &[Ended]) {
        if ended.iter().any(|ended| ended.told) {
            self.bell.notify_one();
        }
    }

    /// Waits until somebody rang. A ring that nobody waited for is kept, once.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }
}
