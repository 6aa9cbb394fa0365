//! Migrates the schema, once even if several replicas start at the same time.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::{QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::db::{Conn, Db, DbError, OlderSchema, planner_resets};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
/// The key of the advisory lock: the bytes of "vestibul".
const LOCK: i64 = 0x7665_7374_6962_756c;

/// A migration, and whether it has been applied to the database.
pub struct Step {
    /// The name of its directory.
    pub name: String,
    /// Whether the database has recorded it as applied.
    pub applied: bool,
}

/// Applies the missing migrations and returns their names.
///
/// Waits for another replica that is migrating. The lock belongs to the database session, so a killed replica releases it.
pub fn migrate(db: &Db) -> Result<Vec<String>, DbError> {
    db.run_here("migrate", |conn| {
        // A current schema needs no lock.
        if pending_names(conn)?.is_empty() {
            return Ok(Vec::new());
        }
        // A migration may take longer than the timeouts of the pool's connections, and reads whole tables.
        conn.batch_execute(&format!(
            "SET statement_timeout = 0; SET lock_timeout = 0; {}; SELECT pg_advisory_lock({LOCK})",
            planner_resets()
        ))?;
        // Queried again under the lock: another replica may have migrated meanwhile.
        let ran = pending_names(conn)?;
        let done = conn.run_pending_migrations(MIGRATIONS).map_err(diesel::result::Error::QueryBuilderError);
        let ran = done.map(|_versions| ran);
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK}); {}", db.session_settings()))?;
        ran
    })
}

/// Every migration of this binary, oldest first.
pub fn status(db: &Db) -> Result<Vec<Step>, DbError> {
    db.run_here("list migrations", steps)
}

/// The names of the migrations that are not applied, oldest first. One round trip, if the schema exists.
pub fn pending(conn: &mut Conn) -> QueryResult<Vec<String>> {
    match recorded(conn) {
        Ok(applied) => Ok(not_applied(steps_with(&applied)?)),
        // The table does not exist yet, or cannot be read: this asks which of the two it is.
        Err(_) => pending_names(conn),
    }
}

fn pending_names(conn: &mut Conn) -> QueryResult<Vec<String>> {
    Ok(not_applied(steps(conn)?))
}

fn not_applied(steps: Vec<Step>) -> Vec<String> {
    steps.into_iter().filter(|step| !step.applied).map(|step| step.name).collect()
}

fn steps(conn: &mut Conn) -> QueryResult<Vec<Step>> {
    steps_with(&applied(conn)?)
}

fn steps_with(applied: &[String]) -> QueryResult<Vec<Step>> {
    let step = |migration: &dyn Migration<Pg>| {
        let name = migration.name();
        Step { applied: applied.contains(&name.version().to_string()), name: name.to_string() }
    };
    let mut steps: Vec<Step> = embedded()?.iter().map(|migration| step(migration.as_ref())).collect();
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    reject_older_schema(&steps, applied)?;
    Ok(steps)
}

/// Fails if a migration that was applied is older than the first one of this version. Newer ones are those of a newer
/// version, beside which this one works during a rolling upgrade.
fn reject_older_schema(steps: &[Step], applied: &[String]) -> QueryResult<()> {
    let first = steps.first().and_then(|step| step.name.split('_').next()).unwrap_or_default().replace('-', "");
    if applied.iter().any(|version| *version < first) {
        return Err(diesel::result::Error::QueryBuilderError(Box::new(OlderSchema)));
    }
    Ok(())
}

fn embedded() -> QueryResult<Vec<Box<dyn Migration<Pg>>>> {
    MIGRATIONS.migrations().map_err(diesel::result::Error::QueryBuilderError)
}

/// The versions of the applied migrations; none if the schema does not exist.
fn applied(conn: &mut Conn) -> QueryResult<Vec<String>> {
    #[derive(diesel::QueryableByName)]
    struct TableRow {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
        tables: Option<String>,
    }
    let table = "SELECT to_regclass('__diesel_schema_migrations')::text AS tables";
    if diesel::sql_query(table).get_result::<TableRow>(conn)?.tables.is_none() {
        return Ok(Vec::new());
    }
    recorded(conn)
}

/// The recorded versions. Fails if the schema does not exist.
fn recorded(conn: &mut Conn) -> QueryResult<Vec<String>> {
    #[derive(diesel::QueryableByName)]
    struct VersionRow {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let versions = diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load::<VersionRow>(conn)?;
    Ok(versions.into_iter().map(|row| row.version).collect())
}
