//! `POST /callback/{provider}`: a provider with `response_mode=form_post`.

use chrono::TimeDelta;

use crate::fake_provider::Op;
use crate::support::{Answer, Begun, Browser, Gateway, Setup, parameter};

const FORM: &str = "application/x-www-form-urlencoded";

fn gateway() -> Gateway {
    Setup::new().toml("[providers.op]\nresponse_mode = \"form_post\"\n").start()
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// Sends a cross-site form as a browser does: without our `SameSite=Lax` cookies.
async fn post(gateway: &Gateway, path: &str, form: String) -> Answer {
    let ask = gateway.browser().ask("POST", path).header("Origin", "https://op.example");
    ask.header("Sec-Fetch-Site", "cross-site").body(FORM, form).send().await
}

async fn post_answer(gateway: &Gateway, begun: &Begun, sub: &str) -> Answer {
    let form = encoded(&[("code", &begun.code(sub)), ("state", &begun.state)]);
    post(gateway, "/callback/op", form).await
}

async fn user(browser: &Browser) -> String {
    browser.fetch("/session").await.json()["user"]["email"].as_str().unwrap_or_default().to_owned()
}

/// RA-18: the form carries no cookie; the `GET` that follows does, and completes the login.
#[tokio::test]
async fn a_cross_site_form_post_completes_a_login() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = Begun::at("op", browser.get("/login/op?return_to=/done").await.location());
    assert_eq!(parameter(&begun.url, "response_mode").as_deref(), Some("form_post"));
    let bounced = post_answer(&gateway, &begun, "alice").await;
    assert_eq!((bounced.status, bounced.header("cache-control")), (303, "no-store"), "{bounced:?}");
    assert_eq!(bounced.location(), format!("/callback/op?state={}", begun.state));
    assert_eq!(bounced.set_cookie("vestibule"), None);
    assert_eq!(gateway.token_requests(), 0);
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    let welcome = browser.get(&bounced.location()).await;
    assert_eq!((welcome.status, welcome.location()), (303, "/done".into()), "{welcome:?}");
    assert_eq!(user(&browser).await, "alice@example.com");
    assert_eq!(gateway.token_requests(), 1);

    // A second form and a reload have no effect.
    let again = post_answer(&gateway, &begun, "alice").await;
    assert_eq!(again.status, 303);
    assert_eq!(browser.get(&again.location()).await.location(), "/done");
    browser.forget_cookie("vestibule");
    assert_eq!(browser.fetch(&again.location()).await.problem(), (409, "state_used".into()));
    assert_eq!(gateway.token_requests(), 1);
}

/// RA-19: the response mode must be the requested one.
#[tokio::test]
async fn a_response_by_the_other_response_mode_is_refused() {
    let gateway = Setup::new().provider("plain", &Op::start()).toml("[providers.op]\nresponse_mode = \"form_post\"\n");
    let gateway = gateway.start();
    let browser = gateway.browser();
    let (form, plain) = (browser.begin("op").await, browser.begin("plain").await);
    assert_eq!(parameter(&plain.url, "response_mode"), None);
    let denied = form.callback(&[("error", "access_denied"), ("state", &form.state)]);
    for path in [form.callback_of("alice"), denied] {
        assert_eq!(browser.fetch(&path).await.problem(), (400, "invalid_request".into()), "{path}");
    }
    let posted = encoded(&[("code", &plain.code("alice")), ("state", &plain.state)]);
    let answer = browser.ask("POST", "/callback/plain").for_json().body(FORM, posted).send().await;
    assert_eq!(answer.problem(), (400, "invalid_request".into()));
    assert_eq!(gateway.database.login(&form.state), "pending NULL");
    assert_eq!(gateway.database.login(&plain.state), "pending NULL");
    assert_eq!(browser.get(&plain.callback_of("alice")).await.status, 303);
    assert_eq!(browser.fetch(&post_answer(&gateway, &form, "bob").await.location()).await.status, 303);
}

