//! Two replicas on one database, with sessions to refresh.

use std::sync::Mutex;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use reqwest::Client;
use serde_json::Value;
use uuid::Uuid;
use vestibule::base::clock::Timestamp;
use vestibule::base::id::{SessionId, UserId};
use vestibule::base::seal::Ring;
use vestibule::token::RefreshToken;

use crate::support::{Cluster, Gateway, Setup};

pub struct Replicas {
    pub both: [Gateway; 2],
    pub ring: Ring,
    client: Client,
    /// An open connection for thousands of sessions.
    conn: Mutex<PgConnection>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    refresh_token_counter: i64,
    #[diesel(sql_type = Nullable<Text>)]
    ended_reason: Option<String>,
}

/// A response of the token endpoint.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    /// The refresh token, or the error.
    pub fn outcome(&self) -> Result<String, String> {
        match self.status {
            200 => Ok(self.body["refresh_token"].as_str().expect("a refresh token").to_owned()),
            400 => Err(self.body["error"].as_str().expect("an error").to_owned()),
            _ => panic!("{self:?}"),
        }
    }
}

impl Replicas {
    pub fn start() -> Self {
        Self::with("")
    }

    /// Both with more configuration.
    pub fn with(toml: &str) -> Self {
        let first = Gateway::with(toml);
        let second = Setup::beside(&first).toml(toml).start();
        let ring = Ring::parse([Cluster::ring_key()]).expect("the ring of both");
        #[expect(clippy::disallowed_methods, reason = "the tests stand outside the gateway")]
        let client = Client::builder().no_proxy().build().expect("a client");
        let conn = Mutex::new(first.database.connection());
        Self { both: [first, second], ring, client, conn }
    }

    pub fn now(&self) -> Timestamp {
        self.both[0].clock.now()
    }

    /// Inserts a session as a login does, without the time of a login.
    pub fn session(&self, scopes: &str) -> SessionId {
        let now = self.now();
        let (user, session) = (UserId::new(now), SessionId::new(now));
        let (at, end) = (now.to_rfc3339(), (now + chrono::TimeDelta::days(90)).to_rfc3339());
        self.execute(&format!(
            "INSERT INTO users (id, created_at, updated_at) VALUES ('{user}', '{at}', '{at}');
             INSERT INTO sessions (id, user_id, provider, client_id, scopes, auth_time, last_activity_at, not_after,
                                   ip, created_at)
             VALUES ('{session}', '{user}', 'op', 'vestibule', '{scopes}', '{at}', '{at}', '{end}',
                     '192.0.2.7', '{at}')"
        ));
        session
    }

    /// The token with that counter.
    pub fn token(&self, session: SessionId, counter: i64) -> String {
        RefreshToken { session, counter }.encode(&self.ring).expose().to_owned()
    }

    /// Sends a refresh request to one of the replicas.
    pub async fn present(&self, replica: usize, token: &str) -> Reply {
        self.present_with(replica, &[("refresh_token", token)]).await
    }

    /// Sends a refresh request with more parameters.
    pub async fn present_with(&self, replica: usize, more: &[(&str, &str)]) -> Reply {
        let form = [&[("grant_type", "refresh_token")], more].concat();
        let url = format!("{}/oauth2/token", self.both[replica].base);
        let answer = self.client.post(url).form(&form).send().await.expect("an answer");
        let status = answer.status().as_u16();
        Reply { status, body: answer.json().await.expect("JSON") }
    }

    /// The counter and the end of a session in its row.
    pub fn row(&self, session: SessionId) -> (i64, Option<String>) {
        let row = "SELECT refresh_token_counter, ended_reason FROM sessions WHERE id = ";
        let row = sql_query(format!("{row}'{session}'"));
        let row = row.get_result::<Row>(&mut *self.conn.lock().expect("no panic")).expect("a row");
        (row.refresh_token_counter, row.ended_reason)
    }

    pub fn execute(&self, statements: &str) {
        self.conn.lock().expect("no panic").batch_execute(statements).expect("good statements");
    }
}

/// A new, random, unknown id.
pub fn unknown_session() -> SessionId {
    SessionId(Uuid::new_v4())
}
