//! The database of one test, and queries of its rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use vestibule::base::secret::Hashed;

use super::cluster::{Cluster, ring_key};
use super::wait::BOUND;

#[derive(Clone)]
pub struct Database {
    pub cluster: Arc<Cluster>,
    pub url: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Database {
    pub fn new_name() -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        format!("test{}", NEXT.fetch_add(1, Ordering::SeqCst))
    }

    pub fn new(cluster: &Arc<Cluster>, name: &str) -> Self {
        Self { url: cluster.url(name), cluster: Arc::clone(cluster) }
    }

    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("a connection")
    }

    pub fn execute(&self, statements: &str) {
        self.connection().batch_execute(statements).expect("good statements");
    }

    /// The result of a query such as `SELECT count(*) FROM …`.
    pub fn number(&self, query: &str) -> i64 {
        let query = sql_query(format!("SELECT ({query})::bigint AS value"));
        query.get_result::<Number>(&mut self.connection()).expect("a number").value
    }

    /// The number of rows of a table.
    pub fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// The texts of a query with one column, such as `SELECT email FROM users`.
    pub fn words(&self, query: &str) -> Vec<String> {
        let query = sql_query(format!("SELECT value::text FROM ({query}) AS asked (value)"));
        let rows = query.load::<Words>(&mut self.connection()).expect("words");
        rows.into_iter().map(|row| row.value.unwrap_or_else(|| "NULL".into())).collect()
    }

    /// Status and failure of the login with that state, as `pending NULL` or `denied user_disabled`.
    pub fn login(&self, state: &str) -> String {
        let hash = hexadecimal(Hashed::of(state).as_bytes());
        let row = format!(
            "SELECT concat_ws(' ', status, coalesce(failure, 'NULL')) FROM authorization_sessions
             WHERE state_hash = '\\x{hash}'"
        );
        self.words(&row).concat()
    }

    /// The required keys of a configuration with this database, for the command line.
    pub fn configuration(&self) -> String {
        format!("[database]\nurl = {:?}\n[secrets]\nkeys = [{:?}]\n", self.url, ring_key())
    }

    /// Waits until a query has the expected number, at most for [`BOUND`].
    pub async fn until(&self, query: &str, expected: i64) {
        let began = std::time::Instant::now();
        loop {
            let number = self.number(query);
            if number == expected {
                return;
            }
            assert!(began.elapsed() < BOUND, "{query} is still {number}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// Bytes as PostgreSQL writes them.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
