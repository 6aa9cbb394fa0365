//! Emergency revocation of a signing key.

use vestibule::keys;

use crate::keys::replica::{JWKS, kid_of, now, policy, pool, published, secrets, status, token, until};
use crate::support::{Gateway, Setup};

/// With this setting replicas load the keys each 250 ms, otherwise each 2 s (see the unit test).
const OFTEN: &str = "[signing]\npublish_before_use = '2s'\nalgorithms = ['ES256', 'RS256']\n";

/// JW-11: every replica refuses tokens of the key, removes it from the JWKS, and signs with another key.
#[tokio::test]
async fn every_replica_drops_a_revoked_key() {
    let one = Gateway::with(OFTEN);
    let two = Setup::beside(&one).toml(OFTEN).start();
    let browser = one.browser();
    let old = token(&browser).await;
    let (bad, both) = (kid_of(&old), [&one, &two]);
    for gateway in both {
        assert_eq!(status(gateway, &old).await, 200);
        assert!(published(gateway).await.contains(&bad));
    }
    let list = token_list(&one).await;
    assert_eq!(kid_of(&list), bad);

    let policy = policy(&[vestibule::config::Algorithm::Es256, vestibule::config::Algorithm::Rs256]);
    let kids = Some(vec![bad.clone()]);
    keys::revoke(&pool(&one.database), &secrets(), &policy, kids, now()).await.expect("a revocation");
    for gateway in both {
        until(async || !published(gateway).await.contains(&bad)).await;
    }
    for gateway in both {
        assert_eq!(status(gateway, &old).await, 401);
        assert_eq!(
            published(gateway).await.len(),
            2,
            "a new key is published, and the key of the other algorithm is unchanged"
        );
        let new = token(&gateway.browser()).await;
        assert_ne!(kid_of(&new), bad);
        for gateway in both {
            assert_eq!(status(gateway, &new).await, 200);
        }
    }
    assert_ne!(kid_of(&token_list(&one).await), bad, "the status list has a new signature");
    let row = "SELECT state || octet_length(private_key) || (revoked_at IS NOT NULL) FROM signing_keys WHERE kid = ";
    assert_eq!(one.database.words(&format!("{row}'{bad}'")), ["gone0true"]);
    assert_eq!(one.database.number("SELECT count(*) FROM audit_events WHERE kind = 'signing_key_revoked'"), 1);

    // All keys at once; after a restart they are unknown too.
    keys::revoke(&pool(&one.database), &secrets(), &policy, None, now()).await.expect("a revocation");
    let restarted = Setup::beside(&one).toml(OFTEN).start();
    let fresh = published(&restarted).await;
    assert_eq!(fresh.len(), 2);
    for gateway in both {
        until(async || published(gateway).await == fresh).await;
    }
}

/// JW-11: a replica with another secret ring cannot decrypt the new key.
#[tokio::test]
async fn a_replica_that_cannot_decrypt_the_new_key_drops_the_old_one() {
    let one = Gateway::with(OFTEN);
    let bad = token(&one.browser()).await;
    let other = vestibule::base::seal::generate_key();
    let rings = [other.expose(), crate::support::ring_key()];
    let newer = vestibule::base::seal::Ring::parse(rings).expect("a ring");
    let policy = policy(&[vestibule::config::Algorithm::Es256]);
    let kids = Some(vec![kid_of(&bad)]);
    keys::revoke(&pool(&one.database), &newer, &policy, kids, now()).await.expect("a revocation");
    until(async || !published(&one).await.contains(&kid_of(&bad))).await;
    assert_eq!(status(&one, &bad).await, 401);
    let new = token(&one.browser()).await;
    assert_eq!(jsonwebtoken::decode_header(&new).expect("a header").alg, jsonwebtoken::Algorithm::RS256);
}

/// JW-10: during an outage `max-age` decreases.
#[tokio::test]
async fn the_key_set_is_served_without_the_database() {
    let cluster = crate::support::Cluster::own();
    let gateway = Setup::new().on(&cluster.database()).toml(OFTEN).start();
    // A key set that was loaded longer ago has a lower `max-age`.
    until(async || gateway.browser().fetch(JWKS).await.header("cache-control") == "public, max-age=1").await;
    let before = gateway.browser().fetch(JWKS).await;
    cluster.postgres().stop().expect("a stop");
    until(async || gateway.browser().fetch(JWKS).await.header("cache-control") == "public, max-age=0").await;
    let after = gateway.browser().fetch(JWKS).await;
    assert_eq!((after.status, after.body), (200, before.body));
}

async fn token_list(gateway: &Gateway) -> String {
    let answer = gateway.browser().ask("GET", "/status-lists/0").send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}
