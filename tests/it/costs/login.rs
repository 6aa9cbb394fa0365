//! Statements and provider requests of a login, counted by PostgreSQL and by the fake provider.

use std::sync::Arc;

use crate::fake_provider::WELL_KNOWN;
use crate::support::{Cluster, Gateway, Setup};

/// A PostgreSQL that counts statements; `BEGIN`, `COMMIT` and `SET` are not among them.
fn counting() -> Arc<Cluster> {
    let cluster = Cluster::own();
    cluster.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    cluster.postgres().stop().expect("a stop");
    cluster.postgres().start_again().expect("a start");
    cluster.execute("ALTER SYSTEM SET pg_stat_statements.track_utility = off");
    cluster.execute("SELECT pg_reload_conf()");
    cluster
}

/// The statements during `work`, without those of background jobs.
async fn statements(gateway: &Gateway, work: impl Future<Output = ()>) -> Vec<String> {
    gateway.database.words("SELECT pg_stat_statements_reset()");
    work.await;
    let seen = "SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 100) FROM pg_stat_statements s, generate_series(1, s.calls)
                WHERE query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE 'SELECT set_config%' AND (query NOT LIKE '%SKIP LOCKED%' OR query ~ '::[A-Za-z]+All ')
                  AND query NOT LIKE '%pg_snapshot_xmin%' AND query NOT LIKE '%pg_try_advisory%' AND query NOT LIKE '%provider_metadata%' AND query NOT LIKE '%signing_keys%' AND query NOT LIKE '%known::Know%' AND query NOT LIKE '%CountPending%' AND query NOT LIKE '%due_removals::Due%' AND query NOT LIKE '%count(*) FROM logout_notices%'
                  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    gateway.database.words(seen)
}

#[tokio::test]
async fn a_login_of_a_known_user_causes_three_statements_and_one_request() {
    let database = counting().database();
    database.execute("CREATE EXTENSION pg_stat_statements");
    let gateway = Setup::new().on(&database).start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    gateway.database.until("SELECT count(*) FROM provider_metadata", 2).await;
    gateway.op.forget();

    // A browser without a session. With one, three more statements end it and keep its apps.
    let browser = gateway.browser();
    let mut begun = None;
    let asked = statements(&gateway, async { begun = Some(browser.begin("op").await) }).await;
    assert_eq!(asked.len(), 1, "begin: {asked:#?}");
    let begun = begun.expect("a login");
    let asked =
        statements(&gateway, async { assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303) }).await;
    assert_eq!(asked.len(), 2, "callback: {asked:#?}");
    assert_eq!(gateway.token_requests(), 1);
    assert_eq!(gateway.op.calls().len(), 1, "the provider documents are cached");
    assert_eq!(gateway.op.calls_to(WELL_KNOWN).len(), 0);

    let mut begun = None;
    let asked = statements(&gateway, async { begun = Some(browser.begin_json("op").await) }).await;
    assert_eq!(asked.len(), 1, "begin in the SPA flow: {asked:#?}");
    let begun = begun.expect("a login");
    let asked = statements(&gateway, async {
        assert_eq!(browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await.status, 200);
    })
    .await;
    assert_eq!(asked.len(), 2, "exchange: {asked:#?}");

    let begun = browser.begin("op").await;
    let asked =
        statements(&gateway, async { assert_eq!(browser.get(&begun.callback_of("new")).await.status, 303) }).await;
    // Two of them end the session that the browser had.
    assert!(asked.len() <= 7, "callback of a new user: {asked:#?}");
    let begun = browser.begin("op").await;
    let denied = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]);
    let asked = statements(&gateway, async { assert_eq!(browser.get(&denied).await.status, 403) }).await;
    // The second finds the session too, for the buttons of the page.
    assert_eq!(asked.len(), 2, "denied: {asked:#?}");

    for (path, expected) in [("/session", 1), ("/account", 2)] {
        let asked = statements(&gateway, async { assert_eq!(browser.get(path).await.status, 200) }).await;
        assert_eq!(asked.len(), expected, "{path}: {asked:#?}");
    }
    let asked = statements(&gateway, async { assert_eq!(browser.post("/session/token").await.status, 200) }).await;
    assert_eq!(asked.len(), 1, "a token: {asked:#?}");
    let asked = statements(&gateway, async { assert_eq!(browser.post("/logout").await.status, 200) }).await;
    assert_eq!(asked.len(), 2, "a logout: {asked:#?}");

    browser.set_cookie("vestibule", "garbage");
    for path in [
        "/.well-known/jwks.json",
        "/status-lists/0",
        "/providers",
        "/login?choose=1",
        "/session",
        "/nothing",
        "/login/nobody",
    ] {
        let asked = statements(&gateway, async { drop(browser.get(path).await) }).await;
        assert_eq!(asked.len(), 0, "{path}: {asked:#?}");
    }
    let junk = browser.ask("GET", "/session").header("authorization", "Bearer a.b.c");
    let asked = statements(&gateway, async { assert_eq!(junk.send().await.status, 401) }).await;
    assert_eq!(asked.len(), 0, "a garbage token: {asked:#?}");
}

/// `store_tokens` costs a login one statement more, whether the provider gives a refresh token or the one from before is
/// kept; and a token that is good costs one.
#[tokio::test]
async fn storing_provider_tokens_causes_one_more_statement() {
    let database = counting().database();
    database.execute("CREATE EXTENSION pg_stat_statements");
    let gateway = Setup::new().toml("[providers.op]\nstore_tokens = true").on(&database).start();
    gateway.op.refreshing(|refreshing| refreshing.lifetime = Some(3600));
    gateway.browser().sign_in("alice").await;
    gateway.database.until("SELECT count(*) FROM provider_metadata", 2).await;
    let mut browser = gateway.browser();
    for at_login in [true, false] {
        gateway.op.refreshing(|refreshing| refreshing.at_login = at_login);
        browser = gateway.browser();
        let begun = browser.begin("op").await;
        let callback = begun.callback_of("alice");
        let asked = statements(&gateway, async { assert_eq!(browser.get(&callback).await.status, 303) }).await;
        assert_eq!(asked.len(), 3, "callback, a refresh token: {at_login}: {asked:#?}");
    }
    let token = "/identities/op/token";
    let asked = statements(&gateway, async { assert_eq!(browser.fetch(token).await.status, 200) }).await;
    assert_eq!(asked.len(), 2, "the session and its token: {asked:#?}");
}
