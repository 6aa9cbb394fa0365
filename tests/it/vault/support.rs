//! Gateways whose provider issues refresh tokens, and browsers that request provider tokens.

use chrono::TimeDelta;
use tokio::task::JoinHandle;

use crate::fake_provider::{Op, Reply};
use crate::support::{Answer, Browser, Database, Gateway, Setup};

/// The path of the endpoint for the provider's token.
pub const TOKEN: &str = "/identities/op/token";
/// The lifetime of the provider's access tokens, in seconds.
pub const LIFETIME: i64 = 3600;

/// The configuration that stores the provider's tokens.
pub const STORES: &str = "[providers.op]\nstore_tokens = true";

/// A gateway whose clock stands still.
pub fn start() -> Gateway {
    with("")
}

/// Like [`start`], with additional configuration.
pub fn with(toml: &str) -> Gateway {
    let setup = Setup::new().toml(STORES).toml(toml);
    setup.op.set_metadata("revocation_endpoint", serde_json::json!(format!("{}/revoke", setup.op.issuer)));
    setup.op.refreshing(|refreshing| refreshing.lifetime = Some(LIFETIME));
    setup.hand.hold();
    setup.start()
}

/// Another replica on the same database.
pub fn beside(gateway: &Gateway) -> Gateway {
    Setup::beside(gateway).toml(STORES).start()
}

/// A browser in which `sub` is logged in.
pub async fn signed_in(gateway: &Gateway, sub: &str) -> Browser {
    let browser = gateway.browser();
    browser.sign_in(sub).await;
    browser
}

/// A browser at another replica, with the session cookie of `browser`.
pub fn at(gateway: &Gateway, browser: &Browser) -> Browser {
    let other = gateway.browser();
    other.set_cookie("vestibule", &browser.cookie("vestibule").expect("signed in"));
    other
}

/// Advances the clock beyond the expiry of the provider's access tokens.
pub fn let_expire(gateway: &Gateway) {
    gateway.hand.advance(TimeDelta::seconds(LIFETIME + 1));
}

/// Provider tokens that a replica is refreshing.
const LEASED: &str = "SELECT count(*) FROM provider_tokens WHERE lease_holder IS NOT NULL";

/// Requests the provider's token in a separate task.
pub fn request_in_task(browser: &Browser) -> JoinHandle<Answer> {
    let browser = browser.clone();
    tokio::spawn(async move { browser.fetch(TOKEN).await })
}

/// Starts a refresh that the provider answers with `reply`, and waits until the replica has the lease.
pub async fn begin_refresh(gateway: &Gateway, browser: &Browser, reply: Reply) -> JoinHandle<Answer> {
    gateway.op.reply("/token", reply);
    let refresh = request_in_task(browser);
    until_leased(gateway, 1).await;
    refresh
}

/// Waits until so many rows have a lease.
pub async fn until_leased(gateway: &Gateway, count: i64) {
    gateway.database.until(LEASED, count).await;
}

/// Whether a replica has the lease of the only row.
pub fn is_leased(database: &Database) -> bool {
    database.number(LEASED) == 1
}

/// The access token of a successful response.
#[track_caller]
pub fn token(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{answer:?}");
    let body = answer.json();
    assert!(body.get("refresh_token").is_none(), "{body}");
    body["access_token"].as_str().expect("a token").to_owned()
}

/// The refresh tokens that the provider received, in order.
pub fn sent_refresh_tokens(op: &Op) -> Vec<String> {
    op.calls_to("/token")
        .iter()
        .map(|call| call.form("refresh_token").concat())
        .filter(|token| !token.is_empty())
        .collect()
}

/// The state of each row: `kept` or `reauth`, and whether it has a lease.
pub fn row(gateway: &Gateway) -> String {
    let row = "SELECT CASE WHEN sealed IS NULL THEN 'reauth' ELSE 'kept' END
                      || CASE WHEN lease_holder IS NULL THEN '' ELSE ' leased' END FROM provider_tokens";
    gateway.database.words(row).join(", ")
}
