//! Runs work with a connection of the pool, and passes the changes that the work noted to the observer.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use diesel::QueryResult;

use super::access::Conn;
use super::change::{self, Change};
use super::connections::Manager;
use super::error::{DbError, one_line};
use crate::base::measure;

/// The function that is called with the changes of a piece of work.
pub type Observer = Box<dyn Fn(&[Change]) + Send + Sync>;

/// The pool and the observer of its work.
pub(super) struct Lender {
    pool: r2d2::Pool<Manager>,
    observer: OnceLock<Observer>,
}

impl Lender {
    pub(super) fn new(pool: r2d2::Pool<Manager>) -> Self {
        Self { pool, observer: OnceLock::new() }
    }

    pub(super) fn observe(&self, observer: Observer) {
        let _first_one_stays = self.observer.set(observer);
    }

    pub(super) fn state(&self) -> r2d2::State {
        self.pool.state()
    }

    /// Runs the work on this thread with a connection. Waits at most `wait` for the connection.
    pub(super) fn lend<T>(
        &self,
        wait: Duration,
        name: &'static str,
        work: impl FnOnce(&mut Conn) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let started = Instant::now();
        let mut conn = self.pool.get_timeout(wait).map_err(|error| DbError::Unavailable(reason(&error)))?;
        // Discards the changes that work on this thread noted before it panicked.
        let _discarded = change::take();
        let outcome = work(&mut conn).map_err(DbError::from);
        if outcome.is_err() {
            change::roll_back(0);
        }
        let changes = change::take();
        if let Some(observer) = self.observer.get().filter(|_| !changes.is_empty()) {
            observer(&changes);
        }
        measure::database_work(name, started.elapsed());
        if let Err(error) = &outcome {
            tracing::warn!(work = name, %error, "database work failed");
        }
        outcome
    }
}

/// Removes r2d2's prefix. The rest is the error of an attempt to connect. If there is none, no attempt has failed
/// within the time: the host does not answer, or all connections are in use.
fn reason(error: &r2d2::Error) -> String {
    const WAITED: &str = "timed out waiting for connection";
    let text = one_line(error);
    match text.strip_prefix(WAITED) {
        Some("") => "no connection within database.acquire_timeout: the host in database.url does not answer, or all \
                     connections of the pool are in use"
            .to_owned(),
        Some(cause) => cause.trim_start_matches(": ").to_owned(),
        None => text,
    }
}
