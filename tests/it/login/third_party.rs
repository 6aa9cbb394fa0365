//! Third-party-initiated login (OpenID Connect Core §4): `GET` and `POST /login/{provider}` with `iss`, `target_link_uri` and
//! `login_hint`.

use url::Url;

use crate::support::{Gateway, app};

const ALLOWED: &str = "[login]\nreturn_to = ['https://site.example/**']\n";

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).expect("a URL");
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// The login ends at `target_link_uri`, and the provider gets the hint. `POST` leads to the same request by `GET`; another `iss` is
/// refused by both.
#[tokio::test]
async fn a_third_party_initiated_login_ends_at_target_link_uri() {
    let gateway = Gateway::with(ALLOWED);
    let issuer = &gateway.op.issuer;
    let browser = gateway.browser();
    let form = [("iss", issuer.as_str()), ("login_hint", "ada@example.com")];
    assert_eq!(app::post(&gateway, "/login/op", &form).await.status, 303);
    let foreign = [("iss", "https://evil.test")];
    assert_eq!(app::post(&gateway, "/login/op", &foreign).await.status, 400);
    assert_eq!(browser.get("/login/op?iss=https%3A%2F%2Fevil.test").await.status, 400);
    let path = format!("/login/op?iss={issuer}&target_link_uri=https://site.example/mail&login_hint=ada%40example.com");
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 302);
    assert_eq!(parameter(&answer.location(), "login_hint").as_deref(), Some("ada@example.com"));
    let stored = gateway.database.words("SELECT return_to FROM authorization_sessions");
    assert_eq!(stored, ["https://site.example/mail"]);
}

#[tokio::test]
async fn another_issuer_and_two_or_foreign_targets_are_refused() {
    let gateway = Gateway::with(ALLOWED);
    let browser = gateway.browser();
    let issuer = &gateway.op.issuer;
    for (query, code) in [
        ("iss=https://other.example".to_owned(), "invalid_request"),
        (format!("iss={issuer}/"), "invalid_request"),
        (format!("iss={issuer}&target_link_uri=https://evil.example/"), "return_to_refused"),
        (format!("iss={issuer}&target_link_uri=//evil.example"), "return_to_refused"),
        ("target_link_uri=/account&return_to=/account".to_owned(), "invalid_request"),
    ] {
        let answer = browser.fetch(&format!("/login/op?{query}")).await;
        assert_eq!(answer.problem(), (400, code.into()), "{query}");
        let form: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(app::post(&gateway, "/login/op", &form).await.status, 400, "{query}");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

/// A form from another site carries no cookie: it only leads to `GET`, and begins and binds nothing itself.
#[tokio::test]
async fn a_form_leads_to_the_same_request_by_get() {
    let gateway = Gateway::with(ALLOWED);
    let form = [
        ("iss", gateway.op.issuer.as_str()),
        ("target_link_uri", "https://site.example/a?x=1&y=2"),
        ("login_hint", "ada@example.com"),
        ("state", "chosen"),
    ];
    let answer = app::post(&gateway, "/login/op", &form).await;
    assert_eq!((answer.status, answer.set_cookie("vestibule-binding")), (303, None));
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
    let location = answer.location();
    assert!(location.starts_with("/login/op?") && !location.contains("chosen"), "{location}");
    let begun = gateway.browser().get(&location).await;
    assert_eq!(parameter(&begun.location(), "login_hint").as_deref(), Some("ada@example.com"));
    let stored = gateway.database.words("SELECT return_to FROM authorization_sessions");
    assert_eq!(stored, ["https://site.example/a?x=1&y=2"]);
    assert_eq!(app::post(&gateway, "/login/nobody", &form).await.status, 404);
}
