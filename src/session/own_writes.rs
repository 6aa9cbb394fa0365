//! The caches of a replica see its own writes at once; the revocation feed carries the writes of the other replicas.

use std::sync::Arc;

use super::cache::SessionCache;
use super::revocation_cache::{RevocationCache, Revoked};
use crate::base::db::{Change, Db};

/// Keeps the caches as new as the writes of this database handle. The stores note each write
/// ([`note`](crate::base::db::note)), so that no operation can forget it.
pub fn follow_own_writes(db: &Db, revocations: &RevocationCache, sessions: &Arc<SessionCache>) {
    let (revocations, sessions) = (revocations.clone(), Arc::clone(sessions));
    db.observe(Box::new(move |changes| {
        for change in changes {
            match *change {
                Change::SessionEnded { session: id, keep_until, .. } => {
                    revocations.insert(Revoked::Session { id, index: None }, keep_until);
                }
                Change::TokenRevoked { jti, keep_until } => {
                    revocations.insert(Revoked::Jti(jti), keep_until);
                }
                Change::User(user) => sessions.changed(user),
            }
        }
    }));
}
