//! Signing in at a provider of OAuth 1.0a.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::emulations::photos::{CONSUMER_SECRET, Person, Photos};
use crate::fake_provider::{Op, Reply};
use crate::support::{Answer, Browser, Gateway, parameter};

const FORM: &str = "application/x-www-form-urlencoded";
const NOTHING: [&str; 0] = [];

/// Starts a login and returns the callback URL after the user's approval.
async fn back(browser: &Browser) -> String {
    let there = browser.get("/login/photos").await.location();
    browser.get(&there).await.location()
}

/// Logs in; the gateway's response, and the stored status of the login.
async fn finished(gateway: &Gateway) -> (Answer, String) {
    let browser = gateway.browser();
    let back = back(&browser).await;
    let state = parameter(&back, "state").expect("a state");
    (browser.fetch(&back).await, gateway.database.login(&state))
}

async fn user(browser: &Browser) -> Value {
    browser.fetch("/session").await.json()["user"].clone()
}

/// RA-01: the provider verifies the signature of every request and rejects none.
#[tokio::test]
async fn a_user_logs_in_with_every_signature_method() {
    for method in ["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] {
        let (setup, photos) = Photos::setup(method, "");
        let gateway = setup.start();
        let providers = gateway.browser().fetch("/providers").await.json()["providers"].clone();
        assert_eq!((&providers[0]["kind"], &providers[0]["available"]), (&json!("oauth1"), &json!(true)));

        let browser = gateway.browser();
        let there = browser.get("/login/photos").await.location();
        assert_eq!(parameter(&there, "theme").as_deref(), Some("dark"), "a parameter of the endpoint is kept");
        assert_eq!(parameter(&there, "screen_name").as_deref(), Some("ada"));
        let back = browser.get(&there).await.location();
        assert_eq!(browser.get(&back).await.status, 303, "{method}: {:?}", photos.refused());
        assert_eq!(photos.refused(), NOTHING, "{method}");
        let user = user(&browser).await;
        assert_eq!((&user["name"], &user["preferred_username"]), (&json!("Ada Lovelace"), &json!("ada")));
        assert_eq!((&user["email"], &user["email_verified"]), (&json!("ada@example.com"), &json!(true)));
        assert_eq!(gateway.database.words("SELECT sub FROM subs"), ["6253282"]);
        let state = parameter(&back, "state").expect("a state");
        assert_eq!(gateway.database.login(&state), "completed NULL");

        // A reload: the login is already completed, and this browser has its session.
        assert_eq!(browser.get(&back).await.status, 303);
        assert_eq!(gateway.browser().fetch(&back).await.problem().0, 403, "another browser");
    }
}

/// A second login gives the same user, and each request has its own nonce, which the provider checks.
#[tokio::test]
async fn the_same_provider_id_is_the_same_user() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.start();
    gateway.hand.hold();
    for name in ["ada", "countess"] {
        photos.is(json!({"user": {"id": "6253282", "screen_name": name}}));
        assert_eq!(finished(&gateway).await.0.status, 303, "{:?}", photos.refused());
    }
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("sessions")), (1, 2));
}

/// Every form of a denied authorization.
#[tokio::test]
async fn a_denied_authorization_ends_the_login() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.start();
    for no in [Person::Denied, Person::UserRefused, Person::Silent] {
        photos.set_decision(no);
        let (answer, row) = finished(&gateway).await;
        assert_eq!(answer.problem(), (403, "provider_denied".into()), "{no:?}");
        assert_eq!(row, "denied provider_denied", "{no:?}");
    }
    assert!(photos.site.calls_to("/oauth/access_token").is_empty());
    assert_eq!(gateway.database.rows("users"), 0);
}

/// RA-14: an invalid callback is rejected and does not consume the login.
#[tokio::test]
async fn an_invalid_callback_does_not_consume_the_login() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.start();
    let browser = gateway.browser();
    let back = back(&browser).await;
    let state = parameter(&back, "state").expect("a state");
    for odd in [
        "",
        "oauth_verifier=a",
        "oauth_token=a&oauth_verifier=b&denied=a",
        "oauth_token=a&oauth_verifier=b&oauth_problem=user_refused",
        "oauth_verifier=a&error=access_denied",
        "code=c",
        "oauth_token=a&oauth_token=b&oauth_verifier=c",
    ] {
        let answer = browser.fetch(&format!("/callback/photos?state={state}&{odd}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{odd}");
    }
    let without_state = back.replace(&format!("state={state}"), "x=y");
    assert_eq!(browser.fetch(&without_state).await.problem(), (400, "unknown_state".into()));
    assert_eq!(gateway.database.login(&state), "pending NULL");
    assert_eq!(browser.get(&back).await.status, 303, "{:?}", photos.refused());
}

