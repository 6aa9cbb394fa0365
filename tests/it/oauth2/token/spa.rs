//! `POST /oauth2/token/` with JSON: the exchange of the SPA flow.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::fake_provider::Op;
use crate::support::{Answer, Begun, Browser, Gateway, Setup};
use crate::well_known::jwks;

const PATH: &str = "/oauth2/token/";

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn exchange_from(browser: &Browser, origin: &str, begun: &Begun) -> Answer {
    let ask = browser.ask("POST", PATH).for_json().header("origin", origin);
    ask.json(&begun.exchange_of("alice")).send().await
}

#[tokio::test]
async fn the_response_has_tokens_logout_url_and_user() {
    let gateway = Gateway::start();
    for path in [PATH, "/oauth2/token"] {
        let browser = gateway.browser();
        let begun = browser.begin_json("op").await;
        let answer = browser.post_json(path, &begun.exchange_of("alice")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.set_cookie("vestibule"), None, "the SPA flow sets no session cookie");
        let body = answer.json();
        assert_eq!(names(&body), ["api", "provider", "user"]);
        assert_eq!(names(&body["api"]), ["access", "expires_in", "refresh", "token_type"]);
        assert_eq!((&body["api"]["token_type"], &body["api"]["expires_in"]), (&json!("Bearer"), &json!(300)));
        assert_eq!(names(&body["provider"]), ["logout_url"]);
        let logout_url = body["provider"]["logout_url"].as_str().expect("a URL");
        assert!(logout_url.starts_with(&format!("{}/logout/provider?session=", gateway.public_url)), "{logout_url}");
        assert_eq!(names(&body["user"]), ["email", "email_verified", "name", "sub"]);
        assert_eq!(body["user"]["email"], "alice@example.com");
        assert_eq!(body["user"]["email_verified"], true);
        assert_eq!(jwks::claims(&body["api"]["access"])["sub"], body["user"]["sub"]);
        assert_eq!(gateway.database.login(&begun.state), "completed NULL");
    }
}

#[tokio::test]
async fn without_an_end_session_endpoint_logout_url_is_null() {
    let setup = Setup::new();
    setup.op.set_metadata("end_session_endpoint", Value::Null);
    let gateway = setup.start();
    assert_eq!(gateway.browser().sign_in_json("alice").await["provider"], json!({"logout_url": null}));
}

#[tokio::test]
async fn provider_tokens_are_returned_only_with_expose_tokens() {
    let gateway = Gateway::with("[providers.op]\nexpose_tokens = true\n");
    let provider = gateway.browser().sign_in_json("alice").await["provider"].clone();
    assert_eq!(names(&provider), ["access_token", "expires_in", "id_token", "logout_url", "refresh_token"]);
    assert_eq!(provider["access_token"], "access");
    assert_eq!(provider["id_token"].as_str().expect("a token").split('.').count(), 3);
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    let body = begun.exchange_of("alice").to_string();
    for media_type in ["text/plain", "application/jsonp", "multipart/form-data", "application/xml", "", "json"] {
        let answer = browser.ask("POST", PATH).body(media_type, body.clone()).send().await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{media_type}");
    }
    let form =
        browser.ask("POST", PATH).body("application/x-www-form-urlencoded", "grant_type=authorization_code&code=x");
    let answer = form.send().await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("unauthorized_client")));
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    let typed = browser.ask("POST", PATH).body("Application/JSON; charset=utf-8", body).send().await;
    assert_eq!(typed.status, 200, "{typed:?}");
}

#[tokio::test]
async fn invalid_exchange_bodies_are_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    let good = begun.exchange_of("alice");
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().expect("an object").remove(name);
        body.to_string()
    };
    let mut bad = vec![String::new(), "null".into(), "[]".into(), "\"x\"".into(), "{".into(), "{}".into()];
    for name in ["provider", "code", "state"] {
        bad.push(without(name));
        bad.extend(
            [json!(""), json!(1), json!(null), json!(["x"]), json!({}), json!("a\u{0}b")]
                .map(|value| with(name, value)),
        );
    }
    bad.push(with("iss", json!(1)));
    bad.push(format!("{{\"state\":\"x\",{}", &good.to_string()[1..]));
    for body in bad {
        let answer = browser.ask("POST", PATH).body("application/json", body.clone()).send().await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{body}");
    }
    let not_utf8 = browser.ask("POST", PATH).body("application/json", b"{\"provider\":\"\xff\"}".to_vec()).send().await;
    assert_eq!(not_utf8.problem(), (400, "invalid_request".into()));
    assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    let with = |name: &str, value: &str| {
        let mut body = begun.exchange_of("alice");
        body[name] = json!(value);
        body
    };
    let refused = async |body: &Value| browser.post_json(PATH, body).await.problem();
    assert_eq!(refused(&with("provider", "nobody")).await, (400, "unknown_provider".into()));
    assert_eq!(refused(&with("state", "unknown")).await, (400, "unknown_state".into()));
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    assert_eq!(browser.post_json(PATH, &begun.exchange_of("alice")).await.status, 200);
    assert_eq!(refused(&begun.exchange_of("alice")).await, (409, "state_used".into()));
    assert_eq!(gateway.token_requests(), 1);

    let late = browser.begin_json("op").await;
    gateway.hand.advance(TimeDelta::seconds(301));
    assert_eq!(refused(&late.exchange_of("alice")).await, (400, "state_expired".into()));
    assert_eq!(gateway.token_requests(), 1);
}

