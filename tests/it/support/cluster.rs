//! PostgreSQL for the tests: one for the process, with a template database that the gateway would find in order, and
//! one more for each test that stops it.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use vestibule::base::clock::Clock;
use vestibule::base::db::{Access, Db};
use vestibule::base::migrate::migrate;
use vestibule::base::seal::{Ring, generate_key};
use vestibule::base::secret::Plain;
use vestibule::config::Algorithm;
use vestibule::dev::postgres::{Place, Postgres};
use vestibule::keys::{self, Policy};

use super::database::Database;

/// Migrated, with signing keys in it.
const TEMPLATE: &str = "ready";

/// The ring of all gateways here, so that they share the template's keys.
static RING_KEY: LazyLock<Plain> = LazyLock::new(generate_key);

/// That ring's key as the configuration has it.
pub fn ring_key() -> &'static str {
    RING_KEY.expose()
}

static SHARED: LazyLock<Arc<Cluster>> = LazyLock::new(|| Cluster::start(&[Algorithm::Es256, Algorithm::Rs256]));

/// A PostgreSQL.
pub struct Cluster(Mutex<Postgres>);

impl Cluster {
    /// The one that all share. It ends with the process.
    pub fn shared() -> Arc<Self> {
        Arc::clone(&SHARED)
    }

    /// One alone, to be stopped and started.
    pub fn own() -> Arc<Self> {
        Self::start(&[Algorithm::Es256])
    }

    fn start(algorithms: &[Algorithm]) -> Arc<Self> {
        let cluster = Self(Mutex::new(Postgres::start(Place::Throwaway).expect("a PostgreSQL")));
        cluster.postgres().create_database(TEMPLATE, None).expect("a database");
        let url = Plain::new(cluster.url(TEMPLATE));
        let (acquire_timeout, statement_timeout) = (Duration::from_secs(10), Duration::from_secs(10));
        let db = Db::open(&Access { url, pool_size: 1, acquire_timeout, statement_timeout });
        migrate(&db).expect("a schema");
        let ring = Ring::parse([RING_KEY.expose()]).expect("a ring");
        let hour = Duration::from_secs(3600);
        let (publish_before_use, rotate_every, keep_published, keep_retired) = (hour, 720 * hour, hour, 2160 * hour);
        let algorithms = algorithms.to_vec();
        let policy = Policy { algorithms, publish_before_use, rotate_every, keep_published, keep_retired };
        let mut conn = PgConnection::establish(&cluster.url(TEMPLATE)).expect("a connection");
        keys::load_or_create(&db, &mut conn, &ring, &[], policy, Clock::system().now()).expect("keys");
        // That a test finds its own deeds alone.
        db.run_here("forget", |conn| conn.batch_execute("DELETE FROM audit_events")).expect("an empty audit");
        Arc::new(cluster)
    }

    /// The key of every gateway's ring.
    pub fn ring_key() -> &'static str {
        RING_KEY.expose()
    }

    /// The PostgreSQL itself.
    pub fn postgres(&self) -> MutexGuard<'_, Postgres> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new database, ready to be used.
    pub fn database(self: &Arc<Self>) -> Database {
        let name = Database::new_name();
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"));
        Database::new(self, &name)
    }

    /// A new database with nothing in it.
    pub fn empty_database(self: &Arc<Self>) -> Database {
        let name = Database::new_name();
        self.execute(&format!("CREATE DATABASE {name}"));
        Database::new(self, &name)
    }

    pub fn url(&self, database: &str) -> String {
        self.postgres().url(database)
    }

    /// Runs a statement in the database `postgres`.
    pub fn execute(&self, statement: &str) {
        let mut conn = PgConnection::establish(&self.url("postgres")).expect("a connection");
        conn.batch_execute(statement).expect("a good statement");
    }
}
