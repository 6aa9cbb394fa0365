//! Brings the schema up to date, once, however many replicas start in the same moment.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::{QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::db::{Conn, Db, DbError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
/// The advisory lock that replicas agree on: "vestibul" as a number.
const LOCK: i64 = 0x7665_7374_6962_756c;

/// One migration and whether the database has it.
pub struct Step {
    /// Its directory's name.
    pub name: String,
    /// Whether it ran.
    pub applied: bool,
}

/// Runs what is missing and returns the names of what ran.
///
/// Waits for another replica that is at it; the lock goes with the session, so a killed replica leaves none behind.
pub fn migrate(db: &Db) -> Result<Vec<String>, DbError> {
    db.run_here("migrate", |conn| {
        // One round trip where the schema is current, which is nearly every start.
        if pending_names(conn)?.is_empty() {
            return Ok(Vec::new());
        }
        // A migration may take longer than a request's statement may.
        conn.batch_execute(&format!(
            "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"
        ))?;
        // Asked again under the lock: another replica may have run some.
        let ran = pending_names(conn)?;
        let done = conn.run_pending_migrations(MIGRATIONS).map_err(diesel::result::Error::QueryBuilderError);
        let ran = done.map(|_versions| ran);
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK}); {}", db.session_settings()))?;
        ran
    })
}

/// Every migration of this binary, oldest first, and whether the database has it.
pub fn status(db: &Db) -> Result<Vec<Step>, DbError> {
    db.run_here("list migrations", steps)
}

/// The names of the migrations that the database lacks, oldest first.
pub fn pending(db: &Db) -> Result<Vec<String>, DbError> {
    db.run_here("list migrations", pending_names)
}

fn pending_names(conn: &mut Conn) -> QueryResult<Vec<String>> {
    Ok(steps(conn)?.into_iter().filter(|step| !step.applied).map(|step| step.name).collect())
}

fn steps(conn: &mut Conn) -> QueryResult<Vec<Step>> {
    let applied = applied(conn)?;
    let step = |migration: &dyn Migration<Pg>| {
        let name = migration.name();
        Step { applied: applied.contains(&name.version().to_string()), name: name.to_string() }
    };
    let mut steps: Vec<Step> = embedded()?.iter().map(|migration| step(migration.as_ref())).collect();
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(steps)
}

fn embedded() -> QueryResult<Vec<Box<dyn Migration<Pg>>>> {
    MIGRATIONS.migrations().map_err(diesel::result::Error::QueryBuilderError)
}

fn applied(conn: &mut Conn) -> QueryResult<Vec<String>> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
        tables: Option<String>,
    }
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let table = "SELECT to_regclass('__diesel_schema_migrations')::text AS tables";
    if diesel::sql_query(table).get_result::<Row>(conn)?.tables.is_none() {
        return Ok(Vec::new());
    }
    let versions = diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load::<Version>(conn)?;
    Ok(versions.into_iter().map(|row| row.version).collect())
}
