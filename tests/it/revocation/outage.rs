//! An unreachable feed: 503 after `revocation_max_age`, and recovery without a restart.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::revocation::person::{Person, copy_of};
use crate::support::{BOUND, Cluster, Gateway, Setup};

/// Longer than the stop of a database and a request after it.
const AGE: &str = "[tokens]\nrevocation_max_age = '6s'\n";

/// Waits until a question is answered with that status; every answer until then is one of `meanwhile`.
async fn until(status: u16, meanwhile: &[u16], ask: impl AsyncFn() -> u16) {
    let began = Instant::now();
    loop {
        let answered = ask().await;
        if answered == status {
            return;
        }
        assert!(meanwhile.contains(&answered), "{answered} before {status}");
        assert!(began.elapsed() < BOUND, "still {answered}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ready(gateway: &Gateway) -> u16 {
    gateway.browser().get(&format!("{}/readyz", gateway.admin)).await.status
}

/// FI-01
#[tokio::test]
async fn a_database_outage_is_503_and_recovers() {
    let cluster = Cluster::own();
    let gateway = Setup::new().toml(AGE).on(&cluster.database()).start();
    let person = Person::sign_in(&gateway, "alice").await;
    let doomed = Person::sign_in(&gateway, "bob").await;
    let list = async |gateway: &Gateway| gateway.browser().fetch("/status-lists/0").await;
    cluster.postgres().stop().expect("stopped");
    // The feed in memory is used until it is too old.
    assert_eq!(list(&gateway).await.status, 200);
    assert_eq!(person.session(&gateway).await.problem(), (503, "database_unavailable".into()));
    until(503, &[200], async || list(&gateway).await.status).await;
    let refused = list(&gateway).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("database_unavailable", "2"));
    let refused = person.session(&gateway).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"));
    assert_eq!(ready(&gateway).await, 503);
    assert_eq!(gateway.browser().fetch("/.well-known/jwks.json").await.status, 200);

    cluster.postgres().start_again().expect("started");
    gateway.database.execute(&doomed.revoke_on_the_feed(&gateway));
    until(401, &[503, 200], async || doomed.session(&gateway).await.status).await;
    until(200, &[503], async || person.session(&gateway).await.status).await;
    until(200, &[503], async || ready(&gateway).await).await;
    // On a busy machine the feed can be late a second time.
    until(200, &[503], async || list(&gateway).await.status).await;
    assert!(doomed.is_listed(&gateway).await && !person.is_listed(&gateway).await);
}

/// Only queries of the feed hang.
#[tokio::test]
async fn a_hanging_feed_is_503_although_the_database_answers() {
    let gateway = Gateway::with(AGE);
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let refresh = gateway.browser().sign_in_json("bob").await["api"]["refresh"].as_str().expect("a token").to_owned();
    let mut lock = gateway.database.connection();
    lock.batch_execute("BEGIN; LOCK TABLE revocations IN ACCESS EXCLUSIVE MODE").expect("a lock");
    until(503, &[200], async || browser.fetch("/session").await.status).await;
    for path in ["/session", "/status-lists/0"] {
        let answer = browser.fetch(path).await;
        assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "database_unavailable".into()), "2"));
    }
    assert_eq!(browser.post("/session/token").await.status, 503);
    let form = format!("grant_type=refresh_token&refresh_token={refresh}");
    let renew = async || {
        let ask =
            gateway.browser().ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", form.clone());
        ask.send().await
    };
    let refused = renew().await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"));
    assert_ne!(refused.json()["error"], "invalid_grant");
    assert_eq!(ready(&gateway).await, 503);
    // A request without credentials still gets 401.
    assert_eq!(gateway.browser().fetch("/session").await.problem(), (401, "no_session".into()));
    lock.batch_execute("COMMIT").expect("the lock's end");
    until(200, &[503], async || browser.fetch("/session").await.status).await;
    // On a busy machine the feed can be late a second time.
    let copy = copy_of(&browser, &gateway);
    until(200, &[503], async || copy.fetch("/session").await.status).await;
    until(200, &[503], async || renew().await.status).await;
}
