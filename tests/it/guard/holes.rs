//! Requests that a service must not be able to make with a token that it received.

use serde_json::Value;

use crate::support::person::{Person, two_providers};
use crate::support::{Answer, Gateway};

async fn by(gateway: &Gateway, bearer: &str, method: &str, path: &str) -> Answer {
    gateway.browser().ask(method, path).for_json().header("authorization", bearer).send().await
}

fn bearer(token: &Value) -> String {
    format!("Bearer {}", token.as_str().expect("a token"))
}

/// AC-07: the forms of the account page accept the session cookie only. Otherwise a service with a token of the user could
/// link its own identity and unlink that of the user.
#[tokio::test]
async fn the_account_page_accepts_no_bearer_token() {
    let (gateway, _other) = two_providers("[tokens]\naudience = ['https://api.example']\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let (op, sid) = (ada.identity_at("op").await, ada.session().await["sid"].clone());
    let handed = bearer(&ada.browser.post("/session/token").await.json()["access_token"]);
    let for_account = gateway.account_bearer(&ada.browser).await;
    for authorization in [&handed, &for_account] {
        for path in [
            "/account/identities/other/link".to_owned(),
            format!("/account/identities/{op}/unlink"),
            format!("/account/sessions/{}/end", sid.as_str().expect("an id")),
            "/account/sessions/end-others".to_owned(),
        ] {
            let answer = by(&gateway, authorization, "POST", &path).await;
            assert_eq!(answer.problem(), (401, "no_session".into()), "{path}");
        }
        assert_eq!(by(&gateway, authorization, "GET", "/account").await.status, 401);
        let page = gateway.browser().ask("POST", "/account/identities/other/link");
        let page = page.header("authorization", authorization).send().await;
        assert_eq!(page.location(), "/login?return_to=/account");
    }
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
    assert_eq!(ada.session().await["sid"], sid);
}

/// With the default `tokens.audience = []` the token that a frontend sends to a service has the issuer as its audience. It
/// identifies the user and grants no change.
#[tokio::test]
async fn a_token_without_the_scope_account_cannot_change_the_account() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let (op, sid) = (ada.identity_at("op").await, ada.session().await["sid"].as_str().expect("an id").to_owned());
    let spa = gateway.browser().sign_in_json("ada").await;
    let by_cookie = ada.browser.post("/session/token").await.json();
    for authorization in [bearer(&spa["api"]["access"]), bearer(&by_cookie["access_token"])] {
        for (method, path) in [
            ("GET", "/sessions".to_owned()),
            ("DELETE", format!("/sessions/{sid}")),
            ("DELETE", "/sessions?scope=others".to_owned()),
            ("DELETE", "/sessions?scope=all".to_owned()),
            ("GET", "/identities".to_owned()),
            ("POST", "/identities/other".to_owned()),
            ("DELETE", format!("/identities/{op}")),
            ("GET", "/identities/op/token".to_owned()),
        ] {
            let answer = by(&gateway, &authorization, method, &path).await;
            assert_eq!(answer.problem(), (403, "insufficient_scope".into()), "{method} {path}");
        }
        for path in ["/session", "/userinfo"] {
            assert_eq!(by(&gateway, &authorization, "GET", path).await.status, 200, "{path}");
        }
    }
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
    assert_eq!(ada.session().await["sid"], sid);
}

/// With the token that it was handed, a service gets none with the scope `account`: that needs the session cookie or a
/// refresh token.
#[tokio::test]
async fn a_service_cannot_exchange_its_token_for_one_with_the_scope_account() {
    let gateway = Gateway::start();
    let spa = gateway.browser().sign_in_json("ada").await;
    let (handed, issuer) = (spa["api"]["access"].as_str().expect("a token").to_owned(), gateway.public_url.clone());
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    for form in [
        vec![("grant_type", "refresh_token"), ("refresh_token", &*handed), ("resource", &*issuer)],
        vec![("grant_type", "client_credentials"), ("resource", &*issuer)],
        vec![("grant_type", "authorization_code"), ("code", &*handed), ("redirect_uri", "https://x.example/")],
        vec![
            ("grant_type", exchange),
            ("subject_token", &*handed),
            ("subject_token_type", access_token),
            ("audience", &*issuer),
            ("resource", &*issuer),
        ],
    ] {
        let answer = crate::support::app::post(&gateway, "/oauth2/token", &form).await;
        assert_eq!(answer.status, 400, "{form:?}: {answer:?}");
    }
    let ask = gateway.browser().ask("POST", "/session/token").for_json().header("sec-fetch-site", "same-origin");
    let ask = ask.header("authorization", &bearer(&spa["api"]["access"]));
    let answer = ask.body("application/x-www-form-urlencoded", format!("resource={issuer}")).send().await;
    assert_eq!(answer.problem(), (401, "no_session".into()));
}
