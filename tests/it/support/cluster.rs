//! PostgreSQL for the tests: one for the process, with a migrated template database, and a separate one for each test that
//! stops it.

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

/// The template database: migrated, with signing keys.
const TEMPLATE: &str = "ready";

/// The secret ring of all gateways, so that they can decrypt the keys of the template.
static RING_KEY: LazyLock<Plain> = LazyLock::new(generate_key);

/// The ring key as text.
pub fn ring_key() -> &'static str {
    RING_KEY.expose()
}

static SHARED: LazyLock<Arc<Cluster>> =
    LazyLock::new(|| Cluster::start(Place::Throwaway, &[Algorithm::Es256, Algorithm::Rs256]));

pub struct Cluster(Mutex<Postgres>);

impl Cluster {
    /// The shared server. It ends with the process.
    pub fn shared() -> Arc<Self> {
        Arc::clone(&SHARED)
    }

    /// A separate server that a test can stop and start.
    pub fn own() -> Arc<Self> {
        Self::start(Place::Throwaway, &[Algorithm::Es256])
    }

    /// A separate server with PostgreSQL's own durability, which can have a standby.
    pub fn durable() -> Arc<Self> {
        Self::start(Place::Measured, &[Algorithm::Es256])
    }

    /// A server that a test has started.
    pub fn of(postgres: Postgres) -> Arc<Self> {
        Arc::new(Self(Mutex::new(postgres)))
    }

    fn start(place: Place, algorithms: &[Algorithm]) -> Arc<Self> {
        let cluster = Self(Mutex::new(Postgres::start(place).expect("a PostgreSQL")));
        cluster.postgres().create_database(TEMPLATE, None).expect("a database");
        let url = Plain::new(cluster.url(TEMPLATE));
        let (acquire_timeout, statement_timeout) = (Duration::from_secs(10), Duration::from_secs(10));
        let db = Db::open(&Access { url, pool_size: 1, batching: true, acquire_timeout, statement_timeout });
        migrate(&db).expect("a schema");
        let ring = Ring::parse([RING_KEY.expose()]).expect("a ring");
        let hour = Duration::from_secs(3600);
        let (publish_before_use, rotate_every, keep_published, keep_retired) = (hour, 720 * hour, hour, 2160 * hour);
        let algorithms = algorithms.to_vec();
        let policy = Policy { algorithms, publish_before_use, rotate_every, keep_published, keep_retired };
        let mut conn = PgConnection::establish(&cluster.url(TEMPLATE)).expect("a connection");
        keys::load_or_create(&db, &mut conn, &ring, &[], policy, Clock::system().now()).expect("keys");
        // So that a test finds only its own rows.
        db.run_here("forget", |conn| conn.batch_execute("DELETE FROM audit_events")).expect("an empty audit");
        Arc::new(cluster)
    }

    /// The key of every gateway's ring.
    pub fn ring_key() -> &'static str {
        RING_KEY.expose()
    }

    pub fn postgres(&self) -> MutexGuard<'_, Postgres> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new migrated database.
    pub fn database(self: &Arc<Self>) -> Database {
        let name = Database::new_name();
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"));
        Database::new(self, &name)
    }

    /// A new empty database.
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