/// The request token in the callback must be the request token of this login; an attacker's is rejected without a
/// request to the provider.
#[tokio::test]
async fn another_request_token_is_rejected() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.start();
    let (ours, theirs) = (gateway.browser(), gateway.browser());
    let stolen = back(&theirs).await;
    let own = back(&ours).await;
    let [token, verifier] = ["oauth_token", "oauth_verifier"].map(|name| parameter(&stolen, name).expect(name));
    let state = parameter(&own, "state").expect("a state");
    let mut mixed = url::Url::parse(&format!("{}/callback/photos", gateway.base)).expect("a URL");
    let pairs = [("state", &state), ("oauth_token", &token), ("oauth_verifier", &verifier)];
    mixed.query_pairs_mut().extend_pairs(pairs);
    assert_eq!(ours.fetch(mixed.as_str()).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.database.login(&state), "token_failed token_invalid");
    assert!(photos.site.calls_to("/oauth/access_token").is_empty());

    // The provider rejects a wrong verifier.
    let own = back(&ours).await;
    let [state, verifier] = ["state", "oauth_verifier"].map(|name| parameter(&own, name).expect(name));
    let wrong = own.replace(&encoded(&verifier), "wrong");
    assert_ne!(own, wrong);
    assert_eq!(ours.fetch(&wrong).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.database.login(&state), "token_failed token_invalid");
    assert_eq!(photos.refused(), ["verifier_invalid"]);
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// RD-04, RD-13, RD-14: a login that cannot start is not stored.
#[tokio::test]
async fn a_login_without_temporary_credentials_does_not_start() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "timeout = '5s'");
    let gateway = setup.start();
    let other_server = Op::start();
    let answered = |body: &str| Reply::text(200, FORM, body);
    let good = "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true";
    for (reply, status, code) in [
        (answered("oauth_token=a&oauth_token_secret=b"), 502, "provider_error"),
        (answered("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=false"), 502, "provider_error"),
        (answered("oauth_token=&oauth_token_secret=b&oauth_callback_confirmed=true"), 502, "provider_error"),
        (answered("oauth_problem=permission_denied"), 502, "provider_error"),
        (answered("{}"), 502, "provider_error"),
        (Reply::text(401, FORM, "oauth_problem=signature_invalid"), 502, "provider_error"),
        (Reply::text(401, "text/html", "Failed to validate oauth signature and token"), 502, "provider_error"),
        (Reply::text(500, FORM, good), 502, "provider_error"),
        (Reply::text(302, FORM, good).with("Location", &format!("{}/x", other_server.issuer)), 502, "provider_error"),
        (answered(&format!("{good}&x={}", "x".repeat(2 << 20))), 502, "provider_error"),
        (Reply::Endless, 502, "provider_error"),
        (Reply::Closed, 502, "provider_error"),
        (Reply::Silent, 504, "provider_timeout"),
        (Reply::Dripping, 504, "provider_timeout"),
    ] {
        photos.site.reply("/oauth/request_token", reply.clone());
        let answer = gateway.browser().fetch("/login/photos").await;
        assert_eq!(answer.problem(), (status, code.into()), "{reply:?}");
        assert!(!answer.body.contains("Failed to validate"), "{answer:?}");
    }
    assert!(other_server.calls().is_empty());
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
    photos.site.recover();
    assert_eq!(finished(&gateway).await.1, "completed NULL");
}

/// FI-07, RD-04, RD-13, RD-14, RT-30: failures after the user's approval.
#[tokio::test]
async fn a_failure_after_the_approval_ends_the_login_with_its_status() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "timeout = '5s'");
    let gateway = setup.start();
    let other_server = Op::start();
    let redirected = || Reply::text(302, FORM, "").with("Location", &format!("{}/x", other_server.issuer));
    let json = |status, body: &str| Reply::text(status, "application/json", body);
    let (token, me) = ("/oauth/access_token", "/api/me");
    for (path, reply, status, code) in [
        (token, Reply::text(401, FORM, "oauth_problem=token_rejected"), 400, "token_invalid"),
        (token, Reply::text(401, "text/html", "Invalid / expired token"), 400, "token_invalid"),
        (token, Reply::text(200, FORM, "oauth_problem=permission_denied"), 400, "token_invalid"),
        (token, Reply::text(200, FORM, "oauth_token=a"), 502, "provider_error"),
        (token, Reply::text(503, FORM, ""), 502, "provider_error"),
        (token, redirected(), 502, "provider_error"),
        (token, Reply::Endless, 502, "provider_error"),
        (token, Reply::Silent, 504, "provider_timeout"),
        (me, json(401, "{}"), 400, "userinfo_failed"),
        (me, json(200, r#"{"user":{"name":"nobody"}}"#), 502, "provider_error"),
        (me, json(200, r#"{"user":{"id":62.53}}"#), 502, "provider_error"),
        (me, json(200, "[]"), 502, "provider_error"),
        (me, Reply::text(200, "text/html", "<html>"), 502, "provider_error"),
        (me, redirected(), 502, "provider_error"),
        (me, Reply::Dripping, 504, "provider_timeout"),
    ] {
        photos.site.recover();
        photos.site.reply(path, reply.clone());
        let (answer, row) = finished(&gateway).await;
        assert_eq!(answer.problem(), (status, code.into()), "{path}: {reply:?}");
        let failed = if path == token { "token_failed" } else { "userinfo_failed" };
        assert_eq!(row, format!("{failed} {code}"), "{path}: {reply:?}");
    }
    assert!(other_server.calls().is_empty(), "a token was sent to another server");
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("users")), (0, 0));
}

/// A clock difference is reported to the operator; here the provider's clock is wrong.
#[tokio::test]
async fn a_wrong_clock_is_reported() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let (clock, hand) = vestibule::base::clock::Clock::shifted();
    hand.advance(TimeDelta::minutes(10));
    let other_server = Photos::start("HMAC-SHA1", clock);
    let gateway = setup.toml(&other_server.table("")).start();
    let answer = gateway.browser().fetch("/login/photos").await;
    assert_eq!(answer.problem(), (502, "provider_error".into()));
    assert_eq!((other_server.refused(), photos.refused().len()), (vec!["timestamp_refused".into()], 0));
}

