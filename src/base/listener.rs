//! A connection that receives notifications of PostgreSQL (`LISTEN`). It is not from the pool, because it is kept for as
//! long as its owner runs.

use std::time::Duration;

use super::db::{Conn, Db, DbError};

/// A connection that listens to one channel; to be used on a thread that may block.
pub struct Listener(Conn);

impl Listener {
    /// Connects and begins to listen. `channel` is an SQL identifier without quotes.
    pub fn open(db: &Db, channel: &'static str) -> Result<Self, DbError> {
        db.connect(&listen(channel)).map(Self)
    }

    /// Opens the listener at the start, when the database may be starting too: tries again for the time `wait`.
    pub fn open_at_start(db: &Db, channel: &'static str, wait: Duration) -> Result<Self, DbError> {
        db.connect_within(&listen(channel), wait).map(Self)
    }

    /// Whether a notification has arrived since the last call. Reads the socket only; fails once the server is gone.
    pub fn notified(&mut self) -> Result<bool, DbError> {
        let mut notified = false;
        for notification in self.0.notifications_iter() {
            notification?;
            notified = true;
        }
        Ok(notified)
    }

    /// The connection, for statements of its owner.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }
}

fn listen(channel: &str) -> String {
    format!("LISTEN {channel}")
}
