//! Finds the programs of PostgreSQL on this machine.

use std::path::{Path, PathBuf};

use super::failure::PostgresError;

/// The directory that holds `initdb`, `postgres` and `psql`.
#[derive(Clone, Debug)]
pub(super) struct Programs(PathBuf);

/// The directories of packages; `*` stands for the version.
const PACKAGES: [&str; 6] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

impl Programs {
    /// Searches `PGBIN`, then `PATH`, then the directories of packages, of which the newest version is used.
    #[expect(clippy::disallowed_methods, reason = "PATH and PGBIN say where programs are; the gateway reads neither")]
    pub(super) fn find() -> Result<Self, PostgresError> {
        if let Ok(pgbin) = std::env::var("PGBIN") {
            return complete(Path::new(&pgbin)).map(Self).ok_or(PostgresError::NotFound);
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).find_map(|directory| complete(&directory)).or_else(newest_package);
        found.map(Self).ok_or(PostgresError::NotFound)
    }

    /// The full path of a program.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    /// Whether the server can load an extension library. Some distributions have contributed ones in a separate package.
    pub(super) fn has_library(&self, name: &str) -> bool {
        let Some(prefix) = self.0.parent() else { return false };
        let places = [prefix.join("lib"), prefix.join("lib/postgresql"), prefix.join("lib64/pgsql")];
        places.iter().any(|place| ["so", "dylib"].iter().any(|end| place.join(format!("{name}.{end}")).is_file()))
    }
}

/// The directory that contains all three programs, after resolving symbolic links.
fn complete(directory: &Path) -> Option<PathBuf> {
    let server = directory.join("postgres").canonicalize().ok()?;
    let home = server.parent()?;
    ["initdb", "psql"].iter().all(|program| home.join(program).is_file()).then(|| home.to_owned())
}

fn newest_package() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = PACKAGES.iter().flat_map(|pattern| versions(pattern)).collect();
    found.sort();
    found.into_iter().rev().find_map(|(_, directory)| complete(&directory))
}

/// The directories that match a pattern, each with its version.
fn versions(pattern: &str) -> Vec<(u32, PathBuf)> {
    let Some((before, after)) = pattern.split_once('*') else { return Vec::new() };
    let Some((parent, prefix)) = before.rsplit_once('/') else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let fitting = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let version = name.strip_prefix(prefix)?.split('.').next()?.parse().ok()?;
        Some((version, entry.path().join(after.trim_start_matches('/'))))
    });
    fitting.collect()
}
