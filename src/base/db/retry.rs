//! Retrying transactions that failed by a deadlock or a serialization failure.

use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::access::Conn;
use crate::base::secret;

/// The most retries after a conflict (RC-12).
const RETRIES: u32 = 3;

/// Runs `work`, and again after a conflict. A deadlock or a serialization failure rolls the work back as a whole, so it may
/// be repeated.
pub(super) fn retry_conflicts<T>(conn: &mut Conn, work: &impl Fn(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    let mut tries = 0;
    loop {
        match work(conn) {
            Err(error) if tries < RETRIES && is_conflict(&error) => {
                tries += 1;
                std::thread::sleep(pause(tries));
            }
            outcome => return outcome,
        }
    }
}

/// The pause before a retry. Without it the retry may take the locks before the other transaction has woken up, and both
/// conflict again. It doubles each time, with a random part.
fn pause(tries: u32) -> Duration {
    let [random] = secret::random_bytes::<1>();
    Duration::from_millis(5 + u64::from(random) / 16) * 2_u32.saturating_pow(tries.saturating_sub(1))
}

fn is_conflict(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}
