//! Why there is no PostgreSQL.

use std::path::{Path, PathBuf};

/// Why the private PostgreSQL did not start or did not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Its programs are nowhere to be found.
    #[error(
        "PostgreSQL was not found on this machine. Install it:\n  \
         Debian, Ubuntu:  apt-get install --no-install-recommends postgresql\n  \
         macOS:           brew install postgresql@17\n\
         or set PGBIN to the directory that holds initdb and postgres"
    )]
    NotFound,
    /// We are root, PostgreSQL refuses to be, and there is nobody else.
    #[error("PostgreSQL refuses to run as root, and this machine knows neither a user `postgres` nor `nobody`")]
    NobodyElse,
    /// Somebody else runs a PostgreSQL on the same data.
    #[error("{0} is in use by another PostgreSQL; is `vestibule dev --keep` running already?")]
    InUse(PathBuf),
    /// The user that it runs as in root's stead may not enter its directory.
    #[error("PostgreSQL does not run as root, and the user it runs as instead may not enter {0}; try another place")]
    OutOfReach(PathBuf),
    /// One of its programs failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it wrote.
        output: String,
    },
    /// It did not become ready, or did not end, in time.
    #[error("PostgreSQL did not {0} in time")]
    TooSlow(&'static str),
    /// A file or directory of it could not be used.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl PostgresError {
    /// Says at which path it happened.
    pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
