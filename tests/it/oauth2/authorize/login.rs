//! A login for an app, from the authorization request to the tokens.

use url::form_urlencoded;

use crate::fake_provider::{Reply, WELL_KNOWN};
use crate::support::app::{
    Tokens, claims, code, header, path, post, redeem, redirect_error, request, setup, sign_in, start, to_provider,
    userinfo,
};
use crate::support::{Gateway, parameter};

/// JW-01, JW-02, IR-20: the tokens name the app and have only the requested claims.
#[tokio::test]
async fn an_app_gets_the_tokens_of_a_login() {
    let gateway = start();
    let browser = gateway.browser();
    let tokens = Tokens::of(&redeem(&gateway, &code(&sign_in(&browser, &path(&[]), "ada").await), &[]).await);
    assert_eq!(tokens.body["scope"], "openid email offline_access");
    let (access, id) = (tokens.claims(), tokens.id_claims());
    assert_eq!(header(&tokens.access)["typ"], "at+jwt");
    assert_eq!(access["client_id"], "spa");
    assert_eq!(access["aud"], serde_json::json!(["https://api.example", "https://other.example"]));
    assert!(access["status"].is_object() && access.get("email").is_none(), "{access}");
    assert_eq!(
        (header(tokens.id.as_deref().expect("one"))["typ"].as_str(), id["aud"].as_str()),
        (Some("JWT"), Some("spa"))
    );
    assert_eq!((&id["nonce"], &id["iss"]), (&"n-1".into(), &gateway.public_url.clone().into()));
    assert_eq!((&id["sub"], &id["sid"], &id["auth_time"]), (&access["sub"], &access["sid"], &access["auth_time"]));
    assert!(id["email"].is_string() && id.get("name").is_none(), "{id}");
    assert!(id["at_hash"].as_str().is_some_and(|hash| hash.len() == 22));
    let about = userinfo(&gateway, &tokens.access).await;
    assert_eq!((about.status, &about.json()["sub"], &about.json()["email"]), (200, &id["sub"], &id["email"]));
    // The app session belongs to the browser session and ends no later.
    let under = "SELECT count(*) FROM sessions app JOIN sessions browser ON browser.id = app.parent_id
                 WHERE app.client_id = 'spa' AND browser.client_id = 'vestibule' AND app.not_after = browser.not_after";
    assert_eq!(gateway.database.number(under), 1);
    assert_ne!(access["sid"], browser.fetch("/session").await.json()["sid"]);
    // The session list shows the browser session with its app.
    let listed = browser.fetch("/sessions").await.json();
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["sessions"][0]["clients"], serde_json::json!(["spa"]));
}

/// AZ-32
#[tokio::test]
async fn a_nonce_is_optional_and_copied_to_the_id_token() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let of = async |nonce: &str| {
        let code = code(&browser.get(&path(&[("nonce", nonce)])).await);
        Tokens::of(&redeem(&gateway, &code, &[]).await).id_claims()
    };
    assert!(of("").await.get("nonce").is_none());
    let long = "Aa0-._~+/= %&#\"'<>".repeat(4)[..64].to_owned();
    for nonce in ["x", &"n".repeat(64), &long] {
        assert_eq!(of(nonce).await["nonce"], nonce);
    }
}

#[tokio::test]
async fn an_apps_token_is_accepted_at_userinfo_only() {
    let gateway = start();
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let bearer = format!("Bearer {}", tokens.access);
    for (method, path) in [("GET", "/session"), ("GET", "/sessions"), ("DELETE", "/sessions?scope=all")] {
        let answer = gateway.browser().ask(method, path).for_json().header("authorization", &bearer).send().await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

/// No request to the provider is made.
#[tokio::test]
async fn a_signed_in_browser_gets_a_code_at_once() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let begun = gateway.database.rows("authorization_sessions");
    let first = Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await);
    let second = Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await);
    assert_eq!(gateway.database.rows("authorization_sessions"), begun);
    assert_eq!(gateway.database.rows("authorization_requests"), 0);
    assert_ne!(first.claims()["sid"], second.claims()["sid"]);
    assert_eq!(first.claims()["sub"], second.claims()["sub"]);
}

