//! Why `vestibule dev` did not come up.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::postgres::PostgresError;

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// No database.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// Somebody else listens there.
    #[error(
        "cannot listen on {address} ({source}); move all four listeners elsewhere: `make demo ARGS=\"--port 9000\"`, or `vestibule dev --port 9000`"
    )]
    Address {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The kept secrets could not be read or written.
    #[error("{path}: {source}")]
    Secrets {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system has no signals for us.
    #[error("cannot listen to signals: {0}")]
    Signals(std::io::Error),
    /// The gateway itself did not start.
    #[error("the gateway did not start: {0}")]
    Gateway(String),
}

impl DevError {
    /// Says at which address it happened.
    pub(super) fn at(address: SocketAddr) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Address { address, source }
    }
}
