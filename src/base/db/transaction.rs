//! Transactions.

use diesel::connection::TransactionManager;
use diesel::result::Error as DieselError;
use diesel::{Connection, QueryResult};

use super::access::Conn;
use super::change;

/// Runs `work` in the current transaction, or begins one. A savepoint would cost two more round trips without use: every
/// caller rolls its transaction back at the first error.
pub fn in_transaction<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    type Transactions = <Conn as Connection>::TransactionManager;
    let runs = Transactions::transaction_manager_status_mut(conn).transaction_depth()?.is_some();
    if runs { work(conn) } else { in_own_transaction(conn, work) }
}

/// Begins a transaction, or a savepoint in the current one, which `work` may roll back by an error.
pub fn in_own_transaction<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    let before = change::noted();
    let outcome = conn.transaction(work);
    if outcome.is_err() {
        change::roll_back(before);
    }
    outcome
}

/// Begins a transaction that a refusal of `work` rolls back: nothing that it has written stays.
pub fn unless_refused<T, R>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> QueryResult<Result<T, R>>,
) -> QueryResult<Result<T, R>> {
    let mut refused = None;
    let outcome = in_own_transaction(conn, |conn| match work(conn)? {
        Ok(done) => Ok(done),
        Err(refusal) => {
            refused = Some(refusal);
            Err(DieselError::RollbackTransaction)
        }
    });
    match refused {
        Some(refusal) => Ok(Err(refusal)),
        None => outcome.map(Ok),
    }
}
