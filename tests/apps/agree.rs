//! The page on which a person agrees.

use crate::app::{Tokens, code, path, redeem, sign_in, start, told};
use crate::support::{Answer, Browser};

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

/// SE-13, RFC 9700 §4.16: no other site agrees for a person, and no other browser.
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
