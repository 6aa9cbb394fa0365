//! A connection that receives notifications of PostgreSQL (`LISTEN`). It is not from the pool, because it is kept for as
//! long as its owner runs.

use diesel::connection::SimpleConnection;

use super::db::{Conn, Db, DbError, QueryResult};

/// A connection that listens to one channel; to be used on a thread that may block.
pub struct Listener(Conn);

impl Listener {
    /// Connects and begins to listen. `channel` is an SQL identifier without quotes.
    pub fn open(db: &Db, channel: &'static str) -> Result<Self, DbError> {
        let mut conn = db.connect()?;
        conn.batch_execute(&format!("LISTEN {channel}"))?;
        Ok(Self(conn))
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

    /// Runs statements on this connection.
    pub fn run<T>(&mut self, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T, DbError> {
        Ok(work(&mut self.0)?)
    }
}