/// RA-06
#[tokio::test]
async fn a_second_exchange_is_refused_also_with_a_session_cookie() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let begun = browser.begin_json("op").await;
    assert_eq!(browser.post_json(PATH, &begun.exchange_of("alice")).await.status, 200);
    let again = browser.post_json(PATH, &begun.exchange_of("alice")).await;
    assert_eq!(again.problem(), (409, "state_used".into()));
    assert_eq!((gateway.token_requests(), gateway.database.rows("sessions")), (2, 2));
}

/// A login completes only in the flow that began it, and the other flow does not consume it.
#[tokio::test]
async fn a_login_of_the_browser_flow_is_unknown_in_the_spa_flow() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.post_json(PATH, &begun.exchange_of("alice")).await;
    assert_eq!(answer.problem(), (400, "unknown_state".into()));
    assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
}

/// RA-04: frontends on other sites send no cookie.
#[tokio::test]
async fn a_sent_binding_cookie_must_match() {
    let gateway = Gateway::start();
    let (own, other, without) = (gateway.browser(), gateway.browser(), gateway.browser());
    // The second login begins without a cookie: the browser does not show that it carries one.
    let (second, first) = (gateway.browser().begin_json("op").await, own.begin_json("op").await);
    other.begin_json("op").await;
    let wrong = other.post_json(PATH, &first.exchange_of("alice")).await;
    assert_eq!(wrong.problem(), (403, "wrong_browser".into()));
    assert_eq!((gateway.token_requests(), gateway.database.login(&first.state)), (0, "pending NULL".into()));
    assert_eq!(own.post_json(PATH, &first.exchange_of("alice")).await.status, 200);
    assert_eq!(without.post_json(PATH, &second.exchange_of("alice")).await.status, 200);
}

/// RA-04
#[tokio::test]
async fn the_binding_cookie_can_be_required() {
    let gateway = Gateway::with("[login]\nrequire_binding = true\n");
    let (own, without) = (gateway.browser(), gateway.browser());
    let begun = own.begin_json("op").await;
    let refused = without.post_json(PATH, &begun.exchange_of("alice")).await;
    assert_eq!(refused.problem(), (403, "wrong_browser".into()));
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    assert_eq!(own.post_json(PATH, &begun.exchange_of("alice")).await.status, 200);
}

/// RA-04
#[tokio::test]
async fn the_exchange_must_come_from_the_origin_that_began() {
    const APP: &str = "http://127.0.0.1:5173";
    let gateway = Gateway::with(&format!("[login]\nallowed_origins = ['{APP}', 'https://other.example']\n"));
    let browser = gateway.browser();
    let start = async || {
        let ask = browser.ask("GET", "/oauth2/url/?provider=op").for_json().header("origin", APP);
        Begun::at("op", ask.send().await.json()["url"].as_str().expect("a URL").to_owned())
    };
    let begun = start().await;
    for origin in ["https://other.example", "null", "http://127.0.0.1:5174", "https://127.0.0.1:5173", ""] {
        let answer = exchange_from(&browser, origin, &begun).await;
        if !origin.is_empty() {
            assert_eq!(answer.problem(), (403, "wrong_browser".into()), "{origin}");
            assert_eq!(gateway.database.login(&begun.state), "pending NULL");
        }
    }
    let begun = start().await;
    assert_eq!(exchange_from(&browser, APP, &begun).await.status, 200);
    let begun = start().await;
    assert_eq!(browser.post_json(PATH, &begun.exchange_of("alice")).await.status, 200, "a program has no origin");
}

/// RA-08
#[tokio::test]
async fn a_sent_iss_must_match() {
    let other = Op::start();
    let gateway = Setup::new().provider("other", &other).start();
    let browser = gateway.browser();
    let exchange = async |begun: &Begun, iss: &str| {
        let mut body = begun.exchange_of("alice");
        body["iss"] = json!(iss);
        browser.post_json(PATH, &body).await
    };
    let begun = browser.begin_json("op").await;
    assert_eq!(exchange(&begun, &other.issuer).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");
    assert_eq!((gateway.token_requests(), other.calls_to("/token").len()), (0, 0));
    let begun = browser.begin_json("op").await;
    assert_eq!(exchange(&begun, &gateway.op.issuer).await.status, 200);
}

#[tokio::test]
async fn other_methods_than_post_are_refused() {
    let gateway = Gateway::start();
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let answer = gateway.browser().ask(method, PATH).for_json().send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
    }
}