/// Without `offline_access` there is no refresh token, and without `openid` no ID token.
#[tokio::test]
async fn tokens_and_claims_follow_the_scopes() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let of = async |scope: &'static str| {
        Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[("scope", scope)])).await), &[]).await)
    };
    let online = of("openid").await;
    assert!(online.refresh.is_none() && online.id.is_some());
    let plain = of("orders offline_access").await;
    assert!(plain.refresh.is_some() && plain.id.is_none());
    assert_eq!(userinfo(&gateway, &plain.access).await.status, 403);
    // AZ-19: scopes are never widened; unknown ones are ignored, and the response has the granted ones.
    let narrowed = of("openid admin orders openid").await;
    assert_eq!(narrowed.body["scope"], "openid orders");
    let usual = of("").await;
    assert_eq!(usual.body["scope"], "openid profile email groups orders");
}

/// RFC 8707, JW-14
#[tokio::test]
async fn resource_limits_the_audience() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let asked = path(&[("resource", "https://api.example")]);
    let tokens = Tokens::of(&redeem(&gateway, &code(&browser.get(&asked).await), &[]).await);
    assert_eq!(tokens.claims()["aud"], "https://api.example");
    let form = |resource| {
        vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.as_deref().expect("one")),
            ("client_id", "spa"),
            ("resource", resource),
        ]
    };
    let renewed = Tokens::of(&post(&gateway, "/oauth2/token", &form("https://api.example")).await);
    assert_eq!(renewed.claims()["aud"], "https://api.example");
    for other in ["https://other.example", "https://evil.example"] {
        let refused = post(&gateway, "/oauth2/token", &form(other)).await;
        assert_eq!(crate::support::app::error(&refused), (400, "invalid_target".into()), "{other}");
    }
}

/// RA-12: with the `state` of the app.
#[tokio::test]
async fn a_denied_login_is_reported_to_the_app() {
    let gateway = start();
    let browser = gateway.browser();
    let begun = to_provider(&browser, &path(&[])).await;
    let answer = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert_eq!(redirect_error(&answer), "access_denied");
    assert_eq!(parameter(&answer.location(), "state").as_deref(), Some("s t%te"));
    assert_eq!(gateway.database.login(&begun.state), "denied provider_denied");
    assert_eq!(gateway.database.rows("sessions"), 0);
}

/// RA-04: only the browser that began the login gets the code.
#[tokio::test]
async fn another_browser_cannot_complete_the_login() {
    let gateway = start();
    let (mine, theirs) = (gateway.browser(), gateway.browser());
    let begun = to_provider(&mine, &path(&[])).await;
    let login = link_of_newest(&gateway);
    assert_eq!(theirs.get(&login).await.status, 403);
    assert_eq!(theirs.get(&begun.callback_of("eve")).await.status, 403);
    let done = mine.get(&begun.callback_of("ada")).await;
    code(&done);
}

/// SE-03: the apps of another user end.
#[tokio::test]
async fn a_new_login_keeps_the_apps_of_the_same_user_only() {
    let gateway = start();
    let browser = gateway.browser();
    let tokens = Tokens::of(&redeem(&gateway, &code(&sign_in(&browser, &path(&[]), "ada").await), &[]).await);
    let old = browser.cookie("vestibule").expect("a cookie");
    browser.sign_in("ada").await;
    assert_ne!(browser.cookie("vestibule"), Some(old));
    let renewed = Tokens::of(&crate::support::app::refresh(&gateway, tokens.refresh()).await);
    assert_eq!(claims(&renewed.access)["sid"], tokens.claims()["sid"]);
    browser.sign_in("eve").await;
    let refused = crate::support::app::refresh(&gateway, renewed.refresh()).await;
    assert_eq!(crate::support::app::error(&refused), (400, "invalid_grant".into()));
}

/// `clients.x.providers` and `provider=`
#[tokio::test]
async fn an_app_can_be_limited_to_some_providers() {
    let more =
        "[clients.picky]\nredirect_uris = ['https://spa.example/cb']\nid_token_alg = 'ES256'\nproviders = ['second']";
    let other = crate::fake_provider::Op::start();
    let gateway = setup().provider("second", &other).toml(more).start();
    let browser = gateway.browser();
    // With two providers the user chooses; with one the page is skipped.
    let choice = browser.get(&path(&[])).await.location();
    let page = browser.get(&choice).await;
    assert!(
        page.is_page() && page.text().contains("Sign in to A page") && page.body.contains("/login/second?"),
        "{page:?}"
    );
    let straight = browser.get(&path(&[("provider", "second")])).await.location();
    assert!(straight.starts_with(&other.issuer), "{straight}");
    browser.sign_in("ada").await;
    // A user who is signed in with another provider signs in again.
    let picky = browser.get(&path(&[("client_id", "picky")])).await.location();
    assert!(picky.starts_with(&other.issuer), "{picky}");
    assert_eq!(browser.get(&link_of_newest(&gateway)).await.status, 404);
    assert_eq!(
        redirect_error(&browser.get(&path(&[("client_id", "picky"), ("provider", "op")])).await),
        "invalid_request"
    );
}

