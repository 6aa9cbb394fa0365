//! The grant `authorization_code`.

use chrono::TimeDelta;

use crate::support::Gateway;
use crate::support::app::{
    SERVER, Tokens, VERIFIER, beside, code, error, of_server, path, post, post_as, redeem, redeem_of_server,
    redemption, refresh, sign_in, start, userinfo,
};

async fn fresh_code(gateway: &Gateway) -> String {
    code(&sign_in(&gateway.browser(), &path(&[]), "ada").await)
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".into())
}

/// TK-01, TK-02: only a second redemption that is valid otherwise has this effect.
#[tokio::test]
async fn a_second_redemption_ends_the_session_of_the_first() {
    let gateway = start();
    let beside = beside(&gateway);
    let browser = gateway.browser();
    let code = code(&sign_in(&browser, &path(&[]), "ada").await);
    let tokens = Tokens::of(&redeem(&gateway, &code, &[]).await);
    assert_eq!(error(&redeem(&beside, &code, &[]).await), invalid_grant());
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await), invalid_grant());
    assert_eq!(userinfo(&beside, &tokens.access).await.status, 401);
    assert_eq!(gateway.database.words("SELECT ended_reason FROM sessions WHERE client_id = 'spa'"), ["code_reuse"]);
    // The browser session stays active.
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// TK-05, TK-07, TK-08, TK-15: the code stays valid, and issued tokens too.
#[tokio::test]
async fn a_mismatching_redemption_changes_nothing() {
    let gateway = start();
    let code = fresh_code(&gateway).await;
    let other = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX";
    for changes in [
        &[("client_id", "cli")][..],
        &[("redirect_uri", "https://spa.example/other")],
        &[("code_verifier", other)],
        &[("code_verifier", "")],
        &[("code_verifier", &VERIFIER[..42])],
        &[("code_verifier", &"a".repeat(129))],
        &[("code", "x")],
        &[("code", &"x".repeat(5000))],
    ] {
        assert_eq!(error(&redeem(&gateway, &code, changes).await), invalid_grant(), "{changes:?}");
    }
    for missing in ["redirect_uri", "code", "grant_type"] {
        assert_eq!(error(&redeem(&gateway, &code, &[(missing, "")]).await), (400, "invalid_request".into()));
    }
    assert_eq!(error(&redeem(&gateway, &code, &[("client_id", "server")]).await), (400, "invalid_client".into()));
    let as_server = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", SERVER)];
    assert_eq!(error(&post_as(&gateway, "server", "/oauth2/token", &as_server).await), invalid_grant());
    let tokens = Tokens::of(&redeem(&gateway, &code, &[]).await);
    // After the redemption, a wrong verifier or another app does not end the session either.
    for changes in [("code_verifier", other), ("client_id", "cli"), ("redirect_uri", "https://spa.example/other")] {
        assert_eq!(error(&redeem(&gateway, &code, &[changes]).await), invalid_grant());
    }
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
}

/// RFC 8707 §2.2, JW-14: `resource` narrows the access token; what the code does not cover leaves the code valid.
#[tokio::test]
async fn resource_narrows_the_access_token_of_a_code() {
    let gateway = start();
    let code_for =
        async |resource: &str| code(&sign_in(&gateway.browser(), &path(&[("resource", resource)]), "ada").await);
    let api = "https://api.example";
    let aud = |tokens: &Tokens| tokens.claims()["aud"].clone();
    let invalid_target = (400, "invalid_target".to_owned());
    let whole = code_for("").await;
    assert_eq!(error(&redeem(&gateway, &whole, &[("resource", "https://evil.example")]).await), invalid_target);
    let narrowed = Tokens::of(&redeem(&gateway, &whole, &[("resource", api)]).await);
    assert_eq!(aud(&narrowed), api);
    // The refresh token keeps the audience of the code.
    let both = serde_json::json!([api, "https://other.example"]);
    assert_eq!(aud(&Tokens::of(&refresh(&gateway, narrowed.refresh()).await)), both);
    let narrow = code_for(api).await;
    for other in ["https://other.example", "https://evil.example", "https://api.example/v1", "x"] {
        assert_eq!(error(&redeem(&gateway, &narrow, &[("resource", other)]).await), invalid_target, "{other}");
    }
    // Without the right verifier the response does not tell the resource of the code.
    let wrong = [("resource", "https://other.example"), ("code_verifier", &*"a".repeat(43))];
    assert_eq!(error(&redeem(&gateway, &narrow, &wrong).await), invalid_grant());
    let tokens = Tokens::of(&redeem(&gateway, &narrow, &[("resource", api)]).await);
    assert_eq!(aud(&tokens), api);
    // A second redemption is a reuse, whatever its resource.
    let again = redeem(&gateway, &narrow, &[("resource", "https://other.example")]).await;
    assert_eq!(error(&again), invalid_grant());
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await), invalid_grant());
}

