//! Several gateways on one database.

use chrono::TimeDelta;
use std::collections::HashSet;
use std::thread;

use serde_json::json;

use crate::fake_provider::{Reply, WELL_KNOWN};
use crate::support::{Browser, Cluster, Gateway, Setup, wait_until};

const JWKS: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn a_login_begun_on_one_replica_completes_on_another() {
    let one = Gateway::start();
    let two = Setup::beside(&one).start();
    assert_eq!(one.browser().fetch(JWKS).await.body, two.browser().fetch(JWKS).await.body);

    let (browser, there) = (one.browser(), two.browser());
    let begun = browser.begin("op").await;
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    there.set_cookie("vestibule-binding", &binding);
    assert_eq!(there.get(&begun.callback_of("alice")).await.status, 303);
    browser.set_cookie("vestibule", &there.cookie("vestibule").expect("a session"));
    assert_eq!(browser.fetch("/session").await.json(), there.fetch("/session").await.json());
    assert_eq!(browser.get(&begun.callback_of("alice")).await.location(), "/account", "a reload on the first");

    let begun = browser.begin_json("op").await;
    let answer = there.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let bearer = format!("Bearer {}", answer.json()["api"]["access"].as_str().expect("a token"));
    for replica in [&one, &two] {
        let ask = replica.browser().ask("GET", "/session").for_json().header("authorization", &bearer);
        assert_eq!(ask.send().await.status, 200);
    }
    there.post("/logout").await;
    assert_eq!(browser.ends().await.problem(), (401, "session_revoked".into()));
}

/// LG-10, RC-08
#[tokio::test]
async fn three_concurrent_starts_on_an_empty_database_share_keys() {
    for _ in 0..3 {
        let (database, op) = (Cluster::shared().empty_database(), Setup::new().op);
        let starts: Vec<_> = (0..3)
            .map(|_| {
                // Replicas have one provider: identities belong to its issuer.
                let mut setup = Setup::new().provider("op", &op);
                setup.op = op.clone();
                let setup = setup.on(&database).toml("[signing]\nalgorithms = ['ES256', 'EdDSA']\n");
                thread::spawn(move || setup.start())
            })
            .collect();
        let replicas: Vec<Gateway> = starts.into_iter().map(|start| start.join().expect("a start")).collect();
        let mut key_sets = HashSet::new();
        for replica in &replicas {
            key_sets.insert(replica.browser().fetch(JWKS).await.body);
            replica.browser().sign_in("alice").await;
        }
        assert_eq!(key_sets.len(), 1, "{key_sets:?}");
        assert_eq!(database.words("SELECT algorithm FROM signing_keys ORDER BY 1"), ["ES256", "EdDSA"]);
        let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("migrations");
        let migrations = migrations.flatten().filter(|entry| entry.path().is_dir()).count();
        assert_eq!(database.rows("__diesel_schema_migrations"), i64::try_from(migrations).expect("few"));
        assert_eq!((database.rows("users"), database.rows("sessions")), (1, 3));
    }
}

/// LG-10: the error is precise, and the database stays as it is.
#[test]
fn a_schema_from_before_the_first_version_is_refused() {
    let database = Cluster::shared().empty_database();
    database.execute(
        "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20261121000001'), ('20261130000010')",
    );
    let error = Setup::new().on(&database).try_start().err().expect("a refusal");
    assert!(error.contains("before 0.1.0") && error.contains("docs/upgrading.md"), "{error}");
    assert_eq!(database.words("SELECT to_regclass('users')"), ["NULL"]);

    // A newer replica has migrated the database: this one works with its schema.
    let database = Cluster::shared().empty_database();
    drop(Setup::new().on(&database).start());
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
    drop(Setup::new().on(&database).start());
}

