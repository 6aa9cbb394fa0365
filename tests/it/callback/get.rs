//! `GET /callback/{provider}`: the redirect from the provider.

use chrono::TimeDelta;
use serde_json::json;

use crate::fake_provider::Op;
use crate::support::{Begun, Gateway, Setup};

const MARKUP: &str = "<script>alert(1)</script>\"'";

/// RA-03
#[tokio::test]
async fn an_unknown_state_is_refused_and_the_login_stays_pending() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let code = begun.code("alice");
    let other = if begun.state.starts_with('A') { "B" } else { "A" };
    let altered = format!("{other}{}", &begun.state[1..]);
    let longer = format!("{}A", begun.state);
    let upper = begun.state.to_uppercase();
    let odd = "' OR true --";
    for state in [None, Some(""), Some(altered.as_str()), Some(&longer), Some(&upper), Some("x"), Some(odd)] {
        let parameters: Vec<_> =
            [("code", code.as_str())].into_iter().chain(state.map(|state| ("state", state))).collect();
        let path = begun.callback(&parameters);
        let page = browser.get(&path).await;
        assert!(page.status == 400 && page.is_page(), "{state:?} {page:?}");
        assert_eq!(page.set_cookie("vestibule"), None);
        assert_eq!(browser.fetch(&path).await.problem(), (400, "unknown_state".into()), "{state:?}");
    }
    assert_eq!(gateway.token_requests(), 0);
    assert_eq!(gateway.database.login(&begun.state), "pending NULL", "another state does not change the login");
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
}

/// RA-04
#[tokio::test]
async fn a_callback_in_another_browser_is_refused() {
    let gateway = Gateway::start();
    let (own, victim, unrelated) = (gateway.browser(), gateway.browser(), gateway.browser());
    let begun = own.begin("op").await;
    let other = victim.begin("op").await;
    for browser in [&victim, &unrelated] {
        let answer = browser.fetch(&begun.callback_of("attacker")).await;
        assert_eq!(answer.problem(), (403, "wrong_browser".into()));
        assert_eq!(answer.set_cookie("vestibule"), None);
        let reference = gateway.database.words("SELECT reference FROM authorization_sessions").concat();
        assert!(
            !reference.contains(answer.json()["reference"].as_str().expect("a reference")),
            "the reference is shown to its own browser only"
        );
        let denied = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]);
        assert_eq!(browser.fetch(&denied).await.problem(), (403, "wrong_browser".into()));
    }
    assert_eq!(gateway.token_requests(), 0);
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
    assert_eq!(own.get(&begun.callback_of("alice")).await.status, 303);
    assert_eq!(victim.get(&other.callback_of("bob")).await.status, 303);
}

/// RA-06
#[tokio::test]
async fn a_repeated_callback_returns_to_the_app_and_creates_nothing() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = Begun::at("op", browser.get("/login/op?return_to=/done").await.location());
    let path = begun.callback_of("alice");
    let first = browser.get(&path).await;
    assert_eq!(first.location(), "/done");
    for _ in 0..3 {
        let again = browser.get(&path).await;
        assert_eq!(again.location(), "/done", "the browser that completed the login continues");
        assert_eq!(again.set_cookie("vestibule"), None);
    }
    let session = browser.cookie("vestibule").expect("a session");
    browser.forget_cookie("vestibule");
    let signed_out = browser.fetch(&path).await;
    assert_eq!(signed_out.problem(), (409, "state_used".into()));
    assert!(signed_out.json()["reference"].as_str().is_some_and(|reference| reference.len() == 11));
    let page = browser.get(&path).await;
    assert!(
        page.status == 409 && page.is_page() && page.link("Sign in again") == "/login/op?return_to=%2Fdone",
        "{page:?}"
    );

    let thief = gateway.browser();
    assert_eq!(thief.fetch(&path).await.problem(), (403, "wrong_browser".into()));
    thief.set_cookie("vestibule", &session);
    assert_eq!(thief.fetch(&path).await.problem(), (403, "wrong_browser".into()));

    assert_eq!(gateway.token_requests(), 1);
    assert_eq!(gateway.database.rows("sessions"), 1);
    assert_eq!(gateway.database.login(&begun.state), "completed NULL");
}

/// RA-06: after a logout, and after another login.
#[tokio::test]
async fn a_repeated_callback_after_a_logout_is_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    browser.get(&begun.callback_of("alice")).await;
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (409, "state_used".into()));
    browser.sign_in("bob").await;
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (409, "state_used".into()));
    assert_eq!(gateway.token_requests(), 2);
}

