//! `GET /session`

use crate::support::Gateway;

#[tokio::test]
async fn it_says_who_is_signed_in() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let answer = browser.sign_in("alice").await;
    assert_eq!(answer.location(), "/account");
    let session = browser.fetch("/session").await;
    assert_eq!(session.status, 200, "{session:?}");
    let body = session.json();
    assert_eq!(body["user"]["email"], "alice@example.com");
    assert_eq!(gateway.token_requests(), 1);
}
