//! The status, the error code and the rows of a login for each response of the provider.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake_provider::{CLIENT, KID, Op, Reply};
use crate::support::{Answer, Begun, Browser, Gateway, LogCapture, Operator, Setup, wait_until};

const JSON: &str = "application/json";

/// Also for the replies that end by themselves, which a busy machine may delay.
const TIMEOUT: &str = "[providers.op]\ntimeout = '5s'\n";

/// Completes a login. Returns the response, and status and failure of the login row.
async fn finished(gateway: &Gateway, sub: &str) -> (Answer, String) {
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.fetch(&begun.callback_of(sub)).await;
    let again = browser.fetch(&begun.callback_of(sub)).await;
    if answer.status != 303 {
        assert_eq!(again.problem(), (409, "state_used".into()), "a login that has ended stays ended");
        let reference = answer.json()["reference"].as_str().expect("a reference").to_owned();
        let known = format!(
            "SELECT count(*) FROM authorization_sessions WHERE reference = '{reference}' AND completed_at IS NOT NULL"
        );
        assert_eq!(gateway.database.number(&known), 1);
    }
    (answer, gateway.database.login(&begun.state))
}

/// FI-07, RD-04, RD-13, RD-14, RT-31, RT-32
#[tokio::test]
async fn each_token_response_has_its_status_and_code() {
    let gateway = Gateway::with(TIMEOUT);
    let other_server = Op::start();
    let redirect = |status| Reply::text(status, JSON, "").with("Location", &format!("{}/token", other_server.issuer));
    let answered = |body: Value| Reply::text(200, JSON, &body.to_string());
    for (reply, status, code) in [
        (Reply::text(500, JSON, "{\"error\":\"server_error\"}"), 502, "provider_error"),
        (Reply::text(502, "text/html", "<html>Bad Gateway"), 502, "provider_error"),
        (Reply::text(429, JSON, "{}").with("Retry-After", "1"), 502, "provider_error"),
        (redirect(302), 502, "provider_error"),
        (redirect(308), 502, "provider_error"),
        (Reply::text(200, JSON, ""), 502, "provider_error"),
        (Reply::text(200, "text/html", "<html>"), 502, "provider_error"),
        (Reply::text(200, JSON, "[]"), 502, "provider_error"),
        (Reply::text(200, JSON, &" ".repeat(2 << 20)), 502, "provider_error"),
        (answered(json!({"access_token": "a", "token_type": "mac", "id_token": "x"})), 502, "provider_error"),
        (Reply::Broken, 502, "provider_error"),
        (Reply::Closed, 502, "provider_error"),
        (Reply::Endless, 502, "provider_error"),
        (Reply::Silent, 504, "provider_timeout"),
        (Reply::Dripping, 504, "provider_timeout"),
        (Reply::text(400, JSON, "{\"error\":\"invalid_grant\"}"), 400, "token_invalid"),
        (Reply::text(401, JSON, "{\"error\":\"invalid_client\"}"), 400, "token_invalid"),
        (answered(json!({"access_token": "a", "token_type": "Bearer"})), 400, "token_invalid"),
        (answered(json!({"access_token": "a", "token_type": "bEaReR", "id_token": "x.y.z"})), 400, "token_invalid"),
    ] {
        gateway.op.forget();
        gateway.op.reply("/token", reply.clone());
        let started = Instant::now();
        let (answer, row) = finished(&gateway, "alice").await;
        assert_eq!(answer.problem(), (status, code.into()), "{reply:?}");
        assert_eq!(row, format!("token_failed {code}"), "{reply:?}");
        assert_eq!(gateway.token_requests(), 1, "a code is redeemed once");
        assert!(started.elapsed() < Duration::from_secs(30), "took {:?}", started.elapsed());
    }
    assert!(other_server.calls().is_empty(), "a code or a secret was sent to another server");
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("users")), (0, 0));
    gateway.op.recover("/token");
    gateway.browser().sign_in("alice").await;
}

