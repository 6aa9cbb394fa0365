//! Rotation while tokens are issued and verified all the time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::Value;
use vestibule::config::Algorithm;
use vestibule::keys;

use crate::keys::replica::{JWKS, kid_of, now, policy, pool, secrets, status};
use crate::support::{Browser, Gateway, Setup};

/// A key is published eight seconds before it signs; `max-age` is seven seconds at most.
const SETTINGS: &str = "[signing]\npublish_before_use = '8s'\nalgorithms = ['ES256']\n";
const ROTATIONS: usize = 3;
/// The number of users. Each requests a token every [`PAUSE`]; both caches and the other gateway verify each token.
const PEOPLE: usize = 8;
const PAUSE: Duration = Duration::from_millis(80);
const TIMEOUT: Duration = Duration::from_secs(120);

/// The key set cache of a service. It obeys `max-age` and makes no request for an unknown key.
struct Cache {
    browser: Browser,
    kept: tokio::sync::Mutex<Option<(Instant, Duration, JwkSet)>>,
}

impl Cache {
    fn of(gateway: &Gateway) -> Self {
        Self { browser: gateway.browser(), kept: tokio::sync::Mutex::default() }
    }

    /// Whether it has fetched the key set after that time.
    async fn has_fetched_since(&self, time: Instant) -> bool {
        self.kept.lock().await.as_ref().is_some_and(|(asked, ..)| *asked > time)
    }

    async fn verifies(&self, token: &str) -> bool {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_none_or(|(asked, max_age, _)| asked.elapsed() >= *max_age) {
            let asked = Instant::now();
            let answer = self.browser.fetch(JWKS).await;
            let max_age = answer.header("cache-control").strip_prefix("public, max-age=").expect("a max-age").parse();
            let keys = serde_json::from_str(&answer.body).expect("a key set");
            *kept = Some((asked, Duration::from_secs(max_age.expect("seconds")), keys));
        }
        let (_, _, keys) = kept.as_ref().expect("just fetched");
        let Some(key) = keys.find(&kid_of(token)) else { return false };
        let mut rules = Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.validate_aud = false;
        jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).expect("a key"), &rules).is_ok()
    }
}

#[derive(Default)]
struct Seen {
    kids: HashSet<String>,
    issued: usize,
    failed: Vec<String>,
    done: bool,
}

/// JW-08, FI-13: with a verifier that obeys `max-age`, on both replicas.
#[tokio::test]
async fn no_verification_fails_during_key_rotations() {
    let one = Arc::new(Gateway::with(SETTINGS));
    let two = Arc::new(Setup::beside(&one).toml(SETTINGS).start());
    let caches = Arc::new([Cache::of(&one), Cache::of(&two)]);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let began = Instant::now();
    let people: Vec<_> = (0..PEOPLE)
        .map(|person| {
            let replicas = if person % 2 == 0 { [&one, &two] } else { [&two, &one] }.map(Arc::clone);
            tokio::spawn(live(replicas, Arc::clone(&caches), Arc::clone(&seen)))
        })
        .collect();
    let (db, policy) = (pool(&one.database), policy(&[Algorithm::Es256]));
    for rotation in 1..=ROTATIONS {
        keys::rotate(&db, &secrets(), &policy, now()).await.expect("a rotation");
        while lock(&seen).kids.len() <= rotation {
            assert!(began.elapsed() < TIMEOUT, "the new key never signs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // Continue until both caches have fetched the last key set.
    let rotated = Instant::now();
    for cache in &*caches {
        while !cache.has_fetched_since(rotated).await {
            assert!(began.elapsed() < TIMEOUT, "the last key set is not fetched");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    lock(&seen).done = true;
    for person in people {
        person.await.expect("no panic");
    }
    let seen = lock(&seen);
    assert_eq!(seen.failed, Vec::<String>::new(), "of {} tokens", seen.issued);
    assert_eq!(seen.kids.len(), 1 + ROTATIONS);
    println!("{} tokens in {:?}, each verified five times", seen.issued, began.elapsed());
}

/// Requests one token after another from one replica.
async fn live([here, there]: [Arc<Gateway>; 2], caches: Arc<[Cache; 2]>, seen: Arc<Mutex<Seen>>) {
    let browser = here.browser();
    browser.sign_in("alice").await;
    let mut first = None;
    let mut tick = tokio::time::interval(PAUSE);
    while !lock(&seen).done {
        tick.tick().await;
        let answer = browser.post("/session/token").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        let old = first.get_or_insert_with(|| token.clone()).clone();
        let mut failed = Vec::new();
        for (name, cache) in ["one", "two"].into_iter().zip(caches.iter()) {
            for (age, token) in [("a new", &token), ("the first", &old)] {
                if !cache.verifies(token).await {
                    failed.push(format!("the cache of {name} refused {age} token of key {}", kid_of(token)));
                }
            }
        }
        let said = status(&there, &token).await;
        if said != 200 {
            failed.push(format!("the other replica said {said} of key {}", kid_of(&token)));
        }
        let mut seen = lock(&seen);
        seen.kids.insert(kid_of(&token));
        seen.issued += 1;
        seen.failed.append(&mut failed);
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
