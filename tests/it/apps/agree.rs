//! The page on which a person agrees.

use crate::apps::app::{Tokens, code, error, path, redeem, refresh, sign_in, start, to_provider, told, userinfo};
use crate::support::{Answer, Browser, Gateway};

async fn say(browser: &Browser, page: &str, answer: &str) -> Answer {
    let request = page.split_once("authorization_request=").expect("a request").1;
    let body = format!("authorization_request={request}&answer={answer}");
    let ask = browser.ask("POST", "/oauth2/authorize/agree").header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", body).send().await
}

/// `prompt=consent`
#[tokio::test]
async fn a_person_agrees_or_does_not() {
    let gateway = start();
    let browser = gateway.browser();
    let asked = path(&[("prompt", "consent")]);
    let page = sign_in(&browser, &asked, "ada").await.location();
    assert!(page.starts_with("/oauth2/authorize/agree?"), "{page}");
    let shown = browser.get(&page).await;
    assert!(shown.is_page() && shown.body.contains("Continue to A page?"), "{shown:?}");
    let policy = shown.header("content-security-policy");
    // Browsers would hold it against the redirects that follow.
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("form-action"), "{policy}");
    let agreed = say(&browser, &page, "yes").await;
    assert_eq!(agreed.status, 303);
    Tokens::of(&redeem(&gateway, &code(&agreed), &[]).await);
    // Once.
    assert_eq!(say(&browser, &page, "yes").await.status, 409);
    assert_eq!(browser.get(&page).await.status, 409);
    let page = browser.get(&asked).await.location();
    assert_eq!(told(&say(&browser, &page, "no").await), "access_denied");
}

/// WB-09: the page says which app asks, for what, and whom.
#[tokio::test]
async fn the_page_says_who_asks_whom_for_what() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let who = browser.fetch("/session").await.json()["user"]["name"].as_str().expect("a name").to_owned();
    for (scope, listed) in [
        ("openid", "Scopes: openid</p>"),
        ("openid email offline_access orders", "Scopes: openid, email, offline_access, orders</p>"),
        // What is not the app's to ask for is not asked for.
        ("openid <b>admin orders", "Scopes: openid, orders</p>"),
    ] {
        let page = browser.get(&path(&[("prompt", "consent"), ("scope", scope)])).await.location();
        let shown = browser.get(&page).await.body;
        assert!(shown.contains("Continue to A page?") && shown.contains(&who), "{shown}");
        assert!(shown.contains(listed), "{shown}");
        assert_eq!(shown.contains("your e-mail address"), scope.contains("email"), "{shown}");
        assert_eq!(shown.contains("stays signed in"), scope.contains("offline_access"), "{shown}");
    }
}

/// SE-18: a login under way and a page that waits for an answer are no session, anywhere.
#[tokio::test]
async fn half_a_login_is_no_session() {
    let gateway = start();
    let browser = gateway.browser();
    let asked = path(&[("prompt", "consent")]);
    let begun = to_provider(&browser, &asked).await;
    assert!(browser.cookie("vestibule-binding").is_some() && browser.cookie("vestibule").is_none());
    nobody_is_signed_in(&gateway, &browser, &[&begun.state]).await;
    assert_eq!(gateway.database.rows("sessions"), 0);

    // Now the person is signed in, and the app has nothing yet.
    let page = browser.get(&begun.callback_of("ada")).await.location();
    let request = page.split_once("authorization_request=").expect("a request").1;
    assert_eq!(gateway.database.words("SELECT client_id FROM sessions"), ["vestibule"]);
    assert_eq!(error(&redeem(&gateway, request, &[]).await), (400, "invalid_grant".into()));
    assert_eq!(error(&refresh(&gateway, request).await), (400, "invalid_grant".into()));
    let stranger = gateway.browser();
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    nobody_is_signed_in(&gateway, &stranger, &[request, &binding]).await;
    // Who signs out before the answer has nothing left to answer with.
    assert_eq!(browser.post("/logout").await.status, 200);
    let answer = say(&browser, &page, "yes").await;
    assert!(!answer.header("location").contains("code="), "{answer:?}");
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 0);
}

/// Neither this browser nor whoever shows one of these has a session.
async fn nobody_is_signed_in(gateway: &Gateway, browser: &Browser, shown: &[&str]) {
    for path in ["/session", "/sessions"] {
        assert_eq!(browser.fetch(path).await.status, 401, "{path}");
    }
    assert_eq!(browser.post("/session/token").await.status, 401);
    assert!(browser.get("/account").await.location().starts_with("/login?"));
    assert_eq!(told(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    for credential in shown {
        assert_eq!(userinfo(gateway, credential).await.status, 401);
        let other = gateway.browser();
        other.set_cookie("vestibule", credential);
        assert_eq!(other.fetch("/session").await.status, 401);
    }
}

/// WB-09, SE-13, RFC 9700 §4.16: no other site agrees for a person, and no other browser.
#[tokio::test]
async fn nobody_else_agrees() {
    let gateway = start();
    let (browser, other) = (gateway.browser(), gateway.browser());
    browser.sign_in("ada").await;
    other.sign_in("eve").await;
    let page = browser.get(&path(&[("prompt", "consent")])).await.location();
    assert_eq!(say(&other, &page, "yes").await.status, 403);
    assert_eq!(other.get(&page).await.status, 403);
    let body = format!("{}&answer=yes", page.split_once('?').expect("a query").1);
    for site in ["cross-site", "same-site", "none"] {
        let ask = browser.ask("POST", "/oauth2/authorize/agree").header("sec-fetch-site", site);
        let answer = ask.body("application/x-www-form-urlencoded", body.clone()).send().await;
        assert_eq!(answer.status, 403, "{site}");
    }
    code(&say(&browser, &page, "yes").await);
}

/// AZ-06, AZ-08, RFC 8252 §8.6: any program could take an installed app's place, so a person looks.
#[tokio::test]
async fn an_installed_app_is_agreed_to() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for address in ["http://127.0.0.1:51004/cb", "com.example.tool:/cb"] {
        let asked = [("client_id", "cli"), ("redirect_uri", address)];
        let page = browser.get(&path(&asked)).await.location();
        assert!(page.starts_with("/oauth2/authorize/agree?"), "{page}");
        let agreed = say(&browser, &page, "yes").await;
        assert!(agreed.location().starts_with(&format!("{address}?code=")), "{agreed:?}");
        let silent = [asked.as_slice(), &[("prompt", "none")]].concat();
        assert_eq!(told(&browser.get(&path(&silent)).await), "consent_required");
    }
    for other in ["http://127.0.0.1:51004/other", "http://localhost:51004/cb", "http://[::1]:51004/cb"] {
        let refused = browser.get(&path(&[("client_id", "cli"), ("redirect_uri", other)])).await;
        assert_eq!((refused.status, refused.is_page()), (400, true), "{other}");
    }
}

/// Who signs in for a request on which they have to agree, is not asked to sign in again after it.
#[tokio::test]
async fn a_login_for_the_request_counts_when_one_agrees() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    gateway.op.set_claims(serde_json::json!({ "auth_time": gateway.clock.now().timestamp() }));
    let page = sign_in(&browser, &path(&[("prompt", "login consent")]), "ada").await.location();
    code(&say(&browser, &page, "yes").await);
}
