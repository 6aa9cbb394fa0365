//! Which limit counts a request: the limit of a confidential client, of a browser's session, or of a client address.

use crate::support::app::{
    self, SECRET, Tokens, code, error, of_server, path, post, post_as, redeem, redeem_of_server,
};
use crate::support::{Browser, Gateway, LogCapture};

/// The statuses of `count` requests, one after the other.
async fn statuses<F: Future<Output = u16>>(count: usize, ask: impl Fn() -> F) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(ask().await);
    }
    statuses
}

async fn for_itself(gateway: &Gateway, client: &str) -> u16 {
    post_as(gateway, client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.status
}

async fn wrong_secret(gateway: &Gateway, path: &str) -> u16 {
    let form = [("grant_type", "client_credentials"), ("client_id", "server"), ("client_secret", "guess")];
    post(gateway, path, &form).await.status
}

/// The signed-in browser's authorization request without any page.
async fn silent(browser: &Browser) -> u16 {
    browser.get(&path(&[("prompt", "none")])).await.status
}

/// With the default limits: a server that renews the tokens of 140 users from one address.
#[tokio::test]
async fn limit_per_address_hits_server_apps() {
    let gateway = app::setup().default_limits().start();
    let answer = app::sign_in(&gateway.browser(), &of_server(&[]), "alice").await;
    let mut tokens = Tokens::of(&redeem_of_server(&gateway, &code(&answer)).await);
    for number in 0..140 {
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
        let answer = post_as(&gateway, "server", "/oauth2/token", &form).await;
        assert_eq!(answer.status, 200, "{number}: {answer:?}");
        tokens = Tokens::of(&answer);
    }
    let pushed =
        post_as(&gateway, "server", "/oauth2/par", &[("redirect_uri", app::SERVER), ("response_type", "code")]);
    assert_eq!(pushed.await.status, 201);
    Tokens::of_spa(&gateway, "bob").await;
}

/// With the default limits: the browsers of 100 people, who sign in to a single-page app.
#[tokio::test]
async fn one_hundred_people_behind_one_address_sign_in_within_a_minute() {
    let gateway = app::setup().default_limits().start();
    for number in 0..100 {
        let browser = gateway.browser();
        let answer = app::sign_in(&browser, &path(&[]), &format!("person-{number}")).await;
        Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
        assert_eq!(silent(&browser).await, 302);
    }
}

/// IN-09: also with consent pages, which stand between.
#[tokio::test]
async fn a_signed_in_browser_counts_for_its_session_only() {
    let gateway = app::setup().toml("[limits]\ntokens_per_minute = 1").start();
    let (first, second) = (gateway.browser(), gateway.browser());
    for browser in [&first, &second] {
        browser.sign_in("alice").await;
        assert_eq!(statuses(3, || silent(browser)).await, [302, 429, 429]);
        assert_eq!(browser.post("/session/token").await.status, 429, "the requests of a session count together");
    }
    let new = gateway.browser();
    let ask = path(&[]);
    assert_eq!(statuses(2, || async { new.get(&ask).await.status }).await, [302, 429], "the address was unused");
}

/// IN-09: the cookie of an ended session is not a way around the limit of the address.
#[tokio::test]
async fn a_browser_whose_session_has_ended_counts_for_its_address() {
    let gateway = app::setup().toml("[limits]\ntokens_per_minute = 1").start();
    let ended = [gateway.browser(), gateway.browser()];
    for browser in &ended {
        browser.sign_in("alice").await;
        let cookie = browser.cookie("vestibule").expect("a session cookie");
        assert!(browser.post("/logout").await.status < 400);
        browser.set_cookie("vestibule", &cookie);
    }
    let [first, second] = &ended;
    assert_eq!((silent(first).await, silent(second).await), (302, 429));
    assert_eq!(silent(&gateway.browser()).await, 429);
}

/// IN-09: one failure counts once, and the right secret is accepted after the limit is used up.
#[tokio::test]
async fn the_credential_is_checked_before_the_limit_of_the_address() {
    for path in ["/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke"] {
        let gateway = app::setup().toml("[limits]\ntokens_per_minute = 1\nfailures_before_lockout = 1000").start();
        let failures = statuses(3, || wrong_secret(&gateway, path)).await;
        assert!([400, 401].contains(&failures[0]), "{path} {failures:?}");
        assert_eq!(failures[1..], [429, 429], "{path}");
        assert_eq!(for_itself(&gateway, "server").await, 200, "{path}");
        let grant = ("grant_type", "client_credentials");
        let form = [("token", "x"), ("response_type", "code"), ("redirect_uri", app::SERVER), grant];
        assert!(post_as(&gateway, "server", path, &form).await.status < 300, "{path}");
    }
}

/// IN-09: a public client proves nothing.
#[tokio::test]
async fn a_public_client_counts_for_its_address() {
    let gateway = app::setup().toml("[limits]\ntokens_per_minute = 1").start();
    let junk = || async { post(&gateway, "/oauth2/token", &[("grant_type", "x"), ("client_id", "spa")]).await.status };
    assert_eq!(statuses(3, junk).await, [400, 429, 429]);
    let pushed = post(&gateway, "/oauth2/par", &[("client_id", "cli"), ("response_type", "code")]).await;
    assert_eq!(pushed.status, 400, "a push and the token request after it are counted separately: {pushed:?}");
}

/// IN-09: `limits.client_tokens_per_minute`, and the log names it.
#[tokio::test]
async fn a_confidential_client_has_a_limit_of_its_own() {
    let more = format!(
        "[limits]\nclient_tokens_per_minute = 1\n[clients.other]\ntype = 'confidential'\nclient_secret = '{SECRET}'\n\
         grants = ['client_credentials']\n"
    );
    let gateway = app::setup().toml(&more).start();
    let log = LogCapture::start();
    assert_eq!(statuses(2, || for_itself(&gateway, "server")).await, [200, 429]);
    let limited = post_as(&gateway, "server", "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!(error(&limited), (429, "temporarily_unavailable".into()));
    assert!((1..=61).contains(&limited.header("retry-after").parse::<u64>().expect("seconds")));
    assert!(log.text().contains("limit=\"limits.client_tokens_per_minute\""), "the log names the limit");
    assert_eq!(for_itself(&gateway, "other").await, 200, "another client");
    assert_eq!(post_as(&gateway, "server", "/oauth2/introspect", &[("token", "x")]).await.status, 200);
}
