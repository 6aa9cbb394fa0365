//! Access tokens verified by services: by npm `jose` and by `PyJWT`, with our JWKS (RFC 9068 §4).

use std::process::Command;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use crate::gateway::Ended;
use crate::peer::{self, node, python};
use crate::setup::Setup;
use crate::visitor::Visitor;

/// The name of a verifier, its interpreter, and its script.
type Verifier = (&'static str, fn(&str) -> Command, &'static str);

const VERIFIERS: [Verifier; 2] = [("jose", node, "verify.mjs"), ("PyJWT", python, "verify.py")];

/// The results of each verifier for a token.
fn verdicts(setup: &Setup, token: &str, issuer: &str, audience: &str) -> Vec<(&'static str, Ended)> {
    let verify = |(name, program, script): Verifier| {
        let mut command = program(script);
        command.args([&setup.at("/.well-known/jwks.json"), issuer, audience]);
        (name, peer::run(&mut command, token))
    };
    VERIFIERS.map(verify).into()
}

fn refused(setup: &Setup, case: &str, token: &str) {
    let issuer = setup.gateway.public();
    refused_for(setup, case, token, &issuer, &issuer);
}

fn refused_for(setup: &Setup, case: &str, token: &str, issuer: &str, audience: &str) {
    for (name, verdict) in verdicts(setup, token, issuer, audience) {
        assert_eq!(verdict.code, Some(1), "{name}, {case}: {}{}", verdict.stdout, verdict.stderr);
        assert!(!verdict.stderr.contains("Traceback"), "{name}, {case}: {}", verdict.stderr);
    }
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&B64.decode(part).expect("base64url")).expect("JSON")
}

fn encoded(value: &Value) -> String {
    B64.encode(value.to_string())
}

/// IO-08: with each algorithm.
#[tokio::test]
async fn services_verify_our_token_in_node_and_in_python() {
    for algorithms in ["ES256,RS256", "RS256", "EdDSA,RS256"] {
        let setup = Setup::with(|settings| settings.with("signing.algorithms", algorithms));
        let answer = setup.exchange(&Visitor::new()).await;
        let (token, issuer) = (answer["api"]["access"].as_str().expect("a token"), setup.gateway.public());
        for (name, verdict) in verdicts(&setup, token, &issuer, &issuer) {
            assert_eq!(verdict.code, Some(0), "{name}, {algorithms}: {}", verdict.stderr);
            let read: Value = serde_json::from_str(&verdict.stdout).expect("JSON");
            assert!(algorithms.starts_with(read["header"]["alg"].as_str().expect("an alg")), "{name}: {read}");
            assert_eq!(read["claims"]["sub"], answer["user"]["sub"], "{name}");
            assert_eq!(read["claims"]["client_id"], "vestibule", "{name}");
            let now = read["claims"]["iat"].as_i64().expect("a time");
            assert_eq!(read["claims"]["exp"], now + 300, "{name}");
        }
    }
}

/// IO-08
#[tokio::test]
async fn services_refuse_every_other_token() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    let issuer = setup.gateway.public();
    let token = setup.exchange(&ada).await["api"]["access"].as_str().expect("a token").to_owned();
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("no JWT: {token}") };

    refused_for(&setup, "another audience", &token, &issuer, "https://elsewhere.example.com");
    refused_for(&setup, "another issuer", &token, "https://elsewhere.example.com", &issuer);
    let mut someone_else = decoded(claims);
    someone_else["sub"] = json!("019e0000-0000-7000-8000-000000000000");
    refused(&setup, "other claims", &format!("{header}.{}.{signature}", encoded(&someone_else)));
    let mut bent = B64.decode(signature).expect("base64url");
    bent[5] ^= 1;
    refused(&setup, "a bent signature", &format!("{header}.{claims}.{}", B64.encode(bent)));
    refused(&setup, "no signature", &format!("{header}.{claims}."));
    let mut unsigned = decoded(header);
    unsigned["alg"] = json!("none");
    refused(&setup, "alg none", &format!("{}.{claims}.", encoded(&unsigned)));

    // The public key as the secret of an HMAC.
    let jwks = ada.get(setup.at("/.well-known/jwks.json")).await;
    let mut confused = decoded(header);
    confused["alg"] = json!("HS256");
    let signed = format!("{}.{claims}", encoded(&confused));
    let keys = jwks.json()["keys"].as_array().expect("keys").clone();
    let public = keys.iter().find(|key| key["kid"] == confused["kid"]).expect("the key");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.to_string().as_bytes()), signed.as_bytes());
    refused(&setup, "alg HS256", &format!("{signed}.{}", B64.encode(tag.as_ref())));

    let (_, id_token) = setup.wire.responses().split_once("\"id_token\":\"").map(owned).expect("an ID token");
    refused(&setup, "the provider's ID token", id_token.split('"').next().expect("a token"));
    let other = Setup::new().exchange(&Visitor::new()).await;
    refused(&setup, "another gateway's token", other["api"]["access"].as_str().expect("a token"));
}

fn owned(parts: (&str, &str)) -> (String, String) {
    (parts.0.to_owned(), parts.1.to_owned())
}

/// IO-08: a token with a lifetime of one second.
#[tokio::test]
async fn services_refuse_a_token_that_has_expired() {
    let setup = Setup::with(|settings| settings.with("tokens.access_lifetime", "1s"));
    let token = setup.exchange(&Visitor::new()).await["api"]["access"].as_str().expect("a token").to_owned();
    let (issuer, started) = (setup.gateway.public(), Instant::now());
    let is_expired = |verdict: &Ended| verdict.code == Some(1) && verdict.stderr.to_lowercase().contains("exp");
    while !verdicts(&setup, &token, &issuer, &issuer).iter().all(|(_, verdict)| is_expired(verdict)) {
        assert!(started.elapsed() < Duration::from_secs(20), "a token that is good for a second stays good");
    }
}
