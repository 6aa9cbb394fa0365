//! Documents that are refused.

use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Host, refusal};
use crate::fake_provider::{Op, Reply};

const REFUSED: (u16, &str) = (400, "client_document_refused");
const UNAVAILABLE: (u16, &str) = (502, "client_document_unavailable");

async fn refused(host: &Host) -> (u16, String) {
    refusal(&host.signed_in().await, &host.path(&[])).await
}

/// Nothing of a refused document is used, and its redirect URI gets no answer.
#[tokio::test]
async fn a_document_that_is_not_valid_is_refused() {
    let host = Host::start();
    let good = host.document(&json!({})).to_string();
    let large = host.document(&json!({"x": "x".repeat(5 * 1024)})).to_string();
    let elsewhere = Op::start();
    elsewhere.reply("/client.json", Reply::text(200, "application/json", &good));
    let location = format!("{}/client.json", elsewhere.issuer);
    let json = |status: u16, body: &str| Reply::text(status, "application/json", body);
    for (what, reply, expected) in [
        ("a redirect", json(302, &good).with("Location", &location), REFUSED),
        ("a permanent redirect", json(308, &good).with("Location", &location), REFUSED),
        ("6 KiB", json(200, &large), REFUSED),
        ("10 MB", json(200, &" ".repeat(10_000_000)), REFUSED),
        ("an endless body", Reply::Endless, REFUSED),
        ("a long body, byte by byte", Reply::Dripping, REFUSED),
        ("a page", Reply::text(200, "text/html", &good), REFUSED),
        ("no JSON", json(200, "{"), REFUSED),
        ("another client_id", json(200, &good.replace("client.json", "other.json")), REFUSED),
        ("a secret", json(200, &host.document(&json!({"client_secret": "x"})).to_string()), REFUSED),
        (
            "a method with a secret",
            json(200, &host.document(&json!({"token_endpoint_auth_method": "client_secret_basic"})).to_string()),
            REFUSED,
        ),
        ("no redirect URI", json(200, &host.document(&json!({"redirect_uris": []})).to_string()), REFUSED),
        ("another status", json(404, &good), REFUSED),
        ("201", json(201, &good), REFUSED),
        ("a failure", json(500, &good), UNAVAILABLE),
        ("a closed connection", Reply::Closed, UNAVAILABLE),
        ("half a body", Reply::Broken, UNAVAILABLE),
    ] {
        host.reply(reply);
        let (status, code) = refused(&host).await;
        assert_eq!((status, code.as_str()), expected, "{what}");
    }
    assert_eq!(elsewhere.calls_to("/client.json").len(), 0, "no redirect was followed");
    // None of the errors was cached.
    host.serve(&json!({}));
    host.consent_page(&host.signed_in().await, &[]).await;
}

/// An address that takes a minute is given up after five seconds.
#[tokio::test]
async fn a_document_that_takes_a_minute_is_not_waited_for() {
    let host = Host::start();
    host.reply(Reply::Silent);
    let began = Instant::now();
    let (status, code) = refused(&host).await;
    assert_eq!((status, code.as_str()), UNAVAILABLE);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

/// One host has at most two fetches in progress, and concurrent requests for one document share one.
#[tokio::test]
async fn a_silent_host_has_two_fetches_in_progress() {
    let host = Host::start();
    host.reply(Reply::Silent);
    let browser = host.signed_in().await;
    let path = host.path(&[]);
    let shared = refusal(&browser, &path);
    let (first, second, third, fourth) =
        tokio::join!(shared, refusal(&browser, &path), refusal(&browser, &path), refusal(&browser, &path));
    for (status, code) in [first, second, third, fourth] {
        assert_eq!((status, code.as_str()), UNAVAILABLE);
    }
    assert_eq!(host.fetches(), 1);
    let ids: Vec<_> = (0..4).map(|number| host.silent_client(number)).collect();
    let paths: Vec<_> = ids.iter().map(|id| host.path(&[("client_id", id)])).collect();
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| refusal(&browser, &paths[at]));
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    for (status, code) in [a, b, c, d] {
        assert_eq!((status, code.as_str()), UNAVAILABLE);
    }
    assert_eq!(host.all_requests(), 3, "two of the four were not sent");
}

/// FI-23: without `insecure_allow_loopback` no private address is reached, by its number or by a name.
#[tokio::test]
async fn a_private_address_is_not_reached() {
    let host = Host::with("[clients_by_url]\ninsecure_allow_loopback = false\n");
    let browser = host.signed_in().await;
    let (status, code) = refusal(&browser, &host.path(&[])).await;
    assert_eq!((status, code.as_str()), (400, "unknown_client"), "an address is no name");
    for id in ["https://localhost.example.localhost/c", "https://private.invalid/c"] {
        let (status, _) = refusal(&browser, &host.path(&[("client_id", id)])).await;
        assert!(matches!(status, 400 | 502), "{id}: {status}");
    }
    assert_eq!(host.fetches(), 0);
}
