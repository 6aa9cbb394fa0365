//! `GET /account/data`: the user's own data as a file.

use serde_json::{Value, json};

use crate::support::person::{Person, two_providers};
use crate::support::{Answer, Gateway, app};

async fn document(person: &Person) -> Value {
    let answer = person.browser.get("/account/data").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn len(document: &Value, list: &str) -> usize {
    document[list].as_array().unwrap_or_else(|| panic!("{list}: {document}")).len()
}

#[tokio::test]
async fn the_document_has_what_the_gateway_stores_about_the_user() {
    let gateway = app::start();
    let ada = Person::at(&gateway, "op", "ada").await;
    let authorized = ada.browser.get(&app::path(&[])).await;
    app::Tokens::of(&app::redeem(&gateway, &app::code(&authorized), &[]).await);
    Person::at(&gateway, "op", "bob").await;

    let answer = ada.browser.get("/account/data").await;
    let file = "attachment; filename=\"vestibule-data.json\"";
    assert_eq!((answer.status, answer.header("content-disposition")), (200, file));
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
    let found = answer.json();
    assert_eq!((&found["version"], &found["limit"], &found["cut"]), (&json!(1), &json!(1000), &json!([])));
    assert_eq!(found["user"]["sub"], json!(ada.sub().await));
    let counts = ["identities", "sessions", "apps", "audit_events"].map(|list| len(&found, list));
    assert!(counts[..3] == [1, 1, 1] && counts[3] > 0, "{counts:?} {found}");
    let (identity, session, app) = (&found["identities"][0], &found["sessions"][0], &found["apps"][0]);
    assert_eq!((&identity["provider"], &identity["sub"]), (&json!("op"), &json!("ada")));
    assert_eq!(identity["claims"]["sub"], json!("ada"));
    assert_eq!((&session["identity"], &app["session"]), (&identity["id"], &session["id"]));
    assert_eq!((&app["client_id"], &app["name"]), (&json!("spa"), &json!("A page")));
    assert!(!answer.body.contains("bob"), "{}", answer.body);
}

/// The names of all members, at any depth.
fn names(value: &Value, to: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            to.push(name.clone());
            names(value, to);
        }),
        Value::Array(items) => items.iter().for_each(|item| names(item, to)),
        _ => {}
    }
}

/// No column with a secret, a token or a hash is in the document: neither its name nor its value.
#[tokio::test]
async fn the_document_has_no_secrets() {
    let gateway = app::setup().toml("[providers.op]\nstore_tokens = true\n").start();
    let ada = Person::at(&gateway, "op", "ada").await;
    let authorized = ada.browser.get(&app::path(&[])).await;
    app::Tokens::of(&app::redeem(&gateway, &app::code(&authorized), &[]).await);
    assert_eq!(gateway.database.number("SELECT count(*) FROM provider_tokens"), 1);
    let answer = ada.browser.get("/account/data").await;
    let mut members = Vec::new();
    names(&answer.json(), &mut members);
    let secret = |name: &&String| ["token", "hash", "secret", "sealed", "nonce"].iter().any(|word| name.contains(word));
    assert_eq!(members.iter().filter(secret).collect::<Vec<_>>(), Vec::<&String>::new());
    for column in [
        "SELECT encode(sealed, 'hex') FROM provider_tokens",
        "SELECT encode(hash, 'hex') FROM authorization_codes",
        "SELECT encode(upstream_id_token, 'hex') FROM sessions WHERE upstream_id_token IS NOT NULL",
    ] {
        for value in gateway.database.words(column) {
            assert!(!answer.body.contains(&value), "{column}");
        }
    }
    assert!(!answer.body.contains("eyJ"), "a token: {}", answer.body);
}

#[tokio::test]
async fn a_list_of_more_than_a_thousand_is_cut_and_the_document_says_so() {
    let gateway = Gateway::start();
    let ada = Person::at(&gateway, "op", "ada").await;
    let fill = |count: usize| {
        gateway.database.execute(&format!(
            "INSERT INTO audit_events (id, at, kind, user_id)
             SELECT gen_random_uuid(), now() - interval '1 day', 'old', id FROM users, generate_series(1, {count})"
        ));
    };
    let events = len(&document(&ada).await, "audit_events");
    fill(1000 - events);
    let whole = document(&ada).await;
    assert_eq!((len(&whole, "audit_events"), &whole["cut"]), (1000, &json!([])));
    fill(1);
    let cut = document(&ada).await;
    assert_eq!((len(&cut, "audit_events"), &cut["cut"]), (1000, &json!(["audit_events"])));
    assert_ne!(cut["audit_events"][0]["kind"], json!("old"), "the newest events stay");
}

/// An access token does not open it, nor does a page of another site get it.
#[tokio::test]
async fn only_the_session_cookie_opens_it() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let token = ada.browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
    let unknown = gateway.browser();
    let bearer = |answer: Answer| (answer.status, answer.problem().1);
    let ask = unknown.ask("GET", "/account/data").for_json().header("authorization", &format!("Bearer {token}"));
    assert_eq!(bearer(ask.send().await), (401, "no_session".into()));
    assert_eq!(unknown.get("/account/data").await.location(), "/login?return_to=/account");
    let other_site = ada.browser.ask("GET", "/account/data").header("origin", "https://evil.example").send().await;
    assert_eq!(other_site.header("access-control-allow-origin"), "");
}
