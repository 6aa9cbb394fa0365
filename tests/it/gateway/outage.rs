//! Outages of the database, and recovery.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use serde_json::json;
use vestibule::base::db::{Access, Db};
use vestibule::base::secret::Plain;

use crate::fake_provider::Reply;
use crate::support::{Answer, Ask, BOUND, Browser, Cluster, Gateway, LogCapture, Setup, wait_until};

const SHORT_TIMEOUTS: &str = "[database]\nacquire_timeout = '2s'\nstatement_timeout = '2s'\npool_size = 2\n";

fn gateway_of_its_own() -> Gateway {
    // A cached session is answered without a database; `verify::outage` tests that.
    let uncached = "[verify]\ncache_for = '0s'";
    Setup::new().on(&Cluster::own().database()).toml(SHORT_TIMEOUTS).toml(uncached).start()
}

#[track_caller]
fn unavailable(answer: &Answer) {
    assert_eq!(answer.problem(), (503, "database_unavailable".into()));
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    assert!(!answer.body.contains("postgres") && !answer.body.contains("socket"), "{}", answer.body);
}

/// Sends all requests concurrently.
async fn all(asks: impl IntoIterator<Item = Ask>) -> Vec<Answer> {
    let tasks: Vec<_> = asks.into_iter().map(|ask| tokio::spawn(ask.send())).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("an answer"));
    }
    answers
}

