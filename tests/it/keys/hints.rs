//! Retired keys, which verify `id_token_hint` only.

use jsonwebtoken::Validation;
use serde_json::{Value, json};
use vestibule::config::Algorithm;
use vestibule::keys::{self, KeyRing, SigningKey};

use crate::keys::replica::{DAY, HOUR, Replica, now, policy};
use crate::support::Cluster;

const ALL: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa];

/// An expired ID token.
fn hint(key: &SigningKey) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let head = json!({"alg": key.algorithm().name(), "kid": key.kid()}).to_string();
    let input = format!("{}.{}", B64.encode(head), B64.encode(json!({"sub": "alice", "exp": 1}).to_string()));
    let signature = key.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", B64.encode(signature))
}

/// The `sub` of a hint, if a key is kept that verifies it.
fn verified(ring: &KeyRing, hint: &str) -> Option<String> {
    let keys = ring.keys();
    let kid = jsonwebtoken::decode_header(hint).expect("a header").kid.expect("a kid");
    let key = keys.for_hint(&kid)?;
    let mut rules = Validation::new(key.algorithm().name().parse().expect("a known algorithm"));
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(hint, key.verifying(), &rules).expect("our signature").claims;
    Some(claims["sub"].as_str().expect("a sub").to_owned())
}

/// LO-05: an expired ID token is a valid hint for `absolute_timeout`, on running replicas and on those that start later.
/// Its key is in no JWKS and verifies no access token.
#[tokio::test]
async fn a_retired_key_verifies_hints_only() {
    let database = Cluster::shared().database();
    let mut now = now();
    let replica = Replica::start(&database, policy(&ALL), now);
    // EdDSA is new in the template's database.
    now += HOUR;
    replica.poll(now).await;
    let old = ALL.map(|algorithm| replica.keys.signing_key(algorithm).expect("a key"));
    let hints = old.each_ref().map(|key| hint(key));
    keys::rotate(&replica.db, &replica.secrets, replica.keys.policy(), now).await.expect("new keys");
    for _ in 0..2 {
        now += HOUR;
        replica.poll(now).await;
    }
    for restarted in [false, true] {
        let later = Replica::start(&database, policy(&ALL), now);
        let ring = if restarted { &later.keys } else { &replica.keys };
        for (key, hint) in old.iter().zip(&hints) {
            assert!(!ring.keys().jwks().contains(key.kid()), "it left the JWKS");
            assert!(ring.keys().by_kid(key.kid()).is_none(), "it verifies no token");
            assert_eq!(verified(ring, hint).as_deref(), Some("alice"));
        }
    }
    // The private key is deleted, and the public key is sealed.
    let size = "SELECT DISTINCT octet_length(private_key) < 800 FROM signing_keys WHERE state = 'gone'";
    assert_eq!(database.words(size), ["true"]);
    let swapped = "UPDATE signing_keys a SET private_key = b.private_key FROM signing_keys b
                   WHERE a.state = 'gone' AND b.state = 'gone' AND a.algorithm = 'ES256' AND b.algorithm = 'EdDSA'";
    database.execute(swapped);
    let tampered = Replica::start(&database, policy(&ALL), now);
    assert_eq!(verified(&tampered.keys, &hints[0]), None, "a changed row is not accepted");

    now += DAY * 90;
    replica.poll(now).await;
    assert!(hints.iter().all(|hint| verified(&replica.keys, hint).is_none()), "the key is older than every session");
    let kept = database.words("SELECT kid FROM signing_keys");
    assert!(old.iter().all(|key| !kept.iter().any(|kid| kid == key.kid())), "{kept:?}");
}

/// JW-11: also if the key was retired before.
#[tokio::test]
async fn a_revoked_key_verifies_no_hint() {
    let database = Cluster::shared().database();
    let mut now = now();
    let replica = Replica::start(&database, policy(&[Algorithm::Es256]), now);
    let old = replica.keys.signing_key(Algorithm::Es256).expect("a key");
    let hint = hint(&old);
    keys::rotate(&replica.db, &replica.secrets, replica.keys.policy(), now).await.expect("new keys");
    for _ in 0..2 {
        now += HOUR;
        replica.poll(now).await;
    }
    assert_eq!(verified(&replica.keys, &hint).as_deref(), Some("alice"));
    let kids = Some(vec![old.kid().to_owned()]);
    let signs = replica.signs_with(Algorithm::Es256);
    keys::revoke(&replica.db, &replica.secrets, replica.keys.policy(), kids, now).await.expect("a revocation");
    replica.poll(now).await;
    assert_eq!(verified(&replica.keys, &hint), None);
    assert_eq!(replica.signs_with(Algorithm::Es256), signs, "other keys are unchanged");
    let later = Replica::start(&database, policy(&[Algorithm::Es256]), now);
    assert_eq!(verified(&later.keys, &hint), None);
}
