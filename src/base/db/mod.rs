//! The one door to PostgreSQL.
//!
//! [`Db`] alone owns the pool. It lends a connection only on its own small executor: as many named threads as
//! connections, a bounded queue in front. So `&mut Conn` is the proof of standing on a blocking thread, no `async fn`
//! ever sees one, and none can be held across an await or a call to a provider. When the queue is full or no
//! connection comes in time, the caller learns at once.

mod access;
mod connections;
mod error;
mod executor;
mod retry;

pub use access::Access;
/// What work on a connection gives: an answer, or what the database itself refuses.
pub use diesel::QueryResult;
pub use error::DbError;
pub use executor::{Conn, Db, ping};