/// Repeats a request until it has that status, at most for [`BOUND`].
async fn until(browser: &Browser, path: &str, status: u16) {
    let started = Instant::now();
    while browser.fetch(path).await.status != status {
        assert!(started.elapsed() < BOUND, "{path} is still not {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// FI-01, SE-15, JW-10, LG-14
#[tokio::test]
async fn a_database_outage_is_503_and_recovers_without_a_restart() {
    let gateway = gateway_of_its_own();
    let (browser, admin) = (gateway.browser(), Browser::new(&gateway.admin));
    browser.sign_in("alice").await;
    let token = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
    let (cookie_login, json_login) = (browser.begin("op").await, browser.begin_json("op").await);
    let asked = gateway.token_requests();
    let rows = ["authorization_sessions", "sessions", "users", "subs", "audit_events", "revocations"];
    let before = rows.map(|table| gateway.database.rows(table));

    for crash in [false, true] {
        let cluster = &gateway.database.cluster;
        // A crash may lose unflushed transactions, which this test does not check.
        cluster.execute("CHECKPOINT");
        if crash {
            cluster.postgres().crash().expect("a crash");
        } else {
            cluster.postgres().stop().expect("a stop");
        }
        let own = |method, path| browser.ask(method, path).for_json().header("sec-fetch-site", "same-origin");
        let bearer = gateway.browser().ask("GET", "/session").header("authorization", &format!("Bearer {token}"));
        let started = Instant::now();
        let answers = all([
            own("GET", "/login/op"),
            own("GET", "/oauth2/url/?provider=op"),
            own("GET", &cookie_login.callback_of("alice")),
            own("POST", "/oauth2/token/").json(&json_login.exchange_of("alice")),
            own("GET", "/account"),
            own("GET", "/session"),
            own("POST", "/session/token"),
            own("POST", "/logout"),
            bearer.for_json(),
        ])
        .await;
        for answer in &answers {
            unavailable(answer);
            assert_eq!(answer.set_cookie("vestibule"), None, "the cookie stays");
        }
        assert!(started.elapsed() < BOUND, "took {:?}", started.elapsed());
        let page = browser.get("/login/op").await;
        assert!(page.status == 503 && page.is_page() && !page.header("retry-after").is_empty());

        for alive in ["/.well-known/jwks.json", "/providers", "/login?choose=1", "/assets/style-6.css"] {
            assert_eq!(browser.get(alive).await.status, 200, "{alive}");
        }
        assert_eq!(gateway.browser().fetch("/session").await.status, 401, "no credentials need no database");
        assert_eq!(admin.fetch("/healthz").await.status, 200);
        let ready = admin.fetch("/readyz").await;
        assert_eq!((ready.status, ready.json()["checks"]["database"].clone()), (503, json!("unavailable")));

        gateway.database.cluster.postgres().start_again().expect("a start");
        until(&admin, "/readyz", 200).await;
        until(&browser, "/session", 200).await;
    }

    assert_eq!(rows.map(|table| gateway.database.rows(table)), before, "no partial rows");
    assert_eq!(gateway.token_requests(), asked, "no code is spent without a claim");
    assert_eq!(browser.get(&cookie_login.callback_of("alice")).await.status, 303);
    assert_eq!(browser.post_json("/oauth2/token/", &json_login.exchange_of("alice")).await.status, 200);
}

/// The outage begins between the two statements of a callback; the login ends.
#[tokio::test]
async fn a_database_outage_during_a_callback_leaves_no_partial_rows() {
    let gateway = gateway_of_its_own();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let begun = browser.begin("op").await;
    gateway.op.reply("/token", Reply::Held);
    let (tab, path, asked) = (browser.clone(), begun.callback_of("alice"), gateway.token_requests());
    let callback = tokio::spawn(async move { tab.fetch(&path).await });
    wait_until("the code is redeemed", async || gateway.token_requests() > asked).await;
    gateway.database.cluster.execute("CHECKPOINT");
    gateway.database.cluster.postgres().crash().expect("a crash");
    gateway.op.recover("/token");
    unavailable(&callback.await.expect("an answer"));
    gateway.database.cluster.postgres().start_again().expect("a start");
    until(&browser, "/session", 200).await;
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    assert_eq!(gateway.database.rows("sessions"), 1);
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (409, "state_used".into()));
    gateway.hand.advance(chrono::TimeDelta::minutes(8));
    let _sweeps = Setup::beside(&gateway).start();
    gateway.database.until("SELECT count(*) FROM authorization_sessions WHERE failure = 'unfinished'", 1).await;
}

/// FI-14, FI-02
#[tokio::test]
async fn an_exhausted_pool_is_503_within_the_timeout() {
    let gateway = Setup::new().toml(SHORT_TIMEOUTS).start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let mut conn = gateway.database.connection();
    conn.batch_execute("BEGIN; LOCK TABLE authorization_sessions, sessions").expect("a lock");
    let started = Instant::now();
    let waiting: Vec<_> = (0..100)
        .map(|number| {
            let browser = browser.clone();
            let path = if number % 2 == 0 { "/login/op" } else { "/session" };
            tokio::spawn(async move { (browser.fetch(path).await, Instant::now()) })
        })
        .collect();
    let mut took = Vec::new();
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(gateway.browser().fetch("/.well-known/jwks.json").await.status, 200);
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    assert!(took[10] < Duration::from_secs(5), "{took:?}");
    for answer in waiting {
        let (answer, at) = answer.await.expect("an answer");
        unavailable(&answer);
        assert!(at - started < BOUND, "after {:?}", at - started);
    }
    conn.batch_execute("ROLLBACK").expect("the end");
    until(&browser, "/session", 200).await;
    browser.sign_in("alice").await;
    assert_eq!(gateway.database.rows("authorization_sessions"), 2);
}

/// FI-16
#[tokio::test]
async fn a_read_only_database_serves_reads() {
    let gateway = Setup::new().toml(SHORT_TIMEOUTS).start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let begun = browser.begin("op").await;
    let name = gateway.database.words("SELECT current_database()").concat();
    let switch = |state: &str| {
        let cluster = &gateway.database.cluster;
        cluster.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = {state}"));
        // After the commit, so that no new connection has the old setting.
        cluster.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    };
    switch("on");
    until(&browser, "/session", 200).await;
    unavailable(&browser.fetch("/login/op").await);
    unavailable(&browser.fetch(&begun.callback_of("alice")).await);
    unavailable(&browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin").send().await);
    assert_eq!(browser.fetch("/session").await.status, 200);
    switch("off");
    until(&browser, "/login/op", 302).await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
}

fn is_alive(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().expect("kill").success()
}

/// A failover terminates all connections; the next request succeeds.
#[tokio::test]
async fn cut_connections_are_replaced() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let others = "pg_stat_activity WHERE datname = current_database() AND application_name = 'vestibule'";
    for _ in 0..5 {
        let before = gateway.database.words(&format!("SELECT pid FROM {others}"));
        assert!(!before.is_empty());
        gateway.database.number(&format!("SELECT count(pg_terminate_backend(pid)) FROM {others}"));
        // PostgreSQL removes a backend from its list a moment before the socket closes.
        while before.iter().any(|pid| is_alive(pid)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(browser.fetch("/session").await.status, 200);
        browser.sign_in("alice").await;
    }
}

fn db(url: &str) -> Db {
    let (acquire_timeout, statement_timeout) = (Duration::from_secs(10), Duration::from_secs(10));
    Db::open(&Access { url: Plain::new(url), pool_size: 2, batching: true, acquire_timeout, statement_timeout })
}

/// LG-08: the server's message names the role.
#[tokio::test]
async fn a_failed_connection_is_reported_without_the_password() {
    let database = Cluster::shared().database();
    let (address, _) = database.url.split_once("user=").expect("a user");
    let url = format!("{address}user=us3r&password=s3cret");
    let log = LogCapture::start();
    let failed = db(&url).run("nothing", |conn| conn.batch_execute("SELECT 1")).await;
    let reported = format!("{:?} {}", failed.expect_err("no such role"), log.text());
    assert!(reported.contains("us3r") && reported.contains("does not exist"), "{reported}");
    assert!(!reported.contains("s3cret"), "{reported}");
}

/// RC-12: with any language of server messages.
#[tokio::test]
async fn a_deadlock_victim_is_retried() {
    let database = Cluster::shared().database();
    database.execute("CREATE TABLE two AS SELECT 1 AS id, 0 AS times UNION ALL SELECT 2, 0");
    let (db, meeting, tries) = (db(&database.url), Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let both = [(1, 2), (2, 1)].map(|(first, second)| {
        let (meeting, tries, alone) = (Arc::clone(&meeting), Arc::clone(&tries), AtomicBool::new(false));
        let add = |id| format!("UPDATE two SET times = times + 1 WHERE id = {id}");
        db.run("meet", move |conn| {
            tries.fetch_add(1, Ordering::SeqCst);
            conn.transaction(|conn| {
                conn.batch_execute(&add(first))?;
                if !alone.swap(true, Ordering::SeqCst) {
                    meeting.wait();
                }
                conn.batch_execute(&add(second))
            })
        })
    });
    let [one, other] = both;
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert!(tries.load(Ordering::SeqCst) >= 3, "one transaction was retried");
    assert_eq!(database.number("SELECT sum(times) FROM two"), 4);
}

/// Some errors are recognised by their message. A role that may not change the language works too.
#[tokio::test]
async fn connections_request_english_messages() {
    let database = Cluster::shared().database();
    let name = database.words("SELECT current_database()").concat();
    database.execute(&format!("ALTER DATABASE {name} SET lc_messages = 'POSIX'; CREATE ROLE {name}_nobody LOGIN"));
    let language = |url: &str| {
        let asked = db(url).run_here("language", |conn| {
            sql_query("SELECT current_setting('lc_messages') AS value").get_result::<Language>(conn)
        });
        asked.map(|language| language.value).expect("a language")
    };
    assert_eq!(language(&database.url), "C");
    let url = database.url.replace("user=vestibule", &format!("user={name}_nobody"));
    assert_ne!(url, database.url);
    assert_eq!(language(&url), "POSIX");
}

#[derive(QueryableByName)]
struct Language {
    #[diesel(sql_type = Text)]
    value: String,
}