/// RA-03, RA-14, IN-08
#[tokio::test]
async fn an_invalid_form_post_changes_nothing() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let (state, code) = (begun.state.as_str(), begun.code("alice"));
    let refused = [
        ("unknown_state", encoded(&[("code", &code), ("state", "x")])),
        ("unknown_state", encoded(&[("code", &code)])),
        ("invalid_request", encoded(&[("state", state)])),
        ("invalid_request", encoded(&[("state", state), ("code", &code), ("error", "access_denied")])),
        ("invalid_request", encoded(&[("state", state), ("code", &code), ("code", "other")])),
        ("invalid_request", encoded(&[("state", state), ("state", state), ("code", &code)])),
        ("invalid_request", "state=%00".into()),
    ];
    for (expected, form) in refused {
        let ask = gateway.browser().ask("POST", "/callback/op").for_json().body(FORM, form.clone());
        assert_eq!(ask.send().await.problem(), (400, expected.into()), "{form}");
        assert!(post(&gateway, "/callback/op", form).await.is_page());
    }
    let huge = encoded(&[("state", state), ("code", &"x".repeat(70_000))]);
    assert_eq!(post(&gateway, "/callback/op", huge).await.status, 413);
    let json = gateway.browser().ask("POST", "/callback/op").for_json();
    assert_eq!(json.body("application/json", "{}").send().await.problem(), (400, "invalid_request".into()));
    assert_eq!(post(&gateway, "/callback/none", encoded(&[("state", state), ("code", &code)])).await.status, 404);
    // No form was stored, so the browser cannot complete the login, and the login stays pending.
    let early = browser.fetch(&format!("/callback/op?state={state}")).await;
    assert_eq!(early.problem(), (400, "unknown_state".into()));
    assert_eq!(gateway.database.login(state), "pending NULL");
    let bounced = post_answer(&gateway, &begun, "alice").await;
    assert_eq!(browser.get(&bounced.location()).await.status, 303);
}

/// RA-04: a form alone creates no session. The last form counts, so the user's own response replaces the response of an
/// attacker.
#[tokio::test]
async fn a_form_post_of_another_client_does_not_prevent_the_login() {
    let gateway = gateway();
    let (victim, thief) = (gateway.browser(), gateway.browser());
    let begun = victim.begin("op").await;
    let bounced = post_answer(&gateway, &begun, "mallory").await;
    assert_eq!(thief.fetch(&bounced.location()).await.problem(), (403, "wrong_browser".into()));
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    let bounced = post_answer(&gateway, &begun, "alice").await;
    assert_eq!(victim.get(&bounced.location()).await.status, 303);
    assert_eq!(user(&victim).await, "alice@example.com");
}

/// IN-12: a person without an account can begin a login and post to it any number of times.
#[tokio::test]
async fn at_most_eight_form_posts_of_a_login_are_stored() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let large = "\u{1}".repeat(4000);
    let form = encoded(&[("code", &large), ("user", &large), ("state", &begun.state)]);
    assert_eq!(post(&gateway, "/callback/op", form).await.status, 400);
    let posted = "SELECT encode(posted, 'hex') FROM authorization_sessions";
    let bounced = post_answer(&gateway, &begun, "alice").await;
    let mut writes = vec![gateway.database.words(posted)];
    for _ in 0..20 {
        assert_eq!(post_answer(&gateway, &begun, "mallory").await.status, 303);
        writes.push(gateway.database.words(posted));
    }
    writes.dedup();
    assert_eq!(writes.len(), 8);
    assert_eq!(browser.get(&bounced.location()).await.status, 303, "the last stored response completes the login");
}

/// RA-07
#[tokio::test]
async fn a_form_post_for_an_expired_login_is_refused() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    gateway.hand.advance(TimeDelta::minutes(6));
    let bounced = post_answer(&gateway, &begun, "alice").await;
    assert_eq!(bounced.status, 303);
    assert_eq!(browser.fetch(&bounced.location()).await.problem(), (400, "state_expired".into()));
    assert_eq!(gateway.token_requests(), 0);
}

/// RA-12, RA-08: `error` and `iss` are read from the form too.
#[tokio::test]
async fn an_error_response_by_form_post_denies_the_login() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let form = encoded(&[("error", "user_cancelled_authorize"), ("state", &begun.state)]);
    let bounced = post(&gateway, "/callback/op", form).await;
    assert_eq!(browser.fetch(&bounced.location()).await.problem(), (403, "provider_denied".into()));
    let begun = browser.begin("op").await;
    let form = encoded(&[("code", &begun.code("alice")), ("state", &begun.state), ("iss", "https://evil.example")]);
    let bounced = post(&gateway, "/callback/op", form).await;
    assert_eq!(browser.fetch(&bounced.location()).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.token_requests(), 0);
}

/// RD-22
#[tokio::test]
async fn form_post_parameters_are_sealed_in_the_database() {
    let gateway = gateway();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let form = [("code", "a-code-to-be-found"), ("state", begun.state.as_str()), ("user", "a-name-to-be-found")];
    assert_eq!(post(&gateway, "/callback/op", encoded(&form)).await.status, 303);
    let kept = "SELECT encode(posted, 'escape') FROM authorization_sessions WHERE posted IS NOT NULL";
    let rows = gateway.database.words(kept);
    assert!(rows.len() == 1 && !rows.concat().contains("to-be-found"), "{rows:?}");
    browser.get(&format!("/callback/op?state={}", begun.state)).await;
    let ended = "SELECT count(*) FROM authorization_sessions WHERE status <> 'pending' AND posted IS NULL";
    assert_eq!(gateway.database.number(ended), 1, "the parameters are deleted when the login ends");
}
