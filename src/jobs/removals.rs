//! The table of what the cleanup removes.

use chrono::TimeDelta;

use super::cleaned::Cleaned;
use super::store;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, QueryResult};
use crate::{login, logout, session};

/// Removes a batch, and returns the number of rows.
type Remove = fn(&mut Conn, &Due) -> QueryResult<usize>;

/// One batch of a removal.
#[derive(Clone, Copy)]
pub struct Due {
    /// Rows older than this are removed.
    pub before: Timestamp,
    /// The maximum number of rows in the batch.
    pub max_rows: i64,
    pub now: Timestamp,
}

/// How long rows are kept after the time in the column that decides, such as `expires_at`.
#[derive(Clone, Copy)]
pub enum Keep {
    For(TimeDelta),
    /// For `sessions.keep_ended`.
    AsEndedSessions,
}

/// A row of the table.
pub struct Removal {
    /// The name of the job.
    pub name: &'static str,
    pub keep: Keep,
    pub remove: Remove,
    /// The field of the report that counts the rows.
    pub count: fn(&mut Cleaned) -> &mut usize,
}

const AT_ONCE: Keep = Keep::For(TimeDelta::zero());
/// Authorization codes: a replay is still recognised within this time.
const AN_HOUR: Keep = Keep::For(TimeDelta::hours(1));
/// Long enough to look up a login without a session or a delivered logout notice, and short enough that such logins do not
/// fill the disk (IN-12).
const A_DAY: Keep = Keep::For(TimeDelta::hours(24));
/// Failed logins without a user are deleted earlier than other audit events: anyone can cause any number of them.
const A_MONTH: Keep = Keep::For(TimeDelta::days(30));
const A_YEAR: Keep = Keep::For(TimeDelta::days(365));

macro_rules! removals {
    ($($name:literal $keep:expr, $count:ident: $remove:expr;)+) => {
        &[$(Removal { name: $name, keep: $keep, remove: $remove, count: |cleaned| &mut cleaned.$count }),+]
    };
}

/// Deletes the rows of `$table` whose time in `$column` is before `due.before`.
macro_rules! older {
    ($table:literal, $column:literal $(, only $only:literal)?) => {
        |conn, due| {
            let rows = store::Older { table: $table, column: $column, only: concat!($($only)?) };
            store::remove_older(conn, &rows, due.before, due.max_rows)
        }
    };
}

/// The rows that a pass removes, in this order.
pub const REMOVALS: &[Removal] = removals! {
    "prune revocations" AT_ONCE, revocations: |conn, due| session::prune_feed(conn, due.now, due.max_rows);
    "prune sessions" Keep::AsEndedSessions, sessions: |conn, due| session::prune_ended(conn, due.before, due.max_rows, due.now);
    "prune failed logins" A_DAY, logins: older!("authorization_sessions", "expires_at", only "failure IS NOT NULL");
    "prune logins not begun" A_DAY, logins: older!("logins_not_begun", "created_at");
    "prune logins" Keep::AsEndedSessions, logins: |conn, due| login::prune_completed(conn, due.before, due.max_rows);
    "prune authorization requests" AN_HOUR, authorizations: older!("authorization_requests", "expires_at");
    "prune authorization codes" AN_HOUR, authorizations: older!("authorization_codes", "expires_at");
    "prune assertions" AT_ONCE, authorizations: older!("client_assertions", "expires_at");
    "prune clients by URL" A_YEAR, authorizations: older!("clients_by_url", "last_agreed_at", only "NOT authenticates");
    "give up logout notices" AT_ONCE, notices_given_up: |conn, due| logout::give_up_untried(conn, due.now, due.max_rows);
    "prune logout notices" A_DAY, notices: older!("logout_notices", "delivered_at");
    "prune failed logout notices" Keep::AsEndedSessions, notices: older!("logout_notices", "failed_at");
    "prune logout tokens" AT_ONCE, notices: older!("provider_logouts", "expires_at");
    // The condition of the index `audit_events_login_failed`.
    "prune audited failures" A_MONTH, audit_events: older!("audit_events", "at", only "kind = 'login_failed' AND user_id IS NULL");
    "prune audit events" A_YEAR, audit_events: older!("audit_events", "at");
};
