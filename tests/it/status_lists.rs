//! `GET /status-lists/{n}` (draft-ietf-oauth-status-list-21).

use chrono::TimeDelta;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::revocation::person::{Person, bits, claims};
use crate::support::{Gateway, wait_until};

const PATH: &str = "/status-lists/0";

/// §5.1, §6.2
#[tokio::test]
async fn the_list_is_signed_and_access_tokens_name_their_index() {
    let gateway = Gateway::start();
    let person = Person::sign_in(&gateway, "alice").await;
    let answer = gateway.browser().fetch(PATH).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/statuslist+jwt"));
    assert_eq!(answer.header("cache-control"), "public, no-cache");
    assert_eq!(answer.header("access-control-allow-origin"), "*");

    let header = jsonwebtoken::decode_header(&answer.body).expect("a header");
    assert_eq!(header.typ.as_deref(), Some("statuslist+jwt"));
    let keys: JwkSet =
        serde_json::from_str(&gateway.browser().fetch("/.well-known/jwks.json").await.body).expect("keys");
    let key = keys.find(header.kid.as_deref().expect("a kid")).expect("published");
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_required_spec_claims(&["iss", "sub", "exp"]);
    rules.set_issuer(&[&gateway.public_url]);
    let key = DecodingKey::from_jwk(key).expect("a key");
    let list = jsonwebtoken::decode::<Value>(&answer.body, &key, &rules).expect("a good signature").claims;

    let (uri, idx) = person.place();
    assert_eq!(uri, format!("{}{PATH}", gateway.public_url));
    assert_eq!(list["sub"], uri);
    assert_eq!((list["ttl"].as_u64(), list["status_list"]["bits"].as_u64()), (Some(30), Some(1)));
    assert_eq!(list["exp"].as_i64().expect("exp") - list["iat"].as_i64().expect("iat"), 90);
    assert_eq!(bits(&answer.body).len(), (1 << 20) / 8);
    assert!(answer.body.len() < 1000, "{}", answer.body.len());
    let index = format!("SELECT status_index FROM sessions WHERE id = '{}'", person.sid);
    assert_eq!(gateway.database.number(&index), i64::try_from(idx).expect("small"));
}

/// An index is never assigned twice.
#[tokio::test]
async fn a_full_list_is_followed_by_the_next() {
    let gateway = Gateway::start();
    gateway.database.execute("ALTER TABLE sessions ALTER COLUMN status_index RESTART WITH 1048575");
    let (last, first) = (Person::sign_in(&gateway, "alice").await, Person::sign_in(&gateway, "bob").await);
    assert_eq!(last.place(), (format!("{}/status-lists/0", gateway.public_url), 1_048_575));
    assert_eq!(first.place(), (format!("{}/status-lists/1", gateway.public_url), 0));
    gateway.database.execute(&first.revoke_on_the_feed(&gateway));
    wait_until("the session is listed", async || first.is_listed(&gateway).await).await;
    assert!(!last.is_listed(&gateway).await);
}

#[tokio::test]
async fn only_lists_with_assigned_indexes_exist() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for there in ["0", "1"] {
        assert_eq!(browser.fetch(&format!("/status-lists/{there}")).await.status, 200, "{there}");
    }
    for nowhere in ["2", "99999999999999999999999", "18446744073709551615", "-1", "00", "+0", "x", "0x0", "%30%00"] {
        let answer = browser.fetch(&format!("/status-lists/{nowhere}")).await;
        assert_eq!(answer.problem(), (404, "not_found".into()), "{nowhere}");
    }
    assert_eq!(browser.post(PATH).await.status, 405);
}

/// RFC 9110 §13.1.2
#[tokio::test]
async fn a_list_is_cached_until_a_change_or_its_ttl() {
    let gateway = Gateway::start();
    let (browser, person) = (gateway.browser(), Person::sign_in(&gateway, "alice").await);
    let first = browser.fetch(PATH).await;
    let etag = first.header("etag").to_owned();
    let again = browser.fetch(PATH).await;
    assert_eq!((&again.body, again.header("etag")), (&first.body, etag.as_str()));
    for known in [etag.clone(), format!("\"x\", W/{etag}"), "*".into()] {
        let answer = browser.ask("GET", PATH).header("if-none-match", &known).send().await;
        assert_eq!((answer.status, answer.body.as_str(), answer.header("etag")), (304, "", etag.as_str()));
        assert_eq!(answer.header("cache-control"), "public, no-cache");
    }
    let other = browser.ask("GET", PATH).header("if-none-match", "\"x\"").send().await;
    assert_eq!((other.status, &other.body), (200, &first.body));

    gateway.database.execute(&person.revoke_on_the_feed(&gateway));
    wait_until("the session is listed", async || person.is_listed(&gateway).await).await;
    let changed = browser.ask("GET", PATH).header("if-none-match", &etag).send().await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), etag);

    gateway.hand.advance(TimeDelta::seconds(31));
    let renewed = browser.fetch(PATH).await;
    assert_eq!(bits(&renewed.body), bits(&changed.body));
    let iat = |token: &str| claims(token)["iat"].as_i64().expect("a time");
    assert!(iat(&renewed.body) >= iat(&changed.body) + 31);
}

/// The last list has all revocations.
#[tokio::test]
async fn many_revocations_build_the_list_once_a_second() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let began = std::time::Instant::now();
    let (mut people, mut tags) = (Vec::new(), std::collections::HashSet::new());
    for number in 0..20 {
        let person = Person::sign_in(&gateway, &format!("p{number}")).await;
        gateway.database.execute(&person.revoke_on_the_feed(&gateway));
        tags.insert(browser.fetch(PATH).await.header("etag").to_owned());
        people.push(person);
    }
    let seconds = usize::try_from(began.elapsed().as_secs()).expect("few");
    assert!(tags.len() <= seconds + 2, "{} lists in {seconds} s", tags.len());
    for person in &people {
        wait_until("every session is listed", async || person.is_listed(&gateway).await).await;
    }
}
