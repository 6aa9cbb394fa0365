//! `/verify` without the database: it answers from the cache until `tokens.revocation_max_age`, then with 503, and
//! never with a redirect.

use std::time::{Duration, Instant};

use super::support::{get, identity, setup, signed_in};
use crate::support::{BOUND, Cluster};

const SITE: &str = "https://wiki.example.com/";

/// FW-19
#[tokio::test]
async fn without_the_database_verify_answers_503_after_revocation_max_age() {
    let cluster = Cluster::own();
    // Longer than the stop of a database and a request after it.
    let toml = "[tokens]\nrevocation_max_age = '6s'\n[verify]\nredirect = true\n[[verify.rules]]\npaths = ['/public/**']\n\
                allow = { anyone = true }\n[[verify.rules]]";
    let gateway = setup(toml).on(&cluster.database()).start();
    let (cached, uncached) = (signed_in(&gateway, "ada", &[]).await, signed_in(&gateway, "eve", &[]).await);
    let unknown = gateway.browser();
    assert_eq!(get(&cached, SITE).await.status, 200);
    cluster.postgres().stop().expect("stopped");
    let stopped = Instant::now();
    assert_eq!(get(&cached, SITE).await.status, 200, "from the cache, while the feed is fresh");
    assert_eq!(get(&uncached, SITE).await.problem(), (503, "database_unavailable".into()));
    while get(&cached, SITE).await.status == 200 {
        assert!(stopped.elapsed() < BOUND, "still accepted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..200 {
        let answer = get(&cached, SITE).await;
        assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "database_unavailable".into()), "2"));
        let page = cached.ask("GET", "/verify").header("sec-fetch-mode", "navigate");
        let page = page.header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", "/").send().await;
        assert_eq!(page.status, 503, "no redirect");
        assert_eq!(get(&unknown, SITE).await.status, 401);
    }
    // FW-19: 0 of 10,000 checks pass; eight clients ask at a time.
    let checks = (0..8).map(|number| {
        let visitors = [cached.clone(), uncached.clone(), unknown.clone()];
        async move {
            let mut passed = 0;
            for round in 0..1250 {
                let answer = get(&visitors[(number + round) % 3], SITE).await;
                assert!(matches!(answer.status, 401 | 503), "{answer:?}");
                passed += usize::from(answer.status < 300);
            }
            passed
        }
    });
    let checks = checks.map(tokio::spawn).collect::<Vec<_>>();
    for client in checks {
        assert_eq!(client.await.expect("1,250 checks"), 0);
    }
    for visitor in [&unknown, &cached, &uncached] {
        let public = get(visitor, "https://wiki.example.com/public/x").await;
        assert_eq!(identity(&public), ["", "", "", ""], "a page for everyone needs no session");
    }
}
