//! A user is found by the pair (provider, sub) only.

use serde_json::{Value, json};

use crate::fake_provider::Op;
use crate::support::{Browser, Gateway, Setup};

async fn sign_in_at(browser: &Browser, provider: &str, sub: &str) -> Value {
    let begun = browser.begin(provider).await;
    assert_eq!(browser.get(&begun.callback_of(sub)).await.status, 303);
    browser.fetch("/session").await.json()
}

/// AC-01
#[tokio::test]
async fn the_same_sub_at_two_providers_is_two_users() {
    let other = Op::start();
    let gateway = Setup::new().provider("other", &other).start();
    let browser = gateway.browser();
    let first = sign_in_at(&browser, "op", "alice").await;
    let second = sign_in_at(&browser, "other", "alice").await;
    assert_ne!(first["sub"], second["sub"]);
    assert_eq!(sign_in_at(&browser, "op", "alice").await["sub"], first["sub"]);
    assert_eq!(sign_in_at(&browser, "other", "alice").await["sub"], second["sub"]);
    assert_ne!(sign_in_at(&browser, "op", "Alice").await["sub"], first["sub"], "a sub is case-sensitive");
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (3, 3));
}

/// AC-02, AC-04
#[tokio::test]
async fn an_address_links_no_users() {
    let evil = Op::start();
    let gateway = Setup::new().provider("evil", &evil).start();
    let browser = gateway.browser();
    let victim = sign_in_at(&browser, "op", "victim").await;
    for verified in [json!(true), json!(false), json!(null), json!("true"), json!(1)] {
        evil.set_claims(
            json!({"email": "victim@example.com", "email_verified": verified, "preferred_username": "victim"}),
        );
        let attacker = sign_in_at(&browser, "evil", "attacker").await;
        assert_ne!(attacker["sub"], victim["sub"], "{verified}");
    }
    assert_eq!(gateway.database.rows("users"), 2);
    let again = sign_in_at(&browser, "op", "victim").await;
    assert_eq!(again["sub"], victim["sub"]);
}

/// AC-03
#[tokio::test]
async fn only_the_boolean_true_verifies_an_address() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (stated, verified) in [
        (json!(true), json!(true)),
        (json!(false), json!(false)),
        (json!("true"), json!(false)),
        (json!("false"), json!(false)),
        (json!("yes"), json!(false)),
        (json!(1), json!(false)),
        (json!(0), json!(false)),
        (json!([true]), json!(false)),
        (json!({"verified": true}), json!(false)),
        (Value::Null, Value::Null),
    ] {
        gateway.op.set_claims(json!({"email_verified": stated}));
        let session = sign_in_at(&browser, "op", "alice").await;
        assert_eq!(session["user"]["email_verified"], verified, "{stated}");
    }
}