/// RA-07
#[tokio::test]
async fn an_expired_login_is_refused_with_a_link_to_start_again() {
    let gateway = Gateway::with("[login]\nauthorization_lifetime = '5m'\n");
    gateway.hand.hold();
    let browser = gateway.browser();
    let (late, last) = (browser.begin("op").await, browser.begin("op").await);
    gateway.hand.advance(TimeDelta::seconds(295));
    assert_eq!(browser.get(&last.callback_of("alice")).await.status, 303);
    gateway.hand.advance(TimeDelta::seconds(6));
    assert_eq!(browser.fetch(&late.callback_of("alice")).await.problem(), (400, "state_expired".into()));
    let page = browser.get(&late.callback_of("alice")).await;
    assert!(page.status == 400 && page.body.contains("href=\"/login/op\""), "{page:?}");
    assert_eq!(gateway.token_requests(), 1);

    // The job `sweep` sets its status to `expired`; each gateway runs this job at its start.
    let replica = Setup::beside(&gateway).start();
    gateway.database.until("SELECT count(*) FROM authorization_sessions WHERE status = 'expired'", 1).await;
    assert_eq!(gateway.database.login(&late.state), "expired state_expired");
    assert_eq!(replica.database.login(&last.state), "completed NULL");
    assert_eq!(browser.fetch(&late.callback_of("alice")).await.problem(), (400, "state_expired".into()));
}

/// RA-08: a code never reaches the token endpoint of another provider.
#[tokio::test]
async fn a_response_with_the_iss_of_another_provider_ends_the_login() {
    let honest = Op::start();
    let gateway = Setup::new().provider("honest", &honest).start();
    let browser = gateway.browser();

    let begun = browser.begin("op").await;
    let mixed = begun.callback(&[("code", "honest-code"), ("state", &begun.state), ("iss", &honest.issuer)]);
    assert_eq!(browser.fetch(&mixed).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");

    let begun = browser.begin("op").await;
    let denied = [("error", "access_denied"), ("state", &begun.state), ("iss", &honest.issuer)];
    assert_eq!(browser.fetch(&begun.callback(&denied)).await.problem(), (400, "token_invalid".into()));

    let begun = browser.begin("op").await;
    let at_other_provider = Begun { provider: "honest".into(), ..begun.clone() };
    let answer = browser.fetch(&at_other_provider.callback_of("alice")).await;
    assert_eq!(answer.problem(), (400, "unknown_state".into()), "the state of another provider");
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");

    assert_eq!((gateway.token_requests(), honest.calls_to("/token").len()), (0, 0));
    let good = [("code", begun.code("alice")), ("state", begun.state.clone()), ("iss", gateway.op.issuer.clone())];
    let good = good.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browser.get(&begun.callback(&good)).await.status, 303);
}

/// RA-09
#[tokio::test]
async fn a_missing_iss_is_refused_when_the_provider_advertises_it() {
    let setup = Setup::new();
    setup.op.set_metadata("authorization_response_iss_parameter_supported", json!(true));
    let gateway = setup.start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");
    assert_eq!(gateway.token_requests(), 0);
}

/// RA-12, WB-04
#[tokio::test]
async fn the_error_page_contains_no_text_from_the_provider() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (error, status, code) in [
        ("access_denied", 403, "provider_denied"),
        ("login_required", 403, "provider_denied"),
        (MARKUP, 403, "provider_denied"),
        ("server_error", 502, "provider_error"),
    ] {
        let begun = browser.begin("op").await;
        let refusal = [("error", error), ("error_description", MARKUP), ("error_uri", MARKUP), ("state", &begun.state)];
        let page = browser.get(&begun.callback(&refusal)).await;
        assert!(page.status == status && page.is_page(), "{error}: {page:?}");
        assert!(!page.body.contains("alert(1)"), "{}", page.body);
        assert_eq!(gateway.database.login(&begun.state), format!("denied {code}"));
        let reference = gateway.database.words("SELECT reference FROM authorization_sessions ORDER BY id DESC LIMIT 1");
        assert!(page.body.contains(&reference.concat()), "the page names the login");
        // The login is consumed: a later response with a code is refused.
        assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (409, "state_used".into()));
    }
    assert_eq!((gateway.token_requests(), gateway.database.rows("sessions")), (0, 0));
    assert_eq!(gateway.database.number("SELECT count(*) FROM audit_events WHERE kind = 'login_failed'"), 4);
    let steps = gateway.database.words("SELECT steps::text FROM authorization_sessions").concat();
    assert!(
        steps.contains("<script>") && steps.is_ascii(),
        "the recorded steps quote the error of the provider, in ASCII: {steps}"
    );
}