/// RFC 3986 §6.2.3: at the authorization request, at the redemption and at the refresh.
#[tokio::test]
async fn an_empty_path_of_a_resource_equals_a_slash() {
    let gateway = start();
    let (empty, slash) = ("https://api.example", "https://api.example/");
    for (asked, redeemed, refreshed) in [(empty, slash, slash), (slash, empty, slash), (slash, slash, empty)] {
        let code = code(&sign_in(&gateway.browser(), &path(&[("resource", asked)]), "ada").await);
        let tokens = Tokens::of(&redeem(&gateway, &code, &[("resource", redeemed)]).await);
        assert_eq!(tokens.claims()["aud"], empty, "as the configuration writes it");
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh()),
            ("client_id", "spa"),
            ("resource", refreshed),
        ];
        let renewed = Tokens::of(&post(&gateway, "/oauth2/token", &form).await);
        assert_eq!(renewed.claims()["aud"], empty);
    }
    let form = [("grant_type", "client_credentials"), ("resource", &*format!("{}/", gateway.public_url))];
    let service = Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    assert_eq!(service.claims()["aud"], gateway.public_url.as_str());
}

/// TK-10
#[tokio::test]
async fn five_wrong_verifiers_invalidate_a_code() {
    let gateway = start();
    let code = fresh_code(&gateway).await;
    for number in 0..5 {
        let wrong = format!("{}{number}", &VERIFIER[..42]);
        assert_eq!(error(&redeem(&gateway, &code, &[("code_verifier", &wrong)]).await), invalid_grant());
    }
    assert_eq!(error(&redeem(&gateway, &code, &[]).await), invalid_grant());
    assert_eq!(gateway.database.rows("sessions"), 1);
}

/// TK-04
#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let gateway = start();
    gateway.hand.hold();
    let (early, late) = (fresh_code(&gateway).await, fresh_code(&gateway).await);
    gateway.hand.advance(TimeDelta::seconds(59));
    Tokens::of(&redeem(&gateway, &early, &[]).await);
    gateway.hand.advance(TimeDelta::seconds(1));
    assert_eq!(error(&redeem(&gateway, &late, &[]).await), invalid_grant());
}

/// RFC 9700 §2.1.1: a verifier without a stored challenge shows that an attacker removed the challenge.
#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let gateway = start();
    let code = code(&sign_in(&gateway.browser(), &of_server(&[]), "ada").await);
    let form =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", SERVER), ("code_verifier", VERIFIER)];
    assert_eq!(error(&post_as(&gateway, "server", "/oauth2/token", &form).await), invalid_grant());
    Tokens::of(&redeem_of_server(&gateway, &code).await);
}

/// TK-29: the code can be redeemed once afterwards.
#[tokio::test]
async fn a_failed_write_issues_no_token_and_keeps_the_code() {
    let gateway = start();
    let code = fresh_code(&gateway).await;
    gateway.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW WHEN (NEW.client_id = 'spa')
         EXECUTE FUNCTION refuse();",
    );
    for _ in 0..2 {
        let refused = redeem(&gateway, &code, &[]).await;
        assert!((500..600).contains(&refused.status), "{refused:?}");
        assert!(!refused.body.contains("token") && !refused.body.contains("disk"), "{refused:?}");
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 0);
    gateway.database.execute("DROP TRIGGER refuse ON sessions");
    let tokens = Tokens::of(&redeem(&gateway, &code, &[]).await);
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    assert_eq!(error(&redeem(&gateway, &code, &[]).await), invalid_grant());
}

/// TK-27: after a logout, and after the user was disabled.
#[tokio::test]
async fn a_code_of_an_ended_session_is_refused() {
    let gateway = start();
    let browser = gateway.browser();
    let code_of = async || code(&sign_in(&browser, &path(&[]), "ada").await);
    let code = code_of().await;
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(error(&redeem(&gateway, &code, &[]).await), invalid_grant());
    let code = code_of().await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    assert_eq!(error(&redeem(&gateway, &code, &[]).await), invalid_grant());
    gateway.database.execute("UPDATE users SET disabled_at = NULL");
}

/// RC-01: on two replicas. One redemption gets tokens; the others are reuse and end its session.
#[tokio::test]
async fn twenty_concurrent_redemptions_create_at_most_one_session() {
    let gateway = start();
    let beside = beside(&gateway);
    for _ in 0..20 {
        let code = fresh_code(&gateway).await;
        let both = [&gateway, &beside];
        let asks: Vec<_> = (0..20).map(|number| redemption(both[number % 2], &code, &[])).collect();
        let tasks: Vec<_> = asks.into_iter().map(|ask| tokio::spawn(ask.send())).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.expect("an answer"));
        }
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((good.len(), bad.len()), (1, 19));
        assert!(bad.iter().all(|answer| error(answer) == invalid_grant()));
        assert_eq!(error(&refresh(&gateway, Tokens::of(good[0]).refresh()).await), invalid_grant());
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 20);
    assert_eq!(gateway.database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}
