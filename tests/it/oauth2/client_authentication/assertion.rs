//! `private_key_jwt` (RFC 7523).

use std::path::PathBuf;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::app::{Tokens, error, post, setup};
use crate::support::{Answer, Gateway, Setup};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An Ed25519 key pair: the private key, and the public key in PEM.
fn key_pair() -> (EncodingKey, String) {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    let public = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
    // The head of a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4).
    let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let der = [&head[..], public.public_key().as_ref()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
    (EncodingKey::from_ed_der(pkcs8.as_ref()), pem)
}

struct SignerSetup {
    gateway: Gateway,
    key: EncodingKey,
    toml: String,
    file: PathBuf,
}

impl Drop for SignerSetup {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.file);
    }
}

impl SignerSetup {
    fn start() -> Self {
        let (key, pem) = key_pair();
        let file = std::env::temp_dir().join(format!("{}.pem", uuid::Uuid::new_v4()));
        std::fs::write(&file, pem).expect("written");
        let client = |id: &str| {
            let (of, key) = ("type = 'confidential'\ngrants = ['client_credentials']", file.display());
            format!("[clients.{id}]\n{of}\npublic_key_file = '{key}'\n")
        };
        let toml = format!("{}{}", client("signer"), client("twin"));
        Self { gateway: setup().toml(&toml).start(), key, toml, file }
    }

    /// The claims of a valid assertion.
    fn claims(&self, jti: &str) -> Value {
        let now = self.gateway.clock.now().timestamp();
        let (issuer, id) = (&self.gateway.public_url, "signer");
        json!({ "iss": id, "sub": id, "aud": issuer, "iat": now, "exp": now + 60, "jti": jti })
    }

    fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &self.key).expect("a JWT")
    }

    async fn show(&self, assertion: &str) -> Answer {
        ask(&self.gateway, assertion).await
    }
}

async fn ask(gateway: &Gateway, assertion: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", assertion)];
    post(gateway, "/oauth2/token", &form).await
}

fn refused() -> (u16, String) {
    (401, "invalid_client".into())
}

/// TK-21, RC-09: on any replica.
#[tokio::test]
async fn a_repeated_assertion_is_refused() {
    let setup = SignerSetup::start();
    let second = Setup::beside(&setup.gateway).toml(&setup.toml).start();
    let assertion = setup.sign(&setup.claims("one"));
    let tokens = Tokens::of(&setup.show(&assertion).await);
    assert_eq!(tokens.claims()["sub"], "signer");
    assert_eq!(error(&setup.show(&assertion).await), refused());
    assert_eq!(error(&ask(&second, &assertion).await), refused());
    let other = setup.sign(&setup.claims("two"));
    Tokens::of(&ask(&second, &other).await);
}

/// TK-21: alone or in a list.
#[tokio::test]
async fn the_issuer_and_the_endpoint_are_accepted_audiences() {
    let setup = SignerSetup::start();
    let token_endpoint = format!("{}/oauth2/token", setup.gateway.public_url);
    for (number, audience) in [json!(token_endpoint), json!([setup.gateway.public_url, "x"])].into_iter().enumerate() {
        let mut claims = setup.claims(&number.to_string());
        claims["aud"] = audience;
        Tokens::of(&setup.show(&setup.sign(&claims)).await);
    }
}

/// TK-21
#[tokio::test]
async fn invalid_assertions_are_refused() {
    let setup = SignerSetup::start();
    let now = setup.gateway.clock.now().timestamp();
    for (name, value) in [
        ("aud", json!("https://evil.example")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("iss", json!("twin")),
        ("sub", json!("twin")),
        ("sub", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!(now + 7200)),
        ("exp", Value::Null),
        ("iat", json!(now + 120)),
        ("nbf", json!(now + 120)),
        ("jti", Value::Null),
        ("jti", json!("")),
    ] {
        let mut claims = setup.claims("bad");
        claims[name] = value.clone();
        assert_eq!(error(&setup.show(&setup.sign(&claims)).await), refused(), "{name} {value}");
    }
    let (unrelated, _) = key_pair();
    let claims = setup.claims("unrelated");
    let forged = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &unrelated).expect("a JWT");
    assert_eq!(error(&setup.show(&forged).await), refused());
    let hmac = EncodingKey::from_secret(b"x");
    let forged = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &hmac).expect("a JWT");
    assert_eq!(error(&setup.show(&forged).await), refused());
    Tokens::of(&setup.show(&setup.sign(&setup.claims("good"))).await);
    for junk in ["x", "x.y.z", &"x".repeat(20_000)] {
        assert_eq!(error(&setup.show(junk).await), refused(), "{junk}");
    }
    let typeless = [("grant_type", "client_credentials"), ("client_assertion", claims["jti"].as_str().expect("text"))];
    assert_eq!(error(&post(&setup.gateway, "/oauth2/token", &typeless).await), refused());
}
