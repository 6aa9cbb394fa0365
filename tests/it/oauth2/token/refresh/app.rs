//! The refresh token of an app.

use crate::support::app::{Tokens, code, error, path, post, post_as, redeem, refresh, sign_in, start};

/// RF-01, RF-02, RF-18 for apps: rotation, retry, and reuse that ends the app session alone.
#[tokio::test]
async fn an_app_session_is_refreshed_independently() {
    let gateway = start();
    let browser = gateway.browser();
    let first = Tokens::of(&redeem(&gateway, &code(&sign_in(&browser, &path(&[]), "ada").await), &[]).await);
    let second = Tokens::of(&refresh(&gateway, first.refresh()).await);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(second.id_claims()["sub"], first.id_claims()["sub"]);
    assert_eq!(second.id_claims()["auth_time"], first.id_claims()["auth_time"]);
    assert!(second.id_claims().get("nonce").is_none(), "OpenID Connect Core §12.2");
    let again = Tokens::of(&refresh(&gateway, first.refresh()).await);
    assert_eq!(again.refresh, second.refresh);
    let third = Tokens::of(&refresh(&gateway, second.refresh()).await);
    assert_eq!(error(&refresh(&gateway, first.refresh()).await), (400, "invalid_grant".into()));
    assert_eq!(error(&refresh(&gateway, third.refresh()).await), (400, "invalid_grant".into()));
    assert_eq!(browser.fetch("/session").await.status, 200, "the browser session stays active");
}

/// RF-14, OpenID Connect Core §12.2
#[tokio::test]
async fn the_id_token_of_a_refresh_describes_the_same_login() {
    let gateway = start();
    let first = Tokens::of_spa(&gateway, "ada").await;
    gateway.hand.advance(chrono::TimeDelta::minutes(10));
    let second = Tokens::of(&refresh(&gateway, first.refresh()).await);
    let (before, after) = (first.id_claims(), second.id_claims());
    for same in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert!(!before[same].is_null(), "{same} in {before}");
        assert_eq!(after[same], before[same], "{same}");
    }
    let later = |name: &str| after[name].as_i64().expect("a time") - before[name].as_i64().expect("a time");
    assert!((600..660).contains(&later("iat")) && (600..660).contains(&later("exp")), "{before} {after}");
    assert_eq!((before["nonce"].as_str(), after.get("nonce")), (Some("n-1"), None));
}

/// RF-16
#[tokio::test]
async fn revoking_one_app_session_keeps_the_others() {
    let gateway = start();
    let (browser, device) = (gateway.browser(), gateway.browser());
    let enter =
        async |browser| Tokens::of(&redeem(&gateway, &code(&sign_in(browser, &path(&[]), "ada").await), &[]).await);
    let (mine, elsewhere) = (enter(&browser).await, enter(&device).await);
    let beside = Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await);
    let of_server = code(&browser.get(&crate::support::app::of_server(&[])).await);
    let of_server = Tokens::of(&crate::support::app::redeem_of_server(&gateway, &of_server).await);
    let mine = Tokens::of(&refresh(&gateway, mine.refresh()).await);

    let form = [("token", mine.refresh()), ("client_id", "spa")];
    assert_eq!(post(&gateway, "/oauth2/revoke", &form).await.status, 200);
    assert_eq!(error(&refresh(&gateway, mine.refresh()).await), (400, "invalid_grant".into()));
    for other in [elsewhere, beside] {
        Tokens::of(&refresh(&gateway, other.refresh()).await);
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", of_server.refresh())];
    Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    for browser in [browser, device] {
        assert_eq!(browser.fetch("/session").await.status, 200);
    }
}

/// RF-07
#[tokio::test]
async fn a_refresh_token_is_refused_for_another_client() {
    let gateway = start();
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let as_of = |client| {
        let refresh = tokens.refresh().to_owned();
        let gateway = &gateway;
        async move {
            let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", client)];
            error(&post(gateway, "/oauth2/token", &form[..if client.is_empty() { 2 } else { 3 }]).await)
        }
    };
    for other in ["cli", "", "vestibule"] {
        assert_eq!(as_of(other).await, (400, "invalid_grant".into()), "{other}");
    }
    assert_eq!(as_of("server").await, (400, "invalid_client".into()));
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
}