/// SPA flow: the frontend sends the token and the verifier instead of a code.
#[tokio::test]
async fn a_user_logs_in_through_an_spa() {
    let frontend = "http://localhost:3000/back?tab=1";
    let (setup, photos) = Photos::setup("HMAC-SHA1", &format!("redirect_uri = '{frontend}'\nexpose_tokens = true"));
    let gateway = setup.start();
    let browser = gateway.browser();
    let begin = async || {
        let begun = browser.fetch("/oauth2/url/?provider=photos").await.json();
        let back = browser.get(begun["url"].as_str().expect("a URL")).await.location();
        assert!(back.starts_with(frontend), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), begun["state"].as_str());
        let [state, token, verifier] =
            ["state", "oauth_token", "oauth_verifier"].map(|name| parameter(&back, name).expect(name));
        json!({"provider": "photos", "state": state, "oauth_token": token, "oauth_verifier": verifier})
    };
    let exchange = begin().await;
    for (name, value) in [("oauth_verifier", json!("")), ("oauth_token", json!("a\0")), ("code", json!("x"))] {
        let mut bad = exchange.clone();
        bad[name] = value;
        let answer = browser.post_json("/oauth2/token/", &bad).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{name}");
    }
    let answer = browser.post_json("/oauth2/token/", &exchange).await.json();
    assert_eq!(answer["user"]["email"], "ada@example.com");
    let [token, secret] = ["access_token", "token_secret"].map(|name| answer["provider"][name].as_str().expect(name));
    let issued = photos.secrets();
    assert!(issued.contains(&token.to_owned()) && issued.contains(&secret.to_owned()));
    assert_eq!(browser.post_json("/oauth2/token/", &exchange).await.problem(), (409, "state_used".into()));
    let mut code = begin().await;
    for name in ["oauth_token", "oauth_verifier"] {
        code.as_object_mut().expect("members").remove(name);
    }
    code["code"] = json!("a code is no verifier");
    assert_eq!(browser.post_json("/oauth2/token/", &code).await.problem(), (400, "token_invalid".into()));
    let mut mixed = begin().await;
    mixed["oauth_token"] = exchange["oauth_token"].clone();
    assert_eq!(browser.post_json("/oauth2/token/", &mixed).await.problem(), (400, "token_invalid".into()));
    assert_eq!(photos.refused(), NOTHING);
}

/// RD-22: the secret of the request token is stored sealed, and no secret is sent to the browser.
#[tokio::test]
async fn secrets_are_not_sent_to_the_browser() {
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.start();
    let browser = gateway.browser();
    let begun = browser.get("/login/photos").await;
    let back = browser.get(&begun.location()).await.location();
    let rows = "SELECT encode(handshake, 'escape') || steps::text FROM authorization_sessions";
    let waiting = gateway.database.words(rows).concat();
    let done = browser.get(&back).await;
    let after = "SELECT coalesce(encode(handshake, 'escape'), '') || steps::text FROM authorization_sessions";
    let after = gateway.database.words(after).concat() + &gateway.database.words("SELECT claims FROM subs").concat();
    let secrets = photos.secrets();
    assert!(!secrets.is_empty());
    for secret in secrets.iter().map(String::as_str).chain([CONSUMER_SECRET]) {
        for (place, text) in [("waiting", &waiting), ("after", &after), ("back", &back), ("page", &done.body)] {
            assert!(!text.contains(secret) && !text.contains(&encoded(secret)), "{secret} stands in {place}: {text}");
        }
    }
    assert!(!begun.location().contains("secret"), "{begun:?}");
}