/// RT-01, RT-03, RT-04, RT-05, RT-09, RT-10, RT-11, RT-14, RT-27
#[tokio::test]
async fn an_id_token_with_invalid_claims_ends_the_login() {
    let gateway = Gateway::start();
    let now = gateway.clock.now().timestamp();
    for bad in [
        json!({"iss": "https://evil.example"}),
        json!({"iss": format!("{}/", gateway.op.issuer)}),
        json!({"iss": null}),
        json!({"aud": "another"}),
        json!({"aud": ["another"]}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"aud": 7}),
        json!({"aud": ["us:1", "another"]}),
        json!({"azp": "another"}),
        json!({"exp": null}),
        json!({"exp": now - 100}),
        json!({"exp": "soon"}),
        json!({"iat": null}),
        json!({"iat": now + 100}),
        json!({"iat": now - 660}),
        json!({"nbf": now + 100}),
        json!({"nonce": null}),
        json!({"nonce": "another"}),
        json!({"nonce": ""}),
        json!({"at_hash": "wrong"}),
    ] {
        gateway.op.set_claims(bad.clone());
        let (answer, row) = finished(&gateway, "alice").await;
        assert_eq!(answer.problem(), (400, "token_invalid".into()), "{bad}");
        assert_eq!(row, "token_failed token_invalid", "{bad}");
        assert_eq!(answer.set_cookie("vestibule"), None);
    }
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("users")), (0, 0));
    for good in [
        json!({"aud": ["us:1"]}),
        json!({"azp": "us:1"}),
        json!({"exp": now - 5}),
        json!({"iat": now + 8, "nbf": now + 8}),
        json!({"iat": now - 600}),
    ] {
        gateway.op.set_claims(good.clone());
        let (answer, row) = finished(&gateway, "alice").await;
        assert_eq!((answer.status, row.as_str()), (303, "completed NULL"), "{good}");
    }
}

/// RT-16, RT-17, RT-18, RT-23, RT-25
#[tokio::test]
async fn an_id_token_with_an_invalid_signature_ends_the_login() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let (gateway, attacker) = (Gateway::start(), Op::start());
    let now = gateway.clock.now().timestamp();
    let jwks = Browser::new("").fetch(&format!("{}/jwks", gateway.op.issuer)).await.body;
    let heads = [
        json!({"alg": "none"}),
        json!({"alg": "NONE", "kid": KID}),
        json!({"alg": "nOnE", "kid": KID}),
        json!({"alg": "EdDSA", "kid": KID}),
        json!({"alg": "EdDSA", "kid": KID, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}}),
        json!({"alg": "EdDSA", "kid": KID, "jku": format!("{}/jwks", attacker.issuer)}),
        json!({"alg": "EdDSA", "kid": KID, "x5u": format!("{}/x5u", attacker.issuer)}),
        json!({"alg": "EdDSA", "kid": KID, "crit": ["x"], "x": 1}),
        json!({"alg": "EdDSA", "kid": KID, "b64": false, "crit": ["b64"]}),
        json!({"alg": "HS256", "kid": KID}),
    ];
    let hmac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwks.as_bytes());
    for (head, signature) in
        heads.iter().flat_map(|head| ["nothing", "zeros", "hmac"].map(|signature| (head, signature)))
    {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let claims = json!({
            "iss": gateway.op.issuer, "aud": CLIENT, "sub": "admin", "nonce": begun.nonce, "iat": now, "exp": now + 300,
        });
        let input = format!("{}.{}", B64.encode(head.to_string()), B64.encode(claims.to_string()));
        let signed = match signature {
            "nothing" => String::new(),
            "zeros" => B64.encode([0; 64]),
            _ => B64.encode(aws_lc_rs::hmac::sign(&hmac, input.as_bytes())),
        };
        let body = json!({"access_token": "a", "token_type": "Bearer", "id_token": format!("{input}.{signed}")});
        gateway.op.reply("/token", Reply::text(200, JSON, &body.to_string()));
        let answer = browser.fetch(&begun.callback_of("alice")).await;
        assert_eq!(answer.problem(), (400, "token_invalid".into()), "{head} {signature}");
        assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");
    }
    assert!(attacker.calls().is_empty(), "the gateway fetched the key URL of a token");
    assert_eq!(gateway.database.rows("users"), 0);
}

