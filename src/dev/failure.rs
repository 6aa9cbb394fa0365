//! Why `vestibule dev` does not start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::postgres::PostgresError;

/// Why `vestibule dev` does not start.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// The private PostgreSQL does not start.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// A listener's address is in use, or not available.
    #[error(
        "cannot listen on {address} ({source}); move all listeners elsewhere: `make demo ARGS=\"--port 9000\"`, or `vestibule dev --port 9000`"
    )]
    Address {
        /// The address of the listener.
        address: SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The stored secrets of `--keep`, or the file for commands, cannot be read or written.
    #[error("{path}: {source}")]
    Secrets {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The handlers of SIGINT and SIGTERM cannot be installed.
    #[error("cannot listen to signals: {0}")]
    Signals(std::io::Error),
    /// The gateway itself did not start.
    #[error("the gateway did not start: {0}")]
    Gateway(String),
}

impl DevError {
    /// Adds the path to an error.
    pub(super) fn in_file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Secrets { path, source }
    }

    /// Adds the address to an error.
    pub(super) fn at(address: SocketAddr) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Address { address, source }
    }
}