/// AC-10
#[tokio::test]
async fn disabling_a_user_ends_sessions_and_refuses_logins() {
    let gateway = Gateway::start();
    let (signed_in, again) = (gateway.browser(), gateway.browser());
    let token = signed_in.sign_in_json("alice").await["api"]["access"].as_str().expect("a token").to_owned();
    signed_in.sign_in("alice").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(signed_in.fetch("/session").await.problem(), (401, "session_revoked".into()));
    let bearer = signed_in.ask("GET", "/session").for_json().header("authorization", &format!("Bearer {token}"));
    assert_eq!(bearer.send().await.problem(), (401, "session_revoked".into()));

    let begun = again.begin("op").await;
    let page = again.get(&begun.callback_of("alice")).await;
    assert!(page.status == 403 && page.is_page() && page.text().contains("alice@example.com at op"), "{page:?}");
    assert_eq!(page.set_cookie("vestibule"), None);
    assert_eq!(gateway.database.login(&begun.state), "denied user_disabled");
    let begun = again.begin_json("op").await;
    let problem = again.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
    assert_eq!(problem.problem(), (403, "user_disabled".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied user_disabled");

    assert_eq!(gateway.database.rows("sessions"), 2);
    assert_eq!(gateway.database.number("SELECT count(*) FROM users WHERE disabled_at IS NOT NULL"), 1);
    assert_eq!(gateway.database.words("SELECT email FROM users"), ["alice@example.com"]);
    gateway.database.execute("UPDATE users SET disabled_at = NULL");
    again.sign_in("alice").await;
}

/// AC-11
#[tokio::test]
async fn a_changed_profile_is_stored_and_the_user_stays_the_same() {
    let gateway = Gateway::with("[providers.op]\nuserinfo = 'never'\n");
    let browser = gateway.browser();
    let before = sign_in_at(&browser, "op", "alice").await;
    gateway.op.set_claims(json!({
        "email": "new@example.org", "email_verified": false, "name": "New Name", "preferred_username": "bob",
        "picture": "https://x.example/p.png", "groups": ["b", "a"], "sub": "alice",
    }));
    let after = sign_in_at(&browser, "op", "alice").await;
    assert_eq!(after["sub"], before["sub"]);
    assert_eq!(
        after["user"],
        json!({"sub": before["sub"], "email": "new@example.org", "email_verified": false, "name": "New Name",
               "preferred_username": "bob", "picture": "https://x.example/p.png", "groups": ["b", "a"]})
    );
    assert_eq!(gateway.database.words("SELECT claims->>'email' FROM subs"), ["new@example.org"]);
    // A claim that is absent now is deleted.
    gateway.op.set_claims(json!({"email": null, "name": null}));
    let bare = sign_in_at(&browser, "op", "alice").await;
    assert_eq!(bare["user"], json!({"sub": before["sub"]}));
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (1, 1));
}

/// AC-19
#[tokio::test]
async fn pictures_are_never_fetched() {
    let (gateway, pictures) = (Gateway::start(), Op::start());
    gateway.op.set_claims(json!({"picture": format!("{}/me.png", pictures.issuer), "profile": pictures.issuer}));
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let page = browser.get("/account").await;
    assert_eq!(page.status, 200);
    let is_embedded = page.body.contains("/me.png") || page.body.contains(&format!("=\"{}", pictures.issuer));
    assert!(!is_embedded, "the page embeds no picture of another origin: {}", page.body);
    assert!(pictures.calls().is_empty());
}

/// RT-39
#[tokio::test]
async fn unexpected_claim_types_do_not_fail_a_login() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for (number, claims) in [
        json!({"name": "a\u{0}b", "email": "a\u{0}@b.example", "groups": ["\u{0}"], "x\u{0}y": "\u{0}"}),
        json!({"name": "\u{202e}evil\u{200b}\r\n", "preferred_username": "\u{7f}\u{1b}[31m"}),
        json!({"name": "n".repeat(65_536), "email": "e".repeat(10_000), "picture": "x".repeat(10_000)}),
        json!({"groups": (0..1000).map(|n| format!("group {n}")).collect::<Vec<_>>()}),
        json!({"groups": "admin", "name": ["x"], "email": {"a": 1}, "picture": 7, "preferred_username": false}),
        json!({"groups": [null, 1, {"a": "b"}, ["c"], "d"]}),
        json!({"acr": 7, "amr": {"a": 1}, "auth_time": "soon", "sid": ["x"]}),
        json!({"auth_time": i64::MAX}),
        json!({"auth_time": -62_135_596_801_i64}),
        json!({"acr": "a\u{0}", "amr": ["a\u{0}", "b"], "sid": "s\u{0}"}),
        json!({"deep": serde_json::from_str::<Value>(&format!("{}1{}", "[".repeat(100), "]".repeat(100))).expect("JSON")}),
    ]
    .into_iter()
    .enumerate()
    {
        gateway.op.set_claims(claims.clone());
        let begun = browser.begin("op").await;
        let answer = browser.fetch(&begun.callback_of(&format!("person-{number}"))).await;
        let row = gateway.database.login(&begun.state);
        let signed_in = answer.status == 303 && row == "completed NULL";
        let refused = answer.status == 400 && row == "token_failed token_invalid";
        assert!(signed_in || refused, "{number}: {answer:?} {row}");
        assert!(browser.fetch("/session").await.status < 500);
        assert!(browser.get("/account").await.status < 500);
    }
    let longest = gateway.database.number("SELECT max(octet_length(u::text)) FROM users u");
    assert!(longest < 200_000, "{longest} bytes");
}

/// RT-08
#[tokio::test]
async fn an_invalid_sub_ends_the_login() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for sub in
        [Value::Null, json!(""), json!("s".repeat(256)), json!("a\u{0}b"), json!(["x"]), json!({"a": 1}), json!(true)]
    {
        gateway.op.set_claims(json!({"sub": sub}));
        let begun = browser.begin("op").await;
        let answer = browser.fetch(&begun.callback_of("alice")).await;
        assert_eq!(answer.problem(), (400, "token_invalid".into()), "{sub}");
        assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");
    }
    assert_eq!(gateway.database.rows("users"), 0);
    gateway.op.set_claims(json!({"sub": "s".repeat(255)}));
    browser.sign_in("x").await;
}

#[tokio::test]
async fn without_sign_up_only_known_users_are_admitted() {
    let open = Gateway::start();
    open.browser().sign_in("alice").await;
    let closed = Setup::beside(&open).toml("[login]\nsign_up = false\n").start();
    let browser = closed.browser();
    let begun = browser.begin("op").await;
    assert_eq!(browser.fetch(&begun.callback_of("unrelated")).await.problem(), (403, "not_allowed".into()));
    assert_eq!(closed.database.login(&begun.state), "denied not_allowed");
    browser.sign_in("alice").await;
    assert_eq!(closed.database.rows("users"), 1);
}
