//! Replicas that consist of their keys only, and requests for the JWKS.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use vestibule::base::clock::{Clock, Timestamp};
use vestibule::base::db::{Access, Db};
use vestibule::base::event::Event;
use vestibule::base::seal::Ring;
use vestibule::base::secret::Plain;
use vestibule::config::Algorithm;
use vestibule::keys::{self, KeyRing, Policy};

use crate::support::{Browser, Database, Gateway, ring_key};

pub const JWKS: &str = "/.well-known/jwks.json";
/// One minute more than an hour, because the steps before take time as well.
pub const HOUR: TimeDelta = TimeDelta::minutes(61);
pub const DAY: TimeDelta = TimeDelta::days(1);

pub fn policy(algorithms: &[Algorithm]) -> Policy {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    Policy {
        algorithms: algorithms.to_vec(),
        publish_before_use: hours(1),
        rotate_every: hours(30 * 24),
        keep_published: hours(1),
        keep_retired: hours(90 * 24),
    }
}

/// The secret keys of all tests.
pub fn secrets() -> Ring {
    Ring::parse([ring_key()]).expect("a ring")
}

/// A replica: its database pool, its secret keys and its signing keys.
pub struct Replica {
    pub db: Db,
    pub secrets: Ring,
    pub keys: KeyRing,
}

impl Replica {
    /// Starts a replica on a database.
    pub fn start(database: &Database, policy: Policy, now: Timestamp) -> Self {
        let (db, secrets) = (pool(database), secrets());
        let loaded = keys::load_or_create(&db, &mut database.connection(), &secrets, &[], policy, now);
        let (keys, _) = loaded.expect("keys");
        Self { db, secrets, keys }
    }

    /// Loads the keys, and applies what is due.
    pub async fn poll(&self, now: Timestamp) -> Vec<Event> {
        keys::follow(&self.db, &self.secrets, &self.keys, now).await.expect("a database")
    }

    pub fn signs_with(&self, algorithm: Algorithm) -> String {
        self.keys.signing_key(algorithm).expect("a key").kid().to_owned()
    }
}

pub fn pool(database: &Database) -> Db {
    let (acquire_timeout, statement_timeout) = (Duration::from_secs(20), Duration::from_secs(20));
    Db::open(&Access {
        url: Plain::new(&*database.url),
        pool_size: 2,
        batching: true,
        acquire_timeout,
        statement_timeout,
    })
}

pub fn now() -> Timestamp {
    Clock::system().now()
}

/// The key ids of a JWKS document.
pub fn kids(document: &str) -> Vec<String> {
    let set: Value = serde_json::from_str(document).expect("JSON");
    let kid = |key: &Value| key["kid"].as_str().expect("a kid").to_owned();
    set["keys"].as_array().expect("keys").iter().map(kid).collect()
}

/// The key ids that a gateway publishes.
pub async fn published(gateway: &Gateway) -> Vec<String> {
    kids(&gateway.browser().fetch(JWKS).await.body)
}

/// The access token of a new login.
pub async fn token(browser: &Browser) -> String {
    browser.sign_in_json("alice").await["api"]["access"].as_str().expect("a token").to_owned()
}

pub fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).expect("a header").kid.expect("a kid")
}

/// The status of a gateway for a bearer token.
pub async fn status(gateway: &Gateway, token: &str) -> u16 {
    let ask = gateway.browser().ask("GET", "/session").for_json().header("authorization", &format!("Bearer {token}"));
    ask.send().await.status
}

/// Waits for a condition, at most twenty seconds.
pub async fn until(done: impl AsyncFn() -> bool) {
    for _ in 0..1000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not happen");
}