/// RF-20, FAPI 2.0 §5.3.2.1: a setting of confidential apps.
#[tokio::test]
async fn rotation_can_be_disabled() {
    let gateway = start();
    let asked = path(&[("client_id", "fapi"), ("redirect_uri", "https://fapi.example/cb")]);
    let code = code(&sign_in(&gateway.browser(), &asked, "ada").await);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://fapi.example/cb"),
        ("code_verifier", crate::support::app::VERIFIER),
    ];
    let tokens = Tokens::of(&post_as(&gateway, "fapi", "/oauth2/token", &form).await);
    for _ in 0..5 {
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
        let renewed = Tokens::of(&post_as(&gateway, "fapi", "/oauth2/token", &form).await);
        assert_eq!(renewed.refresh, tokens.refresh);
        gateway.hand.advance(chrono::TimeDelta::minutes(10));
    }
}

/// IN-12: the maximum is per app and browser session.
#[tokio::test]
async fn the_oldest_sessions_of_an_app_end_above_the_maximum() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let mut tokens = Vec::new();
    for _ in 0..25 {
        tokens.push(Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await));
        gateway.hand.advance(chrono::TimeDelta::seconds(1));
    }
    let live = "SELECT count(*) FROM sessions WHERE client_id = 'spa' AND ended_at IS NULL";
    assert_eq!(gateway.database.number(live), 20);
    for (place, tokens) in tokens.iter().enumerate() {
        let status = refresh(&gateway, tokens.refresh()).await.status;
        assert_eq!(status, if place < 5 { 400 } else { 200 }, "{place}");
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// TK-29
#[tokio::test]
async fn a_locked_oldest_session_does_not_prevent_a_redemption() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let enter = async || Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await);
    for _ in 0..20 {
        enter().await;
    }
    gateway.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no end now'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE OF ended_at ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()",
    );
    let tokens = enter().await;
    gateway.database.execute("DROP TRIGGER refuse ON sessions");
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    enter().await;
    let live = "SELECT count(*) FROM sessions WHERE client_id = 'spa' AND ended_at IS NULL";
    assert_eq!(gateway.database.number(live), 20);
}

/// The current configuration applies to older sessions too.
#[tokio::test]
async fn a_narrower_configuration_applies_at_the_next_refresh() {
    let wide = start();
    let asked = path(&[("scope", "openid email orders offline_access"), ("resource", "https://other.example")]);
    let code = code(&sign_in(&wide.browser(), &asked, "ada").await);
    let tokens = Tokens::of(&redeem(&wide, &code, &[]).await);
    let narrowed =
        |toml: &str| crate::support::Setup::beside(&wide).toml(crate::support::app::CLIENTS).toml(toml).start();
    let narrow = narrowed("[clients.spa]\nscopes = ['openid', 'offline_access']");
    let renewed = Tokens::of(&refresh(&narrow, tokens.refresh()).await);
    assert_eq!(renewed.body["scope"], "openid offline_access");
    assert!(renewed.id_claims().get("email").is_none());
    let elsewhere = narrowed("[clients.spa]\naudience = ['https://api.example']");
    assert_eq!(error(&refresh(&elsewhere, renewed.refresh()).await), (400, "invalid_target".into()));
    let online = narrowed("[clients.spa]\nscopes = ['openid']");
    assert_eq!(error(&refresh(&online, renewed.refresh()).await), (400, "invalid_grant".into()));
    let other = "[providers.other]\nissuer = 'https://other.example'\nclient_id = 'x'\nclient_secret = 'y'\n";
    let of_other = narrowed(&format!("{other}[clients.spa]\nproviders = ['other']"));
    assert_eq!(error(&refresh(&of_other, renewed.refresh()).await), (400, "invalid_grant".into()));
    // None of these has used up the token, so that the app is signed in when the operator takes the change back.
    assert_eq!(wide.database.number("SELECT max(refresh_token_counter) FROM sessions"), 1);
    Tokens::of(&refresh(&wide, renewed.refresh()).await);
}