/// RT-28, RT-30, RD-04
#[tokio::test]
async fn each_userinfo_response_has_its_status_and_code() {
    let gateway = Setup::new().toml(TIMEOUT).toml("[providers.op]\nuserinfo = 'always'\n").start();
    let info = |body: Value| Reply::text(200, JSON, &body.to_string());
    for (reply, status, code) in [
        (info(json!({"sub": "eve", "email": "alice@example.com"})), 400, "userinfo_failed"),
        (Reply::text(401, JSON, "{}"), 400, "userinfo_failed"),
        (Reply::text(200, "application/jwt", "a.b.c"), 400, "userinfo_failed"),
        (info(json!({"email": "alice@example.com"})), 502, "provider_error"),
        (info(json!(["alice"])), 502, "provider_error"),
        (info(json!({"error": "invalid_token"})), 400, "userinfo_failed"),
        (Reply::text(400, JSON, r#"{"error":{"type":"OAuthException","code":190}}"#), 400, "userinfo_failed"),
        (info(json!({"error": "temporarily_unavailable"})), 502, "provider_error"),
        (Reply::text(200, "text/html", "<html>"), 502, "provider_error"),
        (Reply::text(200, JSON, &" ".repeat(5 << 20)), 502, "provider_error"),
        (Reply::text(302, JSON, "").with("Location", "/jwks"), 502, "provider_error"),
        (Reply::text(503, JSON, "{}"), 502, "provider_error"),
        (Reply::Silent, 504, "provider_timeout"),
    ] {
        gateway.op.reply("/userinfo", reply.clone());
        let (answer, row) = finished(&gateway, "alice").await;
        assert_eq!(answer.problem(), (status, code.into()), "{reply:?}");
        assert_eq!(row, format!("userinfo_failed {code}"), "{reply:?}");
    }
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("users")), (0, 0));
    gateway.op.reply("/userinfo", info(json!({"sub": "alice", "preferred_username": "al"})));
    let (answer, _) = finished(&gateway, "alice").await;
    assert_eq!(answer.status, 303);
    assert_eq!(gateway.database.words("SELECT preferred_username FROM users"), ["al"]);
}

/// RD-07, RD-08
#[tokio::test]
async fn a_rotated_provider_key_is_fetched_during_the_login() {
    let gateway = Gateway::start();
    gateway.browser().sign_in("alice").await;
    let before = gateway.op.calls_to("/jwks").len();
    gateway.op.rotate("second");
    gateway.browser().sign_in("alice").await;
    assert_eq!(gateway.op.calls_to("/jwks").len(), before + 1);
    gateway.op.sign_as("unknown");
    let (answer, row) = finished(&gateway, "alice").await;
    assert_eq!(answer.problem(), (400, "token_invalid".into()));
    assert_eq!(row, "token_failed token_invalid");
}

/// The keys become unavailable between the start and the callback of a login.
#[tokio::test]
async fn no_code_is_redeemed_while_the_provider_keys_are_unavailable() {
    let setup = Setup::new();
    setup.op.reply("/jwks", Reply::text(500, JSON, "{}"));
    let gateway = setup.start();
    let (answer, row) = finished(&gateway, "alice").await;
    assert_eq!(answer.problem(), (503, "provider_unavailable".into()));
    assert_eq!(row, "token_failed provider_unavailable");
    assert_eq!(gateway.token_requests(), 0);
}

