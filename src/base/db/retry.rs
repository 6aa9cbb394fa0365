//! Work that lost against another one is done again.

use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::executor::Conn;
use crate::base::secret;

/// How often work that lost against another one is tried again (RC-12).
const RETRIES: u32 = 3;

/// A deadlock or a serialization failure undoes the statement or the transaction it hits, so it may be done again.
pub(super) fn again_if_lost<T>(conn: &mut Conn, work: &impl Fn(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    let mut tries = 0;
    loop {
        match work(conn) {
            Err(error) if tries < RETRIES && lost_a_race(&error) => {
                tries += 1;
                std::thread::sleep(pause(tries));
            }
            outcome => return outcome,
        }
    }
}

/// Whoever lost and comes back at once takes the locks before the winner has woken up, and both lose again. The pause
/// doubles, and no two are alike.
fn pause(tries: u32) -> Duration {
    let [chance] = secret::random_bytes::<1>();
    Duration::from_millis(5 + u64::from(chance) / 16) * 2_u32.saturating_pow(tries.saturating_sub(1))
}

fn lost_a_race(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}
