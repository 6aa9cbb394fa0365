//! Gateways whose provider gives refresh tokens, and people who ask for its tokens.

use chrono::TimeDelta;

use crate::fake_provider::Op;
use crate::support::{Answer, Browser, Gateway, Setup};

/// Where the token is.
pub const TOKEN: &str = "/identities/op/token";
/// Life of the provider's access tokens, in seconds.
pub const LIFETIME: i64 = 3600;

/// What the gateway is told about it.
pub const STORES: &str = "[providers.op]\nstore_tokens = true";

/// A gateway whose clock is held.
pub fn start() -> Gateway {
    with("")
}

/// The same with more configuration.
pub fn with(toml: &str) -> Gateway {
    let setup = Setup::new().toml(STORES).toml(toml);
    setup.op.set_metadata("revocation_endpoint", serde_json::json!(format!("{}/revoke", setup.op.issuer)));
    setup.op.refreshing(|refreshing| refreshing.lifetime = Some(LIFETIME));
    setup.hand.hold();
    setup.start()
}

/// One more on the same database.
pub fn beside(gateway: &Gateway) -> Gateway {
    Setup::beside(gateway).toml(STORES).start()
}

/// A browser that somebody signed in with.
pub async fn signed_in(gateway: &Gateway, sub: &str) -> Browser {
    let browser = gateway.browser();
    browser.sign_in(sub).await;
    browser
}

/// The same browser at another gateway.
pub fn at(gateway: &Gateway, browser: &Browser) -> Browser {
    let other = gateway.browser();
    other.set_cookie("vestibule", &browser.cookie("vestibule").expect("signed in"));
    other
}

/// Lets the provider's access tokens run out.
pub fn let_expire(gateway: &Gateway) {
    gateway.hand.advance(TimeDelta::seconds(LIFETIME + 1));
}

/// The access token of a good answer.
#[track_caller]
pub fn token(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{answer:?}");
    let body = answer.json();
    assert!(body.get("refresh_token").is_none(), "{body}");
    body["access_token"].as_str().expect("a token").to_owned()
}

/// Refresh tokens that the provider was shown, in order.
pub fn shown(op: &Op) -> Vec<String> {
    op.calls_to("/token")
        .iter()
        .map(|call| call.form("refresh_token").concat())
        .filter(|token| !token.is_empty())
        .collect()
}

/// What stands in the one row: `kept` or `reauth`, and whether there is a lease.
pub fn row(gateway: &Gateway) -> String {
    let row = "SELECT CASE WHEN sealed IS NULL THEN 'reauth' ELSE 'kept' END
                      || CASE WHEN lease_holder IS NULL THEN '' ELSE ' leased' END FROM provider_tokens";
    gateway.database.words(row).join(", ")
}
