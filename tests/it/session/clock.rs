//! Jumps of the system clock.

use chrono::TimeDelta;

use crate::support::Gateway;

/// LG-15, FI-12
#[tokio::test]
async fn a_clock_jump_ends_no_session() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for jump in [-5, 60, -60, 5, -600, 600] {
        gateway.hand.advance(TimeDelta::minutes(jump));
        for path in ["/session", "/account", "/providers", "/.well-known/jwks.json", "/login?choose=1"] {
            assert_eq!(browser.get(path).await.status, 200, "{jump} min: {path}");
        }
        let token = browser.post("/session/token").await;
        assert_eq!(token.status, 200, "{jump} min: {token:?}");
        gateway.browser().sign_in("alice").await;
        gateway.browser().sign_in_json("bob").await;
    }
    let begun = browser.begin("op").await;
    gateway.hand.advance(TimeDelta::minutes(-5));
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303, "begun in the future");
    assert_eq!(browser.fetch("/session").await.status, 200);
}
