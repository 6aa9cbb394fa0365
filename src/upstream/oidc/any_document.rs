//! Property tests: documents and responses of a provider with any content.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::relying_party::tests::config;
use super::{discovery, id_token};
use crate::base::jws::{Jws, JwsAlgorithm, KeySet};
use crate::upstream::client_response::ClientResponse;
use crate::upstream::sent::Sent;
use crate::upstream::token_response::{self, TokenType};
use crate::upstream::{claims, profile};

const ISSUER: &str = "https://op.example";

/// Names of members that the readers know.
const KNOWN: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "keys",
    "kty",
    "kid",
    "alg",
    "use",
    "n",
    "e",
    "x",
    "y",
    "crv",
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "error",
    "id_token",
    "sub",
    "email",
    "email_verified",
    "groups",
    "amr",
    "acr",
    "name",
    "picture",
];

/// One of these names, or another one.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(KNOWN).prop_map(str::to_owned), "[a-z_]{1,12}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".{0,40}",
        "[A-Za-z0-9_-]{0,90}",
        proptest::sample::select(
            &["RS256", "RSA", "EC", "P-256", "AQAB", "Bearer", "https://op.example/x", ISSUER][..]
        )
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let object = hash_map(name(), inner.clone(), 0..8).prop_map(|members| members.into_iter().collect());
        prop_oneof![vec(inner, 0..8).prop_map(Value::from), object.prop_map(Value::Object)]
    })
}

fn changed(mut document: Value, changes: Vec<(String, Value)>) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.extend(changes);
    }
    document
}

fn some_changes() -> impl Strategy<Value = Vec<(String, Value)>> {
    vec((name(), any_json()), 0..4)
}

proptest! {
    /// FZ-02: what is accepted has the configured issuer and endpoints with TLS.
    #[test]
    fn a_discovery_document_may_have_any_content(changes in some_changes(), whole in any_json()) {
        let document = json!({
            "issuer": ISSUER, "authorization_endpoint": "https://op.example/a", "token_endpoint": "https://op.example/t",
            "jwks_uri": "https://op.example/k",
        });
        for document in [changed(document, changes), whole] {
            if let Ok(metadata) = discovery::read(&document, &config(ISSUER)) {
                prop_assert_eq!(metadata.issuer.as_str(), ISSUER);
                prop_assert!(metadata.jwks_uri.is_some_and(|url| url.scheme() == "https"));
            }
        }
    }

    /// FZ-02: what is accepted can be searched.
    #[test]
    fn a_key_set_may_have_any_content(changes in some_changes(), whole in any_json(), kid in ".{0,8}") {
        let key = json!({ "kty": "EC", "crv": "P-256", "kid": "k",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" });
        let unchanged = KeySet::read(&json!({ "keys": [key] }));
        prop_assert!(unchanged.is_ok());
        for document in [json!({ "keys": [changed(key, changes)] }), json!({ "keys": whole }), whole] {
            if let Ok(keys) = KeySet::read(&document) {
                for algorithm in JwsAlgorithm::asymmetric() {
                    for header in [json!({ "alg": algorithm.name(), "kid": kid }), json!({ "alg": algorithm.name() })] {
                        let token = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header.to_string()));
                        let jws = Jws::read(&token, &id_token::FORM).expect("a token");
                        prop_assert!(keys.verify(&jws, &[]).is_err() && keys.verify(&jws, &[ISSUER]).is_err());
                    }
                }
            }
        }
    }

    /// FZ-02: what is accepted has an access token.
    #[test]
    fn a_token_response_may_have_any_content(
        changes in some_changes(), whole in any_json(), bytes in vec(any::<u8>(), 0..64), status in 200_u16..600, form: bool,
    ) {
        let media_type = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        let response = json!({ "access_token": "t", "token_type": "Bearer" });
        for body in [changed(response, changes).to_string().into_bytes(), whole.to_string().into_bytes(), bytes] {
            let answer = http::Response::builder().status(status).header("content-type", media_type).body(body);
            let answer = ClientResponse::new(answer.expect("a response"), Sent::default(), String::new());
            if let Ok(normalized) = token_response::normalize(&answer, TokenType::Required) {
                let body: Value = serde_json::from_slice(normalized.body()).expect("JSON");
                prop_assert!(body["access_token"].as_str().is_some_and(|token| !token.is_empty()), "{}", body);
                prop_assert!((200..300).contains(&status));
            }
        }
    }

    /// FZ-02: what is read from claims is bounded.
    #[test]
    fn claims_may_have_any_content(changes in some_changes(), sub in ".{0,300}") {
        let of_token = Map::from_iter([("sub".to_owned(), json!(sub))]);
        let userinfo: Map<String, Value> = changes.into_iter().collect();
        let merged = Value::Object(claims::merge(of_token, Some(userinfo)));
        let (read, _) = profile::read(&config(ISSUER).registration, &[&merged]);
        let texts = [&read.email, &read.name, &read.preferred_username, &read.picture];
        prop_assert!(texts.into_iter().flatten().all(|text| text.len() <= 2048 && !text.contains(char::is_control)));
    }
}