/// The link that begins a login at `op` for the newest authorization request.
fn link_of_newest(gateway: &Gateway) -> String {
    let newest = "SELECT id FROM authorization_requests ORDER BY created_at DESC, id DESC LIMIT 1";
    format!("/login/op?authorization_request={}", gateway.database.words(newest).concat())
}

/// WB-09: of two logins for one authorization request that end at the same moment, one gets the code. The other one signs
/// the browser in too, and gets the page of a request that was answered.
#[tokio::test]
async fn two_logins_of_one_request_give_one_code() {
    let gateway = start();
    for round in 0..20 {
        let browser = gateway.browser();
        let first = to_provider(&browser, &path(&[])).await;
        let second = to_provider(&browser, &link_of_newest(&gateway)).await;
        // In the first round the user is new as well.
        let (first, second) = (first.callback_of("ada"), second.callback_of("ada"));
        let answers: [_; 2] = tokio::join!(browser.get(&first), browser.get(&second)).into();
        let (sent, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 302);
        assert_eq!((sent.len(), refused.len()), (1, 1), "round {round}: {sent:?} {refused:?}");
        assert_eq!((refused[0].status, refused[0].is_page()), (409, true), "{:?}", refused[0]);
        assert!(refused[0].header("set-cookie").contains("vestibule="), "{:?}", refused[0]);
        assert_eq!(redeem(&gateway, &code(&sent[0]), &[]).await.status, 200);
    }
    assert_eq!(gateway.database.rows("authorization_codes"), 20);
}

/// A login whose authorization request has expired signs the browser in, and gives no code.
#[tokio::test]
async fn an_expired_request_gets_no_code() {
    let gateway = start();
    let browser = gateway.browser();
    let begun = to_provider(&browser, &path(&[])).await;
    gateway.database.execute("UPDATE authorization_requests SET expires_at = created_at");
    let answer = browser.get(&begun.callback_of("ada")).await;
    assert_eq!((answer.status, answer.is_page()), (400, true), "{answer:?}");
    assert_eq!(gateway.database.rows("authorization_codes"), 0);
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// The redirect to the only provider counts as the beginning of a login.
#[tokio::test]
async fn logins_of_apps_are_limited_like_others() {
    let gateway = setup().toml("[limits]\nlogins_per_minute = 1\n").start();
    let browser = gateway.browser();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(browser.get(&path(&[])).await.status);
    }
    assert_eq!(statuses, [302, 429, 429]);
    assert_eq!(gateway.database.rows("authorization_requests"), 1);
}

/// While the provider is unavailable, an app's request shows an error page that the user can load again: the address of
/// the request itself, or, for a pushed request, which is consumed by then, that of its login.
#[tokio::test]
async fn an_unavailable_provider_is_a_page_that_can_be_loaded_again() {
    let gateway = start();
    gateway.op.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let browser = gateway.browser();
    let refused = browser.get(&path(&[])).await;
    assert_eq!((refused.status, refused.is_page()), (503, true), "{refused:?}");
    assert_eq!(gateway.database.rows("authorization_requests"), 0);
    let form: Vec<_> = form_urlencoded::parse(request(&[]).as_bytes()).into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pushed = post(&gateway, "/oauth2/par", &form).await.json();
    let uri = pushed["request_uri"].as_str().expect("a request_uri");
    let sent = browser.get(&format!("/oauth2/authorize?client_id=spa&request_uri={uri}")).await;
    let login = sent.location();
    assert_eq!(browser.get(&login).await.status, 503, "{login}");
    gateway.op.recover(WELL_KNOWN);
    gateway.hand.advance(chrono::TimeDelta::seconds(31));
    for address in [path(&[]), login] {
        let answer = browser.get(&address).await;
        assert!(answer.location().starts_with(&gateway.op.issuer), "{answer:?}");
    }
}
