//! The planner settings of the pool's connections, and of work that needs none of them.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use super::access::Conn;
use super::transaction::in_transaction;

/// What is off for hot statements. A hot statement finds its rows by the index that is named for it (docs/plans.md), also if
/// statistics from an empty table make reading all of it look cheaper, and if such a plan would be kept. Joins are nested loops over
/// indexes: a hash or a merge join reads one side from end to end. `jit` goes too: a plan without another way than one of these has
/// an estimate that starts the compiler.
const OFF: [&str; 5] = ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"];

/// The statements for a connection of the pool. With `batching` a statement for many rows is planned once: PostgreSQL estimates an
/// array at ten rows, and plans each smaller batch anew, which takes longer than the statement.
pub(super) fn for_hot_statements(batching: bool) -> String {
    let plans = if batching { "SET plan_cache_mode = force_generic_plan" } else { "SET plan_cache_mode = auto" };
    OFF.map(|setting| format!("SET {setting} = off; ")).concat() + plans
}

/// Lets the planner choose every kind of plan, for these values of the parameters, until the transaction ends. Do not run hot
/// statements in it: the plan of a prepared statement is cached.
pub fn allow_every_plan(conn: &mut Conn) -> QueryResult<()> {
    let on = OFF.map(|setting| format!("SET LOCAL {setting} = on; ")).concat();
    conn.batch_execute(&format!("{on}SET LOCAL plan_cache_mode = auto"))
}

/// The statements that give the connection the planner settings of the server.
pub fn resets() -> String {
    OFF.map(|setting| format!("RESET {setting}; ")).concat() + "RESET plan_cache_mode"
}

/// Runs work that reads many rows, such as a report, in a transaction with [`allow_every_plan`].
pub fn with_every_plan<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    in_transaction(conn, |conn| {
        allow_every_plan(conn)?;
        work(conn)
    })
}
