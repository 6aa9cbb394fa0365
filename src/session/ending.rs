//! The values that are written when a session ends, and the notification of the delivery job.

use std::sync::Arc;

use tokio::sync::Notify;

use super::end_reason::EndReason;
use super::lifetime::Lifetime;
use crate::base::clock::Timestamp;
use crate::config;

/// The values that all endings share. Cheap to clone; all clones notify the same delivery job.
#[derive(Clone)]
pub struct Endings {
    lifetime: Lifetime,
    notified_clients: Arc<[String]>,
    notice_added: Arc<Notify>,
}

/// One ending: the values that it writes besides the sessions that it ends.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Why the sessions end.
    pub reason: EndReason,
    /// The time of the ending.
    pub now: Timestamp,
    /// When its entry may leave the revocation feed.
    pub keep_until: Timestamp,
    /// The ids of the clients that get a logout token (OpenID Connect Back-Channel Logout 1.0).
    pub notified_clients: Arc<[String]>,
    /// Whether the stored tokens of the provider are revoked there, if no live session was made through the same identity.
    pub revokes: bool,
    /// A session whose last use is before this has reached the idle timeout.
    pub used_after: Timestamp,
}

impl Endings {
    /// From the sections `[sessions]` and `[tokens]`, and the clients with a `backchannel_logout_uri`.
    pub fn new(lifetime: Lifetime, clients: &[config::Client]) -> Self {
        let notified = clients.iter().filter(|client| client.backchannel_logout_uri.is_some());
        Self {
            lifetime,
            notified_clients: notified.map(|client| client.id.clone()).collect(),
            notice_added: Arc::default(),
        }
    }

    /// The timeouts of sessions.
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// The ids of the clients with a `backchannel_logout_uri`.
    pub fn notified_clients(&self) -> &Arc<[String]> {
        &self.notified_clients
    }

    /// An ending at `now`.
    pub fn ending(&self, reason: EndReason, now: Timestamp) -> Ending {
        Ending {
            reason,
            now,
            keep_until: self.lifetime.feed_until(now),
            notified_clients: Arc::clone(&self.notified_clients),
            revokes: reason.revokes_provider_tokens(),
            used_after: self.lifetime.used_after(now),
        }
    }

    /// Notifies the delivery job of this process that an ending queued logout notices. Call it after the commit; without
    /// a call the next poll of the outbox finds them.
    pub fn notify(&self) {
        self.notice_added.notify_one();
    }

    /// Waits for a notification. One that arrives while none is waited for is kept.
    pub async fn notified(&self) {
        self.notice_added.notified().await;
    }
}
