//! Access tokens, and the site's own `Authorization`.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{asked, get, identity, setup, signed_in};
use crate::support::app::{self, Tokens, post_as};
use crate::support::{Browser, Gateway, sign};

const AUDIENCE: &str = "[tokens]\naudience = ['https://api.example']";

fn start() -> Gateway {
    setup(AUDIENCE).toml(app::CLIENTS).start()
}

async fn status(browser: &Browser, authorization: &str) -> u16 {
    browser.ask("GET", "/verify").for_json().header("authorization", authorization).send().await.status
}

/// FW-16: a token of the built-in client for a configured audience; no other one.
#[tokio::test]
async fn tokens_of_the_built_in_client_for_services_pass() {
    let gateway = start();
    let unknown = gateway.browser();
    let answer = gateway.browser().sign_in_json("ada").await;
    let access = answer["api"]["access"].as_str().expect("a token").to_owned();
    assert_eq!(status(&unknown, &format!("Bearer {access}")).await, 200);
    assert_eq!(status(&unknown, &format!("bearer {access}")).await, 200);

    let claims = app::claims(&access);
    let altered = |member: &str, value: serde_json::Value| {
        let mut claims = claims.clone();
        claims[member] = value;
        format!("Bearer {}", sign(&gateway.database, &claims))
    };
    for (what, authorization, expected) in [
        ("the issuer", altered("aud", json!(gateway.public_url)), 200),
        ("one of several", altered("aud", json!(["x", "https://api.example"])), 200),
        ("another audience", altered("aud", json!("https://other.example")), 401),
        ("an app", altered("client_id", json!("spa")), 401),
        ("the scope account", altered("scope", json!("openid account")), 401),
        ("another user", altered("sub", json!("00000000-0000-7000-8000-000000000000")), 401),
        ("no session", altered("sid", json!(null)), 401),
        ("an expired one", altered("exp", json!(1)), 401),
        ("a changed signature", format!("Bearer {}x", &access[..access.len() - 1]), 401),
    ] {
        assert_eq!(status(&unknown, &authorization).await, expected, "{what}");
    }
    let of_app = Tokens::of_spa(&gateway, "dave").await;
    let of_client = post_as(&gateway, "server", "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    let account = gateway.account_bearer_by(&answer["api"]["refresh"]).await;
    let id_token = of_app.id.expect("an ID token");
    for token in [of_app.access, id_token, Tokens::of(&of_client).access, account.replace("Bearer ", "")] {
        assert_eq!(status(&unknown, &format!("Bearer {token}")).await, 401, "{token}");
        let refused = unknown.ask("GET", "/verify").for_json().header("authorization", &format!("Bearer {token}"));
        assert_eq!(refused.send().await.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
}

/// The site's own `Authorization` says nothing; a token of ours decides, also beside a good cookie.
#[tokio::test]
async fn the_cookie_decides_beside_foreign_credentials() {
    let gateway = start();
    let browser = signed_in(&gateway, "ada", &[]).await;
    let foreign = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUifQ.x";
    let garbage = format!("Bearer {}", "x".repeat(6000));
    for authorization in ["Basic YTpi", &format!("Bearer {foreign}"), "Bearer opaque", "Digest x", "", &garbage] {
        assert_eq!(status(&browser, authorization).await, 200, "{authorization}");
        assert_eq!(status(&gateway.browser(), authorization).await, 401, "{authorization}");
    }
    let access = gateway.browser().sign_in_json("eve").await["api"]["access"].as_str().expect("a token").to_owned();
    let both = browser.ask("GET", "/verify").for_json().header("authorization", &format!("Bearer {access}"));
    let of_token = identity(&both.send().await)[0].clone();
    assert_ne!(of_token, identity(&get(&browser, "https://wiki.example.com/").await)[0]);
    let bad = format!("Bearer {}x", &access[..access.len() - 1]);
    assert_eq!(status(&browser, &bad).await, 401, "a bad token of ours is not passed over");
}

/// FW-16: with `verify.issue_token` a site cannot renew the token that it got: it gets that one again, whatever the session is worth.
#[tokio::test]
async fn a_token_is_answered_with_itself() {
    let gateway = setup("[verify]\nissue_token = true\n[[verify.rules]]\npaths = ['/open']\nallow = { anyone = true }\n[[verify.rules]]")
        .toml(app::CLIENTS)
        .start();
    let browser = signed_in(&gateway, "ada", &[]).await;
    let first = get(&browser, "https://wiki.example.com/").await.header("authorization").to_owned();
    let mut claims = app::claims(first.strip_prefix("Bearer ").expect("a token"));
    claims["scope"] = json!("openid");
    let narrow = format!("Bearer {}", sign(&gateway.database, &claims));
    gateway.hand.advance(TimeDelta::seconds(60));
    for token in [&first, &narrow] {
        for url in ["https://wiki.example.com/", "https://wiki.example.com/open"] {
            let ask = asked(&gateway.browser(), "GET", url).header("authorization", token);
            let answer = ask.send().await;
            identity(&answer);
            assert_eq!(answer.header("authorization"), token, "{url}");
        }
    }
    let renewed = get(&browser, "https://wiki.example.com/").await.header("authorization").to_owned();
    assert_ne!(renewed, first, "the cookie gets a new one");
    gateway.hand.advance(TimeDelta::seconds(3600));
    let late = asked(&gateway.browser(), "GET", "https://wiki.example.com/").header("authorization", &first);
    assert_eq!(late.send().await.status, 401);
}
