//! The measured system: PostgreSQL with its default durability, the provider, the gateway, users and sessions.

use std::rc::Rc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use uuid::Uuid;
use vestibule::base::id::SessionId;
use vestibule::base::seal::{Ring, generate_key};
use vestibule::base::secret::Plain;
use vestibule::dev::postgres::{Place, Postgres};
use vestibule::token::RefreshToken;

use super::gateway::Gateway;
use super::provider::Provider;
use super::statements::Statements;

/// Sessions at the start, one for each user. The gateway uses the first half and pgbench the second: a refresh counter that
/// pgbench changed would end a session of the gateway.
pub const SESSIONS: u64 = 20_000;

/// The running parts of a measurement.
pub struct Stage {
    pub gateway: Gateway,
    pub provider: Rc<Provider>,
    pub ring: Ring,
    ring_key: Plain,
    pub postgres: Rc<Postgres>,
    database: &'static str,
}

impl Stage {
    pub fn build() -> Self {
        let postgres = Postgres::start(Place::Measured).expect("a PostgreSQL");
        Self::on(Rc::new(postgres), Rc::new(Provider::start()), "measured")
    }

    /// A second gateway with a separate database on the same server.
    pub fn beside(&self, database: &'static str) -> Self {
        Self::on(Rc::clone(&self.postgres), Rc::clone(&self.provider), database)
    }

    /// Starts the gateway twice, so that the measured cold start has a current schema.
    fn on(postgres: Rc<Postgres>, provider: Rc<Provider>, database: &'static str) -> Self {
        postgres.create_database(database, None).expect("a database");
        let (url, ring_key) = (postgres.url(database), generate_key());
        let ring = Ring::parse([ring_key.expose()]).expect("a ring");
        drop(Gateway::start(&url, ring_key.expose(), &provider.issuer));
        let gateway = Gateway::start(&url, ring_key.expose(), &provider.issuer);
        let stage = Self { gateway, provider, ring, ring_key, postgres, database };
        stage.execute(&people(0, SESSIONS));
        stage.execute(&sessions(0, SESSIONS, "n", false));
        stage.execute("VACUUM ANALYZE");
        stage
    }

    /// The name of the measured database.
    pub fn database(&self) -> &'static str {
        self.database
    }

    /// The URL of the measured database.
    pub fn url(&self) -> String {
        self.postgres.url(self.database)
    }

    /// The counters of `pg_stat_statements`, if it is installed.
    pub fn statements(&self) -> Option<Statements> {
        self.postgres.counts_statements().then(|| Statements::open(&self.postgres.url("postgres"), self.database))
    }

    /// Runs statements in the measured database.
    pub fn execute(&self, statements: &str) {
        let mut conn = PgConnection::establish(&self.url()).expect("a connection");
        conn.batch_execute(statements).expect("good statements");
    }

    /// Restarts the gateway, so that it opens new connections.
    pub fn restart_gateway(&mut self) {
        self.gateway = Gateway::start(&self.url(), self.ring_key.expose(), &self.provider.issuer);
    }

    /// The first refresh token of a session.
    pub fn refresh_token(&self, number: u64) -> String {
        RefreshToken { session: session_id(number), counter: 0 }.encode(&self.ring).expose().to_owned()
    }
}

/// The id of the session with that number.
pub fn session_id(number: u64) -> SessionId {
    SessionId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

/// The same as SQL, for an expression.
pub fn session_id_sql(number: &str) -> String {
    numbered("019a0000", number)
}

/// The id of the user with that number, as SQL.
pub fn user_id_sql(number: &str) -> String {
    numbered("01990000", number)
}

/// An id like a UUIDv7: consecutive ids are adjacent in an index.
fn numbered(begin: &str, number: &str) -> String {
    format!("('{begin}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid")
}

/// Inserts users `from` to `to`, whose `sub` at the provider is their number, with the profile of a company's provider.
pub fn people(from: u64, to: u64) -> String {
    let (user, sub, last) = (user_id_sql("n"), numbered("01980000", "n"), to - 1);
    format!(
        "INSERT INTO users (id, email, email_verified, name, created_at, updated_at)
         SELECT {user}, n || '@example.com', true, n || ' of Example', now(), now()
         FROM generate_series({from}::bigint, {last}) n;
         INSERT INTO subs (id, provider, sub, user_id, claims, profile, created_at, last_login_at)
         SELECT {sub}, 'op', n::text, {user}, '{{}}', jsonb_build_object('email', n || '@example.com', 'email_verified', true,
                'name', n || ' of Example', 'preferred_username', 'person-' || n,
                'groups', '[\"staff\", \"ops\", \"wiki editors\"]'::jsonb), now(), now()
         FROM generate_series({from}::bigint, {last}) n;"
    )
}

/// Inserts sessions `from` to `to` as logins create them, ended or active. `person` is the user of session `n`, as SQL.
pub fn sessions(from: u64, to: u64, person: &str, ended: bool) -> String {
    let (session, user, sub, last) = (session_id_sql("n"), user_id_sql(person), numbered("01980000", person), to - 1);
    let end = if ended { "now() - interval '1 day', 'logout'" } else { "NULL, NULL" };
    format!(
        "INSERT INTO sessions (id, user_id, sub_id, provider, client_id, scopes, auth_time, last_activity_at, not_after,
                               user_agent, ip, upstream_id_token, created_at, ended_at, ended_reason)
         SELECT {session}, {user}, {sub}, 'op', 'vestibule', 'openid profile email', now(), now(),
                now() + interval '60 days', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
                '192.0.2.7', decode(repeat('5a', 500), 'hex'), now(), {end}
         FROM generate_series({from}::bigint, {last}) n;"
    )
}