/// RC-08: the first replica that starts with one more algorithm adds one key.
#[tokio::test]
async fn a_new_algorithm_adds_a_key_and_keeps_the_old_ones() {
    let one = Gateway::start();
    let before = one.database.words("SELECT kid FROM signing_keys");
    let bearer =
        format!("Bearer {}", one.browser().sign_in_json("alice").await["api"]["access"].as_str().expect("a token"));
    let starts: Vec<_> = (0..2)
        .map(|_| {
            let setup = Setup::beside(&one).toml("[signing]\nalgorithms = ['EdDSA', 'ES256']\n");
            thread::spawn(move || setup.start())
        })
        .collect();
    let replicas: Vec<Gateway> = starts.into_iter().map(|start| start.join().expect("a start")).collect();
    let after = one.database.words("SELECT kid FROM signing_keys");
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|kid| after.contains(kid)));
    for replica in &replicas {
        let old = replica.browser().ask("GET", "/session").for_json().header("authorization", &bearer);
        assert_eq!(old.send().await.status, 200);
        assert_eq!(
            signs_with(replica).await,
            jsonwebtoken::Algorithm::ES256,
            "the new key is not known everywhere yet"
        );
    }
    // JW-07: it signs as soon as every cache has it.
    one.hand.advance(TimeDelta::minutes(61));
    let late = Setup::beside(&one).toml("[signing]\nalgorithms = ['EdDSA', 'ES256']\n").start();
    one.database.until("SELECT count(*) FROM signing_keys WHERE algorithm = 'EdDSA' AND state = 'active'", 1).await;
    wait_until("the new key signs", async || signs_with(&late).await == jsonwebtoken::Algorithm::EdDSA).await;
}

async fn signs_with(gateway: &Gateway) -> jsonwebtoken::Algorithm {
    let answer = gateway.browser().sign_in_json("alice").await;
    let token = answer["api"]["access"].as_str().expect("a token");
    jsonwebtoken::decode_header(token).expect("a header").alg
}

/// RD-18, FI-09: the provider is unavailable at the start; the stored documents are used.
#[tokio::test]
async fn stored_provider_documents_are_used_after_a_restart() {
    let first = Gateway::start();
    first.browser().sign_in("alice").await;
    first.database.until("SELECT count(*) FROM provider_metadata", 2).await;
    for path in [WELL_KNOWN, "/jwks"] {
        first.op.reply(path, Reply::Closed);
    }
    let asked = first.op.calls_to(WELL_KNOWN).len();
    let second = Setup::beside(&first).start();
    first.stop();
    second.browser().sign_in("alice").await;
    assert!(second.op.calls_to(WELL_KNOWN).len() > asked, "the provider was asked, without success");
    let ready = Browser::new(&second.admin).fetch("/readyz").await;
    assert_eq!(ready.json()["checks"]["providers"], json!({"op": "ok"}));
    assert_eq!(second.browser().fetch("/providers").await.json()["providers"][0]["available"], true);
}

/// FI-05: running requests complete, and pending logins continue on another replica.
#[tokio::test]
async fn a_graceful_stop_loses_no_login() {
    let one = Gateway::with("[server]\nshutdown_grace = '10s'\n");
    let two = Setup::beside(&one).start();
    let (running, begun) = (one.browser(), one.browser());
    let (slow, later) = (running.begin("op").await, begun.begin("op").await);
    let op = one.op.clone();
    op.reply("/token", Reply::Held);
    let path = slow.callback_of("alice");
    let in_flight = tokio::spawn(async move { running.get(&path).await.status });
    wait_until("the code is redeemed", async || one.token_requests() == 1).await;
    let admin = Browser::new(&one.admin);
    // The public port, which the system gives to no other connection. The admin listener has any port.
    let gone = one.address;
    let stopping = thread::spawn(move || one.stop());
    wait_until("the replica is not ready", async || admin.fetch("/readyz").await.status == 503).await;
    op.recover("/token");
    assert_eq!(in_flight.await.expect("an answer"), 303);
    stopping.join().expect("a stop");
    assert!(std::net::TcpStream::connect(gone).is_err(), "the listener is closed");

    let there = two.browser();
    there.set_cookie("vestibule-binding", &begun.cookie("vestibule-binding").expect("a binding"));
    assert_eq!(there.get(&later.callback_of("bob")).await.status, 303);
}