/// FI-08: fifty logins hang at one provider while users log in at another.
#[tokio::test]
async fn logins_at_a_hanging_provider_do_not_delay_others() {
    let good = Op::start();
    let gateway = Setup::new().provider("good", &good).toml("[providers.op]\ntimeout = '60s'\n").start();
    gateway.op.reply("/token", Reply::Silent);
    let mut hanging = Vec::new();
    for _ in 0..50 {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        hanging.push(tokio::spawn(async move { browser.get(&begun.callback_of("alice")).await.status }));
    }
    wait_until("every login hangs", async || gateway.token_requests() == 50).await;
    let started = Instant::now();
    for number in 0..10 {
        let browser = gateway.browser();
        let begun = browser.begin("good").await;
        assert_eq!(browser.get(&begun.callback_of(&format!("person-{number}"))).await.status, 303);
        assert_eq!(browser.fetch("/session").await.status, 200);
        assert_eq!(browser.fetch("/.well-known/jwks.json").await.status, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(30), "took {:?}", started.elapsed());
    assert!(hanging.iter().all(|login| !login.is_finished()), "they hang");
    hanging.iter().for_each(tokio::task::JoinHandle::abort);
}

/// RC-13: the browser disconnects during the token request; no row is written partially, and no connection is held.
#[tokio::test]
async fn a_cancelled_callback_leaves_no_partial_state() {
    let gateway = Gateway::with("[providers.op]\ntimeout = '60s'\n[database]\npool_size = 2\n");
    gateway.browser().sign_in("warm").await;
    gateway.op.reply("/token", Reply::Silent);
    let before = gateway.token_requests();
    let mut states = Vec::new();
    for number in 1..=5 {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let path = begun.callback_of("alice");
        let leaving = tokio::spawn(async move { browser.get(&path).await.status });
        wait_until("the code is redeemed", async || gateway.token_requests() == before + number).await;
        leaving.abort();
        states.push(begun.state);
    }
    gateway.op.recover("/token");
    for state in &states {
        assert_eq!(gateway.database.login(state), "pending NULL");
    }
    // The pool has two connections; a leak would have used them up.
    for number in 0..5 {
        gateway.browser().sign_in(&format!("person-{number}")).await;
    }
    gateway.hand.advance(chrono::TimeDelta::minutes(8));
    let _sweeps = Setup::beside(&gateway).start();
    gateway.database.until("SELECT count(*) FROM authorization_sessions WHERE failure = 'unfinished'", 5).await;
    for state in &states {
        assert_eq!(gateway.database.login(state), "token_failed unfinished");
    }
    assert_eq!(gateway.database.rows("sessions"), 6);
}

/// RC-13: the browser disconnects during the transaction.
#[tokio::test]
async fn a_callback_cancelled_during_the_commit_is_complete_or_absent() {
    let gateway = Gateway::start();
    gateway.browser().sign_in("alice").await;
    for lock in ["sessions", "authorization_sessions", "users"] {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let mut conn = gateway.database.connection();
        diesel::connection::SimpleConnection::batch_execute(&mut conn, &format!("BEGIN; LOCK TABLE {lock}"))
            .expect("a lock");
        let path = begun.callback_of("alice");
        let leaving = tokio::spawn(async move { browser.get(&path).await.status });
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        gateway.database.until(waiting, 1).await;
        leaving.abort();
        diesel::connection::SimpleConnection::batch_execute(&mut conn, "COMMIT").expect("a commit");
        gateway.database.until(waiting, 0).await;
        let whole = "SELECT count(*) FROM authorization_sessions a LEFT JOIN sessions s ON s.id = a.session_id
                     WHERE (a.status = 'completed') <> (s.id IS NOT NULL)";
        assert_eq!(gateway.database.number(whole), 0, "{lock}");
        gateway.browser().sign_in("alice").await;
    }
    let orphans = "SELECT count(*) FROM sessions WHERE id NOT IN (SELECT session_id FROM authorization_sessions WHERE session_id IS NOT NULL)";
    assert_eq!(gateway.database.number(orphans), 0);
}

/// RC-04: another transaction ends the login during its completion; for a known user and for a new one.
#[tokio::test]
async fn a_login_that_ends_concurrently_creates_no_session() {
    let gateway = Gateway::start();
    gateway.browser().sign_in("alice").await;
    for (person, end) in [
        ("alice", "status = 'completed', completed_at = now()"),
        ("alice", "status = 'token_failed', failure = 'unfinished', completed_at = now()"),
        ("bob", "status = 'completed', completed_at = now()"),
    ] {
        let before = ["sessions", "users", "subs"].map(|table| gateway.database.rows(table));
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        gateway.op.reply("/token", Reply::Held);
        let asked = gateway.token_requests();
        let path = begun.callback_of(person);
        let back = tokio::spawn(async move { browser.get(&path).await });
        wait_until("the code is redeemed", async || gateway.token_requests() > asked).await;
        // The login is claimed. The transaction that ends it commits after the completion has started.
        let mut conn = gateway.database.connection();
        let end = format!("BEGIN; UPDATE authorization_sessions SET {end} WHERE status = 'pending'");
        diesel::connection::SimpleConnection::batch_execute(&mut conn, &end).expect("an end");
        gateway.op.recover("/token");
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        gateway.database.until(waiting, 1).await;
        diesel::connection::SimpleConnection::batch_execute(&mut conn, "COMMIT").expect("a commit");
        let answer = back.await.expect("an answer");
        assert_eq!((answer.status, answer.set_cookie("vestibule")), (400, None), "{person} {end}");
        let after = ["sessions", "users", "subs"].map(|table| gateway.database.rows(table));
        assert_eq!(after, before, "{person} {end}");
        assert_ne!(gateway.database.login(&begun.state), "pending NULL");
    }
}

/// IN-12: the row of a login without a session keeps what the page of the failure and `logins show` need.
#[tokio::test]
async fn a_login_without_a_session_leaves_a_small_row() {
    let gateway = Setup::new().start();
    let browser = gateway.browser();
    let begin = async || {
        let ask = browser.ask("GET", "/login/op?return_to=/somewhere").header("user-agent", "a/1");
        Begun::at("op", ask.send().await.location())
    };
    let (denied, expired) = (begin().await, begin().await);
    let error = denied.callback(&[("error", "access_denied"), ("state", &denied.state)]);
    assert_eq!(browser.get(&error).await.status, 403);
    gateway.database.execute("UPDATE authorization_sessions SET expires_at = now() WHERE status = 'pending'");
    let replica = Setup::beside(&gateway).start();
    replica.database.until("SELECT count(*) FROM authorization_sessions WHERE status = 'expired'", 1).await;
    assert_eq!(gateway.database.login(&expired.state), "expired state_expired");
    let rows = "SELECT concat_ws(' ', status, provider, return_to, octet_length(handshake), posted, user_agent)
                FROM authorization_sessions ORDER BY status";
    assert_eq!(gateway.database.words(rows), ["denied op /somewhere 0", "expired op /somewhere 0"]);
}

/// What the token endpoint refuses is named in the log and by `logins show`, with the remedy, by the reference that the page shows.
#[tokio::test]
async fn each_refusal_of_the_token_endpoint_is_precise() {
    let gateway = Gateway::start();
    let operator = Operator::of(&gateway);
    for (status, error, what, is_of_operator) in [
        (400, "invalid_grant", "rejected the grant (invalid_grant); the code or the refresh token has expired", false),
        (401, "invalid_client", "rejected the client authentication (invalid_client): check client_id", true),
        (400, "unauthorized_client", "does not allow this client the grant (unauthorized_client); allow", true),
        (400, "invalid_request", "calls the token request invalid (invalid_request); check", false),
    ] {
        gateway.op.reply("/token", Reply::text(status, JSON, &format!("{{\"error\":\"{error}\"}}")));
        let (browser, log) = (gateway.browser(), LogCapture::start());
        let page = browser.get(&browser.begin("op").await.callback_of("alice")).await;
        assert_eq!(
            (page.status, page.body.contains("changes a setting")),
            (400, is_of_operator),
            "{error}: {}",
            page.body
        );
        let reference =
            gateway.database.words("SELECT reference FROM authorization_sessions ORDER BY created_at DESC LIMIT 1");
        assert!(page.body.contains(&reference[0]), "{}", page.body);
        let shown = operator.prints(&["logins", "show", &reference[0]]);
        assert!(shown.contains("(token_invalid)") && shown.contains(what), "{shown}");
        let text = log.text();
        let line = text.lines().find(|line| line.contains("login_failed") && line.contains(&reference[0]));
        assert!(line.is_some_and(|line| line.contains(what)), "{error}: {line:?}");
    }
}
