//! One throwaway PostgreSQL for the whole run, and databases in it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use vestibule::dev::postgres::{Place, Postgres};

/// Its watchdog stops it when this process ends.
fn cluster() -> &'static Mutex<Postgres> {
    static CLUSTER: OnceLock<Mutex<Postgres>> = OnceLock::new();
    CLUSTER.get_or_init(|| Mutex::new(Postgres::start(Place::Throwaway).expect("a PostgreSQL")))
}

/// The database of one test.
#[derive(Clone)]
pub struct Database {
    name: String,
    pub url: String,
}

impl Database {
    pub fn empty() -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let cluster = cluster().lock().unwrap_or_else(PoisonError::into_inner);
        cluster.create_database(&name, None).expect("a database");
        Self { url: cluster.url(&name), name }
    }

    /// Runs SQL in it as the superuser and returns what `psql` prints: one line a row, columns by `|`.
    pub fn sql(&self, statements: &str) -> String {
        let mut psql = Command::new(program("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        printed(psql.args(["--dbname", &self.url, "--command", statements])).trim().to_owned()
    }

    /// Everything in it, as `pg_dump` writes it.
    pub fn dump(&self) -> String {
        printed(Command::new(program("pg_dump")).args(["--dbname", &self.url]))
    }

    /// The URL for another role.
    pub fn url_as(&self, role: &str) -> String {
        self.url.replace("user=vestibule", &format!("user={role}"))
    }

    /// Its name in the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("a program of PostgreSQL");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The directory of PostgreSQL's programs, found as in `scripts/bootstrap`.
fn program(name: &str) -> PathBuf {
    let script = r#"
        for bin in "${PGBIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
            /usr/local/opt/postgresql@*/bin $(printf '%s' "$PATH" | tr ':' ' '); do
            if [ -x "$bin/postgres" ] && [ -x "$bin/pg_dump" ]; then printf '%s' "$bin"; exit 0; fi
        done
        exit 1"#;
    let found = Command::new("/bin/sh").args(["-c", script]).output().expect("a shell");
    assert!(found.status.success(), "pg_dump was not found; run scripts/bootstrap, or set PGBIN");
    PathBuf::from(String::from_utf8(found.stdout).expect("a plain path")).join(name)
}
