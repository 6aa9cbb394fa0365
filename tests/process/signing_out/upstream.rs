//! A gateway that exchanges logouts with its provider.

use std::time::{Duration, Instant};

use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::page::Page;
use crate::visitor::Visitor;

/// Settings of a gateway that redirects to that provider at a logout.
pub fn settings(issuer: &str) -> Settings {
    Settings::new(&Database::empty().url, issuer).with("providers.op.logout", "provider")
}

/// The post-logout redirect URI and the back-channel logout URI.
pub fn addresses(gateway: &str) -> [String; 2] {
    [format!("{gateway}/logout/callback/op"), format!("{gateway}/backchannel-logout/op")]
}

/// Presses the button "Sign out" on the gateway's account page, and returns the redirect to the provider.
pub async fn sign_out(visitor: &Visitor, gateway: &str) -> Page {
    let account = visitor.get(format!("{gateway}/account")).await;
    assert_eq!(account.status, 200, "{account}");
    let away = visitor.post_from(gateway, "/logout").await;
    assert_eq!(away.status, 303, "{away}");
    assert_eq!(session(visitor, gateway).await, 401, "the session at the gateway ends first");
    away
}

/// The status of `GET /session` at the gateway.
pub async fn session(visitor: &Visitor, gateway: &str) -> u16 {
    visitor.get(format!("{gateway}/session")).await.status.as_u16()
}

/// Waits until the session at the gateway has ended.
pub async fn until_signed_out(visitor: &Visitor, gateway: &Gateway, public_url: &str) {
    let started = Instant::now();
    while session(visitor, public_url).await != 401 {
        assert!(started.elapsed() < Duration::from_secs(20), "still signed in:\n{}", gateway.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The number of logout tokens that a gateway accepted.
fn accepted_logout_tokens(gateway: &Gateway) -> usize {
    gateway.log().matches("logout token of the provider accepted").count()
}

/// Waits until a gateway has accepted `count` logout tokens.
pub async fn until_accepted(gateway: &Gateway, count: usize) {
    let started = Instant::now();
    while accepted_logout_tokens(gateway) < count {
        assert!(started.elapsed() < Duration::from_secs(20), "not notified:\n{}", gateway.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(accepted_logout_tokens(gateway), count, "{}", gateway.log());
}
