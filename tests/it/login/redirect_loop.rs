//! A browser that does not keep the session cookie is not redirected for ever.

use crate::support::{Begun, Browser, Gateway};

/// One round: from `from` to the provider and back. The browser loses the session cookie.
async fn round(browser: &Browser, from: &str) -> String {
    let mut address = from.to_owned();
    loop {
        let answer = browser.get(&address).await;
        if answer.is_page() {
            return answer.text();
        }
        address = answer.location();
        if !address.starts_with('/') {
            let back = browser.get(&Begun::at("op", address).callback_of("ada")).await;
            browser.forget_cookie("vestibule");
            return back.location();
        }
    }
}

/// FW-21
#[tokio::test]
async fn a_redirect_loop_ends_with_a_page_that_names_the_cookie() {
    let gateway = Gateway::start();
    for target in ["/account", "/login/op?return_to=%2Faccount"] {
        let browser = gateway.browser();
        for _ in 0..3 {
            assert_eq!(round(&browser, target).await, "/account");
        }
        let page = round(&browser, target).await;
        assert!(page.contains("the cookie vestibule, "), "{target}: {page}");
        // The button resets the count.
        assert_eq!(round(&browser, target).await, "/account");
    }
}

/// Signing in again and again is not a loop if the session cookie comes back, or the target is another one.
#[tokio::test]
async fn many_logins_are_no_loop() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for _ in 0..5 {
        browser.sign_in("ada").await;
    }
    assert_eq!(browser.get("/account").await.status, 200);
    for _ in 0..4 {
        assert_eq!(browser.post("/logout").await.status, 200);
        assert_eq!(browser.get("/login?return_to=/account").await.status, 303);
        browser.sign_in("ada").await;
    }
}