/// RFC 7662: a refresh token is inactive where the configuration refuses the refresh.
#[tokio::test]
async fn a_refresh_token_that_the_configuration_refuses_is_inactive() {
    let wide = crate::support::app::setup().toml("[clients.server]\naudience = ['https://api.example']").start();
    let asked = crate::support::app::of_server(&[("resource", "https://api.example")]);
    let code = code(&sign_in(&wide.browser(), &asked, "ada").await);
    let tokens = Tokens::of(&crate::support::app::redeem_of_server(&wide, &code).await);
    let other = "[providers.other]\nissuer = 'https://other.example'\nclient_id = 'x'\nclient_secret = 'y'\n";
    let audience = "[clients.server]\naudience = ['https://api.example']\n";
    for (case, toml, is_active) in [
        ("as before", audience.to_owned(), true),
        ("without offline_access", format!("{audience}scopes = ['openid']"), false),
        ("without the grant", format!("{audience}grants = ['authorization_code']"), false),
        ("another provider", format!("{other}{audience}providers = ['other']"), false),
        ("another audience", "[clients.server]\naudience = ['https://other.example']".to_owned(), false),
    ] {
        let replica = crate::support::Setup::beside(&wide).toml(crate::support::app::CLIENTS).toml(&toml).start();
        let answer = post_as(&replica, "server", "/oauth2/introspect", &[("token", tokens.refresh())]).await;
        assert_eq!((answer.status, &answer.json()["active"]), (200, &is_active.into()), "{case}");
    }
}

/// RF-08
#[tokio::test]
async fn a_wrong_resource_does_not_use_up_the_token() {
    let gateway = start();
    let code = code(&sign_in(&gateway.browser(), &path(&[("resource", "https://api.example")]), "ada").await);
    let tokens = Tokens::of(&redeem(&gateway, &code, &[]).await);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
        ("client_id", "spa"),
        ("resource", "https://other.example"),
    ];
    assert_eq!(error(&post(&gateway, "/oauth2/token", &form).await), (400, "invalid_target".into()));
    assert_eq!(gateway.database.number("SELECT max(refresh_token_counter) FROM sessions"), 0);
    Tokens::of(&refresh(&gateway, tokens.refresh()).await);
}

/// RFC 7662 §2.1: another client gets `active: false`.
#[tokio::test]
async fn an_app_can_introspect_its_refresh_token() {
    let gateway = start();
    let browser = gateway.browser();
    let of_server = crate::support::app::of_server(&[]);
    let code = code(&sign_in(&browser, &of_server, "ada").await);
    let tokens = Tokens::of(&crate::support::app::redeem_of_server(&gateway, &code).await);
    let ask = async |client: &str, token: &str| {
        let answer = post_as(&gateway, client, "/oauth2/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let known = ask("server", tokens.refresh()).await;
    assert_eq!((&known["active"], &known["sid"]), (&true.into(), &tokens.claims()["sid"]));
    assert_eq!((&known["client_id"], &known["scope"]), (&"server".into(), &tokens.body["scope"]));
    let inactive = serde_json::json!({ "active": false });
    assert_eq!(ask("fapi", tokens.refresh()).await, inactive);
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
    let renewed = Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    assert_eq!(ask("server", tokens.refresh()).await, inactive, "it was rotated");
    assert_eq!(ask("server", renewed.refresh()).await["active"], true);
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(ask("server", renewed.refresh()).await, inactive);
}

/// LO-09, LO-10: also with `offline_access`.
#[tokio::test]
async fn the_end_of_a_browser_session_ends_its_apps() {
    let gateway = start();
    let browser = gateway.browser();
    let tokens = Tokens::of(&redeem(&gateway, &code(&sign_in(&browser, &path(&[]), "ada").await), &[]).await);
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await), (400, "invalid_grant".into()));
    assert_eq!(crate::support::app::userinfo(&gateway, &tokens.access).await.status, 401);
}

#[tokio::test]
async fn an_app_session_survives_an_idle_browser_session() {
    let gateway = crate::support::app::setup().toml("[sessions]\nidle_timeout = '1h'").start();
    let browser = gateway.browser();
    let mut tokens = Tokens::of(&redeem(&gateway, &code(&sign_in(&browser, &path(&[]), "ada").await), &[]).await);
    for _ in 0..3 {
        gateway.hand.advance(chrono::TimeDelta::minutes(50));
        tokens = Tokens::of(&refresh(&gateway, tokens.refresh()).await);
    }
    assert_eq!(browser.fetch("/session").await.status, 401);
    gateway.hand.advance(chrono::TimeDelta::minutes(61));
    assert_eq!(error(&refresh(&gateway, tokens.refresh()).await), (400, "invalid_grant".into()));
}
