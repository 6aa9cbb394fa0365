//! A connection of the gateway's pool, with hot statements prepared on it.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Json, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use serde_json::Value;
use vestibule::base::db::{Access, Conn, Db};
use vestibule::base::secret::Plain;
use vestibule::dev::HotStatement;

use crate::support::Database;

use super::plan::Keys;

/// How PostgreSQL plans a prepared statement.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Generic,
    Custom,
}

/// One connection, as [`Db`] makes it.
pub struct Session(Db);

#[derive(QueryableByName)]
struct Explained {
    #[diesel(sql_type = Json, column_name = "QUERY PLAN")]
    plan: Value,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    index: String,
    #[diesel(sql_type = Text)]
    column: String,
}

impl Session {
    pub fn new(database: &Database) -> Self {
        let url = Plain::new(database.url.clone());
        let (acquire_timeout, statement_timeout) = (Duration::from_secs(30), Duration::from_secs(60));
        Self(Db::open(&Access { url, pool_size: 1, batching: true, acquire_timeout, statement_timeout }))
    }

    fn run<T>(&self, work: impl FnOnce(&mut Conn) -> diesel::QueryResult<T>) -> T {
        self.0.run_here("test", work).expect("good statements")
    }

    pub fn execute(&self, sql: &str) {
        self.run(|conn| conn.batch_execute(sql));
    }

    /// Prepares a statement under a name.
    pub fn prepare(&self, name: &str, statement: &HotStatement) {
        let types: Vec<_> = statement.parameters.iter().map(|(_, sql_type)| sql_type.as_str()).collect();
        self.execute(&format!("PREPARE {name} ({}) AS {}", types.join(", "), statement.sql));
    }

    /// The plan of a prepared statement with these values.
    pub fn explain(&self, mode: Mode, name: &str, values: &[String]) -> Value {
        self.plan(mode, "FORMAT JSON", name, values)
    }

    /// The statements of a second run, after the effect of the first was rolled back.
    pub fn analyse(&self, mode: Mode, name: &str, values: &[String]) -> Value {
        self.execute("BEGIN");
        let plan = self.plan(mode, "ANALYZE, BUFFERS, FORMAT JSON", name, values);
        self.execute("ROLLBACK");
        plan
    }

    fn plan(&self, mode: Mode, options: &str, name: &str, values: &[String]) -> Value {
        let mode = match mode {
            Mode::Generic => "force_generic_plan",
            Mode::Custom => "force_custom_plan",
        };
        self.execute(&format!("SET plan_cache_mode = {mode}"));
        let explain = sql_query(format!("EXPLAIN ({options}) EXECUTE {name} ({})", values.join(", ")));
        self.run(|conn| explain.get_result::<Explained>(conn)).plan[0].take()
    }

    /// The columns of each unique index.
    pub fn keys(&self) -> Keys {
        let columns = sql_query(
            "SELECT i.indexrelid::regclass::text AS index, a.attname::text AS column
             FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
             WHERE i.indisunique AND i.indrelid::regclass::text !~ '^pg_'",
        );
        let mut keys = Keys::new();
        for Key { index, column } in self.run(|conn| columns.load::<Key>(conn)) {
            keys.entry(index).or_default().push(column);
        }
        keys
    }
}

/// A value of that type; arrays have `many` of them.
pub fn value(sql_type: &str, many: usize) -> String {
    if let Some(element) = sql_type.strip_suffix("[]") {
        return format!("ARRAY[{}]", vec![value(element, 1); many].join(", "));
    }
    let literal = match sql_type {
        "bigint" | "integer" => "5",
        "smallint" => "2",
        "boolean" => "true",
        "bytea" => "\\x5a",
        "inet" => "192.0.2.7",
        "jsonb" => "{}",
        "timestamptz" => "2026-11-30T00:00:00Z",
        "uuid" => "019a0000-0000-7000-8000-000000000001",
        _ => "op",
    };
    format!("'{literal}'::{sql_type}")
}
