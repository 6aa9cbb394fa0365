//! Introspection and revocation during an outage of the database.

use std::time::{Duration, Instant};

use crate::support::Cluster;
use crate::support::services::{Person, error, introspect, is_active, revoke, setup, userinfo};

/// IR-08, IR-15, FI-01: the feed in memory is used until `revocation_max_age`.
#[tokio::test]
async fn an_unreachable_database_is_503_once_the_feed_is_too_old() {
    let cluster = Cluster::own();
    let gateway = setup().toml("[tokens]\nrevocation_max_age = '2s'").on(&cluster.database()).start();
    let person = Person::sign_in(&gateway, "alice").await;
    let revoked = Person::sign_in(&gateway, "bob").await;
    assert_eq!(revoke(&gateway, &revoked.access).await.status, 200);
    cluster.postgres().stop().expect("stopped");

    for token in [&person.access, &person.refresh] {
        let answer = revoke(&gateway, token).await;
        assert_eq!(error(&answer), (503, "temporarily_unavailable".into()));
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(userinfo(&gateway, &person.access).await.problem(), (503, "database_unavailable".into()));

    let began = Instant::now();
    let refused = loop {
        let answer = introspect(&gateway, "shop", &person.access).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(is_active(&answer), "it is not revoked");
        assert!(began.elapsed() < Duration::from_secs(15), "still answered from memory");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(error(&refused), (503, "temporarily_unavailable".into()));
    assert!(!refused.header("retry-after").is_empty());
    // A revoked token and a malformed one are inactive without the database.
    assert!(!is_active(&introspect(&gateway, "shop", &revoked.access).await));
    assert!(!is_active(&introspect(&gateway, "shop", "garbage").await));
    assert_eq!(revoke(&gateway, "garbage").await.status, 200);

    cluster.postgres().start_again().expect("started");
    let began = Instant::now();
    loop {
        let answer = introspect(&gateway, "shop", &person.access).await;
        if answer.status == 200 {
            assert!(is_active(&answer));
            break;
        }
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(began.elapsed() < Duration::from_secs(15), "not recovered");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!is_active(&introspect(&gateway, "shop", &revoked.access).await));
}
