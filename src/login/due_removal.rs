//! Removals of identities that are due, as the cleanup runs them: in steps, each in a transaction of the cleanup.

use super::store::{self, UnlinkOutcome, UnlinkRequest, UnlinkedBy};
use super::unlink::{record_ends, record_unlinked};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, QueryResult};
use crate::base::id::SubId;
use crate::session::{EndReason, Ended, Endings};

/// The position behind an identity, in the order in which removals are due.
#[derive(Clone, Copy, Debug)]
pub struct RemovalMark {
    /// When its removal was due.
    pub(super) unlink_at: Timestamp,
    pub(super) id: SubId,
}

impl Default for RemovalMark {
    /// The position before the first identity that is due.
    fn default() -> Self {
        Self { unlink_at: Timestamp::UNIX_EPOCH, id: SubId(uuid::Uuid::nil()) }
    }
}

/// A removal that is due.
#[derive(Clone)]
pub struct DueRemoval {
    /// The position behind it.
    pub mark: RemovalMark,
    request: UnlinkRequest,
    endings: Endings,
}

/// A finished step of a removal, to be recorded once it is committed.
pub enum RemovalStep {
    /// These sessions of the identity ended, and others may be left.
    Ended(Vec<Ended>),
    /// The removal is over: the identity is gone, or it stays, since the removal was cancelled or it is the user's last
    /// one.
    Over(UnlinkOutcome),
}

/// Up to `most` removals that are due, from the position `after`.
pub fn due_removals(
    conn: &mut Conn,
    after: RemovalMark,
    most: i64,
    endings: &Endings,
    now: Timestamp,
) -> QueryResult<Vec<DueRemoval>> {
    let due = store::due_removals(conn, (after.unlink_at, after.id), most, now)?;
    let removal = |row: store::DueRow| {
        let store::DueRow { id, user_id: user, unlink_at } = row;
        let ending = endings.ending(EndReason::Unlinked, now);
        let request = UnlinkRequest { user, id, by: UnlinkedBy::Cleanup, ending, now };
        DueRemoval { mark: RemovalMark { unlink_at, id }, request, endings: endings.clone() }
    };
    Ok(due.into_iter().map(removal).collect())
}

impl DueRemoval {
    /// Ends up to `most` sessions of the identity, and removes it once none is left. To be called in a transaction.
    pub fn step(&self, conn: &mut Conn, most: i64) -> QueryResult<RemovalStep> {
        let ended = store::end_some_before_removal(conn, &self.request, most)?;
        if ended.is_empty() {
            store::unlink(conn, &self.request).map(RemovalStep::Over)
        } else {
            Ok(RemovalStep::Ended(ended))
        }
    }

    /// Records a committed step. Returns whether the identity is gone, and `None` if a further step is needed.
    pub fn record(&self, step: &RemovalStep) -> Option<bool> {
        match step {
            RemovalStep::Ended(ended) => {
                record_ends(&self.endings, ended);
                None
            }
            RemovalStep::Over(outcome) => Some(record_unlinked(&self.endings, self.request.user, outcome)),
        }
    }
}
