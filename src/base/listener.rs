//! A connection that hears a bell of the database (`LISTEN`). It stands outside the pool, since it stays with whom it
//! was made for.

use diesel::connection::SimpleConnection;

use super::db::{Conn, Db, DbError, QueryResult};

/// The connection, and the proof of standing on a thread that may block.
pub struct Listener(Conn);

impl Listener {
    /// Connects, and listens from now on. `channel` is a plain SQL identifier.
    pub fn open(db: &Db, channel: &'static str) -> Result<Self, DbError> {
        let mut conn = db.connect()?;
        conn.batch_execute(&format!("LISTEN {channel}"))?;
        Ok(Self(conn))
    }

    /// Whether the bell rang since this was last asked. Looks at the socket only; fails once the server is gone.
    pub fn rang(&mut self) -> Result<bool, DbError> {
        let mut rang = false;
        for notification in self.0.notifications_iter() {
            notification?;
            rang = true;
        }
        Ok(rang)
    }

    /// Does work on this connection.
    pub fn run<T>(&mut self, work: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T, DbError> {
        Ok(work(&mut self.0)?)
    }
}
