//! The sessions that this replica has read lately, in memory: who asks again within `verify.cache_for` costs no statement.
//!
//! A cached session is what its row was when it was read. The revocation cache decides beside it whether it was ended since,
//! so an ended session is never accepted. A write of this replica to the session or its identity makes the cached state stale
//! at once ([`follow_own_writes`](super::follow_own_writes)); a write of another replica is seen after `cache_for`.

mod compact;
mod entry;
mod refused;
mod session_cache;
mod unpacked;

pub use entry::{CachedSession, ReadBegan};
pub use session_cache::SessionCache;
