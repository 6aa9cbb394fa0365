//! What the cache stores and hands out.

use serde_json::Value;

use super::compact::Compact;
use crate::base::clock::Timestamp;
use crate::session::signed_in::SignedIn;

/// When the statement that read a session began, in microseconds of a monotonic clock. What was read may be older than a
/// change that was committed after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadBegan(pub(super) u64);

/// A session in the cache, and when it was read.
pub(super) struct Entry {
    pub(super) session: Compact,
    pub(super) began: ReadBegan,
    /// By the clock of requests, which also decides on the timeouts of the session.
    pub(super) read_at: Timestamp,
}

/// A session as its row was, from the cache or just read.
#[derive(Clone)]
pub struct CachedSession {
    /// The session and its user.
    pub signed_in: SignedIn,
    /// The claims of the provider; `null` if no rule needs them.
    pub claims: Value,
}
