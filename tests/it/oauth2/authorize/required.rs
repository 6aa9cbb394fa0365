//! `require_pkce` and `require_par` of clients, and the warning about clients whose codes nothing binds to their request.

use crate::support::app::{CHALLENGE, SECRET, code, error, post_as, redirect_error, request, setup, sign_in};
use crate::support::{Answer, Gateway, LogCapture, parameter};

const CALLBACK: &str = "https://strict.example/cb";

/// A gateway with the confidential client `id` and these lines.
fn with_client(id: &str, lines: &str) -> Gateway {
    let of = format!("type = 'confidential'\nclient_secret = '{SECRET}'\nredirect_uris = ['{CALLBACK}']");
    setup().toml(&format!("[clients.{id}]\n{of}\nid_token_alg = 'ES256'\n{lines}\n")).start()
}

fn form(id: &str, changes: &[(&str, &str)]) -> String {
    request(&[&[("client_id", id), ("redirect_uri", CALLBACK)], changes].concat())
}

fn path(id: &str, changes: &[(&str, &str)]) -> String {
    format!("/oauth2/authorize?{}", form(id, changes))
}

async fn push(gateway: &Gateway, changes: &[(&str, &str)]) -> Answer {
    let form = form("strict", changes);
    let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    post_as(gateway, "strict", "/oauth2/par", &pairs).await
}

const WITHOUT_PKCE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// RFC 7636
#[tokio::test]
async fn a_confidential_client_can_be_required_to_use_pkce() {
    let gateway = with_client("strict", "require_pkce = true");
    let browser = gateway.browser();
    for changes in [WITHOUT_PKCE, [("code_challenge_method", "plain"), ("code_challenge", CHALLENGE)]] {
        let answer = browser.get(&path("strict", &changes)).await;
        assert_eq!(redirect_error(&answer), "invalid_request", "{changes:?}");
        assert_eq!(parameter(&answer.location(), "state").as_deref(), Some("s t%te"));
        let pushed = push(&gateway, &changes).await;
        assert_eq!(error(&pushed), (400, "invalid_request".into()), "{changes:?}");
    }
    code(&sign_in(&browser, &path("strict", &[]), "ada").await);
}

/// RFC 9126 §5: by GET and by form; a pushed request is answered.
#[tokio::test]
async fn a_client_can_be_required_to_push_its_requests() {
    let gateway = with_client("strict", "require_par = true");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let by_get = browser.get(&path("strict", &[])).await;
    let ask = browser.ask("POST", "/oauth2/authorize");
    let by_form = ask.body("application/x-www-form-urlencoded", form("strict", &[])).send().await;
    for answer in [by_get, by_form] {
        assert_eq!(redirect_error(&answer), "invalid_request");
        assert!(answer.location().contains("oauth2%2Fpar"), "{answer:?}");
    }
    assert_eq!(gateway.database.rows("authorization_requests"), 0);
    let pushed = push(&gateway, &[]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let uri = pushed.json()["request_uri"].as_str().expect("a URI").to_owned();
    code(&browser.get(&format!("/oauth2/authorize?client_id=strict&request_uri={uri}")).await);
}

/// RFC 9700 §4.5.3: one warning for each client and hour; none if one of the two comes.
#[tokio::test]
async fn a_request_with_neither_pkce_nor_nonce_is_warned_of_once_an_hour() {
    let id = format!("loose-{}", uuid::Uuid::new_v4());
    let (log, gateway) = (LogCapture::start(), with_client(&id, ""));
    let browser = gateway.browser();
    let neither = [&WITHOUT_PKCE[..], &[("nonce", "")]].concat();
    let is_warning = |line: &&str| line.contains("neither_pkce_nor_nonce") && line.contains(&id);
    let warnings = || log.text().lines().filter(is_warning).count();
    for changes in [&WITHOUT_PKCE[..], &[("nonce", "")], &[]] {
        browser.get(&path(&id, changes)).await;
        assert_eq!(warnings(), 0, "{changes:?}");
    }
    for (minutes, expected) in [(0, 1), (30, 1), (31, 2)] {
        gateway.hand.advance(chrono::TimeDelta::minutes(minutes));
        browser.get(&path(&id, &neither)).await;
        browser.get(&path(&id, &neither)).await;
        assert_eq!(warnings(), expected, "after {minutes} more minutes");
    }
    let metrics = browser.get(&format!("{}/metrics", gateway.admin)).await.body;
    assert!(metrics.contains("neither_pkce_nor_nonce"), "{metrics}");
}
