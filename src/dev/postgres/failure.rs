//! Errors of the private PostgreSQL.

use std::path::{Path, PathBuf};

/// Why the private PostgreSQL does not start, or a command fails.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The programs of PostgreSQL are not installed.
    #[error(
        "PostgreSQL was not found on this machine. Install it:\n  \
         Debian, Ubuntu:  apt-get install --no-install-recommends postgresql\n  \
         macOS:           brew install postgresql@17\n\
         or set PGBIN to the directory that holds initdb and postgres"
    )]
    NotFound,
    /// PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.
    #[error("PostgreSQL refuses to run as root, and this machine knows neither a user `postgres` nor `nobody`")]
    NoOtherUser,
    /// Another PostgreSQL runs on the same data directory.
    #[error("{0} is in use by another PostgreSQL; is `vestibule dev --keep` running already?")]
    InUse(PathBuf),
    /// The user that it runs as instead of root may not enter its directory.
    #[error("PostgreSQL does not run as root, and the user it runs as instead may not enter {0}; try another place")]
    NoAccess(PathBuf),
    /// No directory for its socket has a short path of plain characters.
    #[error(
        "PostgreSQL needs a directory whose path is short and has letters, digits, -, _ and . only; set TMPDIR to one"
    )]
    NoDirectory,
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The name of the program.
        program: &'static str,
        /// Its standard error and standard output.
        output: String,
    },
    /// It did not become ready, or did not stop, in time.
    #[error("PostgreSQL did not {0} in time")]
    TooSlow(&'static str),
    /// A file or directory of PostgreSQL cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl PostgresError {
    /// Adds the path to an error.
    pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