/// RA-14
#[tokio::test]
async fn responses_with_repeated_or_missing_parameters_are_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let (code, state) = (begun.code("alice"), begun.state.clone());
    for query in [
        format!("code={code}&error=access_denied&state={state}"),
        format!("code={code}&code={code}&state={state}"),
        format!("code={code}&state={state}&state={state}"),
        format!("code={code}&state={state}&iss=a&iss=b"),
        format!("code={code}&state={state}&c%6fde=x"),
        format!("state={state}"),
        format!("state={state}&code="),
        format!("state={state}&code=%00"),
        format!("state={state}&code=%ff"),
        format!("state={state}%00&code={code}"),
    ] {
        let answer = browser.fetch(&format!("/callback/op?{query}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{query}");
        let page = browser.get(&format!("/callback/op?{query}")).await;
        assert!(page.status == 400 && page.is_page(), "{query}");
    }
    assert_eq!(gateway.token_requests(), 0);
    assert_eq!(gateway.database.login(&state), "pending NULL");
}

/// RA-19
#[tokio::test]
async fn a_form_post_is_refused_when_the_provider_uses_the_query() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let form = begun.callback_of("alice").split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    let posted = browser.ask("POST", "/callback/op").body("application/x-www-form-urlencoded", form).send().await;
    assert_eq!(posted.status, 400, "{posted:?}");
    assert_eq!(posted.set_cookie("vestibule"), None);
    assert_eq!(browser.ask("POST", &begun.callback_of("alice")).send().await.status, 400);
    assert_eq!(browser.ask("PUT", &begun.callback_of("alice")).send().await.status, 405);
    assert_eq!(gateway.token_requests(), 0);
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
}

/// RE-06, RE-07
#[tokio::test]
async fn the_browser_is_redirected_to_the_return_to_of_the_login() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = Begun::at("op", browser.get("/login/op?return_to=/bound%3Fa%3D1").await.location());
    let (code, state) = (begun.code("alice"), begun.state.as_str());
    let evil = [("code", code.as_str()), ("state", state), ("return_to", "/other"), ("redirect_uri", "/other")];
    let answer = browser.get(&begun.callback(&evil)).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/bound?a=1", "nothing is appended");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn the_default_return_to_is_configurable() {
    let gateway = Gateway::with(
        "[login]\nreturn_to = ['https://app.example.com']\ndefault_return_to = 'https://app.example.com/in'\n",
    );
    assert_eq!(gateway.browser().sign_in("alice").await.location(), "https://app.example.com/in");
}

/// A login completes only in the flow that began it, and the other flow does not consume it.
#[tokio::test]
async fn a_login_of_the_spa_flow_is_unknown_in_the_browser_flow() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    assert_eq!(browser.fetch(&begun.callback_of("alice")).await.problem(), (400, "unknown_state".into()));
    assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
    let answer = browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// All rows are written in one transaction.
#[tokio::test]
async fn a_completed_login_writes_every_row() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let ask = browser.ask("GET", &begun.callback_of("alice")).header("user-agent", "Test/1");
    assert_eq!(ask.send().await.status, 303);
    let database = &gateway.database;
    assert_eq!(database.login(&begun.state), "completed NULL");
    let steps = "SELECT string_agg(step->>'step', ' ') FROM authorization_sessions, jsonb_array_elements(steps) step";
    assert_eq!(database.words(steps), ["began returned completed"]);
    assert_eq!(database.words("SELECT provider || ' ' || sub FROM subs"), ["op alice"]);
    assert_eq!(database.words("SELECT email FROM users"), ["alice@example.com"]);
    let session = "SELECT concat_ws(' ', provider, client_id, host(ip), user_agent) FROM sessions";
    assert_eq!(database.words(session), ["op vestibule 127.0.0.1 Test/1"]);
    let same = "SELECT count(*) FROM sessions s JOIN authorization_sessions a ON a.session_id = s.id
                JOIN audit_events e ON e.session_id = s.id AND e.kind = 'login_completed' AND e.user_id = s.user_id
                AND e.reference = a.reference";
    assert_eq!(database.number(same), 1);
    let token = &gateway.op.calls_to("/token")[0];
    assert_eq!(token.form("redirect_uri"), [format!("{}/callback/op", gateway.public_url)]);
    assert_eq!(token.form("code_verifier").len(), 1);
}
