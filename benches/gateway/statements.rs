//! The work of PostgreSQL for the measured database, from `pg_stat_statements`.

use std::ops::Sub;

use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};

/// Reads the counters from another database, so that the reading is not counted.
pub struct Statements {
    conn: PgConnection,
    database: String,
}

/// The counters at one moment.
#[derive(Clone, Copy, Default, QueryableByName)]
pub struct Costs {
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Bytes of WAL, including the full-page images after a checkpoint.
    #[diesel(sql_type = BigInt)]
    pub wal_bytes: i64,
    /// The number of full-page images.
    #[diesel(sql_type = BigInt)]
    pub page_images: i64,
}

impl Sub for Costs {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            calls: self.calls - earlier.calls,
            wal_bytes: self.wal_bytes - earlier.wal_bytes,
            page_images: self.page_images - earlier.page_images,
        }
    }
}

impl std::ops::AddAssign for Costs {
    fn add_assign(&mut self, more: Self) {
        self.calls += more.calls;
        self.wal_bytes += more.wal_bytes;
        self.page_images += more.page_images;
    }
}

impl Statements {
    pub fn open(url: &str, database: &str) -> Self {
        let mut conn = PgConnection::establish(url).expect("a connection");
        let create = sql_query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        create.execute(&mut conn).expect("the extension");
        Self { conn, database: database.to_owned() }
    }

    /// The sum over all statements.
    pub fn read(&mut self) -> Costs {
        let query = sql_query(
            "SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(wal_bytes), 0)::bigint AS wal_bytes,
                    coalesce(sum(wal_fpi), 0)::bigint AS page_images
             FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1",
        );
        query.bind::<Text, _>(&self.database).get_result(&mut self.conn).expect("the counters")
    }
}
