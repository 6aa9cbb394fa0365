//! A second gateway whose provider is the first.

use serde_json::json;

use super::setting::{confidential, go, setup};
use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::peer::{self, node};
use crate::setup::Setup;
use crate::visitor::Visitor;

/// The first uses the pretend provider. The second has another host name of this machine, because cookies ignore the port.
fn two() -> (Setup, Gateway, String) {
    let settings = Settings::new(&Database::empty().url, "http://127.0.0.1:9").with("providers.op.client_id", "second");
    let second = format!("http://localhost:{}", settings.port);
    let redirect_uri = format!("{second}/callback/op");
    let first = setup(&confidential("second", &settings.client_secret, &redirect_uri, ""));
    let settings = settings.with("providers.op.issuer", &first.gateway.public()).with("server.public_url", &second);
    (first, settings.serve(), second)
}

/// A login at the second gateway passes through both gateways, and the second gateway issues its own token.
#[tokio::test]
async fn a_gateway_can_be_the_provider_of_a_gateway() {
    let (first, gateway, second) = two();
    let ada = Visitor::new();
    let account = go(&ada, &format!("{second}/login/op?return_to=/account"), "nowhere").await;
    assert!(
        account.url.as_str() == format!("{second}/account"),
        "{account}\n{}\n{}",
        gateway.log(),
        first.gateway.log()
    );
    assert!(account.body.contains("<h1><bdi>Ada Lovelace</bdi></h1>"), "{account}");

    let at_first = ada.get(first.at("/session")).await.json();
    let at_second = ada.get(format!("{second}/session")).await.json();
    assert_eq!(at_second["user"]["email"], "ada@example.com");
    assert_eq!(
        at_second["auth_time"], at_first["auth_time"],
        "the second gateway passes on the time of the authentication"
    );
    assert_ne!(at_second["sub"], at_first["sub"], "each gateway has its own users");
    assert_eq!(at_second["provider"], "op");

    let token = ada.post_from(&second, "/session/token").await.json();
    let (token, jwks) = (token["access_token"].as_str().expect("a token"), format!("{second}/.well-known/jwks.json"));
    let verified = peer::run(node("verify.mjs").args([&jwks, &second, &second]), token);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    assert!(verified.stdout.contains(at_second["sub"].as_str().expect("a user")), "{}", verified.stdout);
    let userinfo = ada.request(reqwest::Method::GET, first.at("/userinfo")).bearer_auth(token);
    assert_eq!(Visitor::send(userinfo).await.status, 401, "the first gateway rejects it");
}

/// A user who is signed in at the first is not asked again, unless the second requests it.
#[tokio::test]
async fn prompt_login_is_passed_through_both() {
    let (first, gateway, second) = two();
    let ada = Visitor::new();
    let login = |query: &str| format!("{second}/login/op?return_to=/session{query}");
    let mut sessions = Vec::new();
    for (query, asked) in [("", 1), ("", 1), ("&prompt=login", 2), ("&max_age=0", 3), ("&max_age=1000", 3)] {
        let session = go(&ada, &login(query), "nowhere").await;
        assert_eq!(session.status, 200, "{query}: {session}\n{}", gateway.log());
        assert_eq!(first.wire.count("POST /token"), asked, "{query}");
        sessions.push(session.json());
    }
    let subs: Vec<_> = sessions.iter().map(|session| &session["sub"]).collect();
    assert!(subs.iter().all(|sub| *sub == subs[0]), "one person: {subs:?}");
    sessions.dedup_by_key(|session| session["sid"].clone());
    assert_eq!(sessions.len(), 5, "each login is a session of its own");
    let denied = go_and_deny(&ada, &login("&prompt=login")).await;
    assert_eq!(denied["code"], json!("provider_denied"), "{denied}");
}

async fn go_and_deny(visitor: &Visitor, from: &str) -> serde_json::Value {
    let page = visitor.follow(visitor.get(from).await, "nowhere").await;
    let back = visitor.decide(&page.url, &[("failure", "deny"), ("person", "ada")]).await;
    let last = visitor.follow(visitor.get(back).await, "http://localhost").await;
    let callback = last.location().unwrap_or_else(|| panic!("no app is notified: {last}"));
    let request = visitor.request(reqwest::Method::GET, callback).header("accept", "application/json");
    Visitor::send(request).await.json()
}
