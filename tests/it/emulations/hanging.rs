//! A provider that does not respond, and its effect on other logins.

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::fake_provider::{Op, Reply};
use crate::support::{Gateway, Setup};

const TOKEN: &str = "/token";

/// The timeout of a request to the provider `slow`.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A login at a provider: the status and the duration of the callback.
async fn login(gateway: &Gateway, provider: &str) -> (u16, Duration) {
    let browser = gateway.browser();
    let begun = browser.begin(provider).await;
    let sent = Instant::now();
    (browser.fetch(&begun.callback_of("alice")).await.status, sent.elapsed())
}

/// FI-08, FI-09, RD-13: after five timeouts the circuit opens: further logins fail immediately without a request. Other
/// providers are not affected, and a trial request closes the circuit when the provider responds again.
#[tokio::test]
async fn the_circuit_of_a_hanging_provider_opens_and_closes_again() {
    let slow = Op::start();
    let gateway = Setup::new().provider("slow", &slow).toml("[providers.slow]\ntimeout = \"5s\"\n").start();
    gateway.hand.hold();
    assert_eq!(login(&gateway, "slow").await.0, 303, "the provider responds at first");
    slow.reply(TOKEN, Reply::Silent);
    slow.forget();

    let begun = async || {
        let browser = gateway.browser();
        let path = browser.begin("slow").await.callback_of("alice");
        (browser, path)
    };
    let mut hanging = vec![];
    for _ in 0..5 {
        let (browser, path) = begun().await;
        hanging.push(tokio::spawn(async move { browser.fetch(&path).await.problem() }));
    }
    for one in hanging {
        assert_eq!(one.await.expect("an answer"), (504, "provider_timeout".into()));
    }
    assert_eq!(slow.calls_to(TOKEN).len(), 5);

    let (status, took) = login(&gateway, "slow").await;
    assert_eq!(status, 504);
    assert!(took < TIMEOUT, "the login waited for the provider: {took:?}");
    assert_eq!(slow.calls_to(TOKEN).len(), 5, "no further request is sent");
    assert_eq!(login(&gateway, "op").await.0, 303);

    gateway.hand.advance(TimeDelta::seconds(20));
    assert_eq!(login(&gateway, "slow").await.0, 504);
    assert_eq!(slow.calls_to(TOKEN).len(), 6, "one trial request is sent");
    assert_eq!(login(&gateway, "slow").await.0, 504);
    assert_eq!(slow.calls_to(TOKEN).len(), 6, "a failed trial keeps the circuit open, so no request is sent");

    slow.recover(TOKEN);
    gateway.hand.advance(TimeDelta::seconds(20));
    assert_eq!(login(&gateway, "slow").await.0, 303);
    assert_eq!(login(&gateway, "slow").await.0, 303);
}
