//! `private_key_jwt` (RFC 7523).

use std::path::PathBuf;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::app::{Tokens, error, post, setup};
use crate::support::{Answer, Gateway, LogCapture, Setup};

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
    /// The `client_id`, which no other test has: all tests share the log.
    id: String,
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
        Self::restricted("")
    }

    /// With further lines for both clients.
    fn restricted(lines: &str) -> Self {
        let (key, pem) = key_pair();
        let file = std::env::temp_dir().join(format!("{}.pem", uuid::Uuid::new_v4()));
        std::fs::write(&file, pem).expect("written");
        let client = |id: &str| {
            let (of, key) = ("type = 'confidential'\ngrants = ['client_credentials']", file.display());
            format!("[clients.{id}]\n{of}\npublic_key_file = '{key}'\n{lines}")
        };
        let id = format!("signer-{}", uuid::Uuid::new_v4());
        let toml = format!("{}{}", client(&id), client("twin"));
        Self { gateway: setup().toml(&toml).start(), id, key, toml, file }
    }

    /// The claims of a valid assertion.
    fn claims(&self, jti: &str) -> Value {
        let now = self.gateway.clock.now().timestamp();
        let (issuer, id) = (&self.gateway.public_url, &self.id);
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
    (400, "invalid_client".into())
}

/// TK-21, RC-09: on any replica.
#[tokio::test]
async fn a_repeated_assertion_is_refused() {
    let setup = SignerSetup::start();
    let second = Setup::beside(&setup.gateway).toml(&setup.toml).start();
    let assertion = setup.sign(&setup.claims("one"));
    let tokens = Tokens::of(&setup.show(&assertion).await);
    assert_eq!(tokens.claims()["sub"], setup.id.as_str());
    assert_eq!(error(&setup.show(&assertion).await), refused());
    assert_eq!(error(&ask(&second, &assertion).await), refused());
    let other = setup.sign(&setup.claims("two"));
    Tokens::of(&ask(&second, &other).await);
}

/// TK-21: alone or in a list, at the endpoint that is called. The log says once for each client that it names an endpoint.
#[tokio::test]
async fn the_issuer_and_the_endpoints_are_accepted_audiences() {
    let (log, setup) = (LogCapture::start(), SignerSetup::start());
    let url = |path: &str| format!("{}{path}", setup.gateway.public_url);
    let (issuer, token, introspect) = (url(""), url("/oauth2/token"), url("/oauth2/introspect"));
    let assertion = |audience: &Value| {
        let mut claims = setup.claims(&uuid::Uuid::new_v4().to_string());
        claims["aud"] = audience.clone();
        setup.sign(&claims)
    };
    let is_note = |line: &&str| line.contains("assertion_names_endpoint") && line.contains(&setup.id);
    let noted = || log.text().lines().filter(is_note).count();
    Tokens::of(&setup.show(&assertion(&json!(issuer))).await);
    assert_eq!(noted(), 0);
    for audience in [json!(token), json!([issuer, token]), json!([issuer])] {
        Tokens::of(&setup.show(&assertion(&audience)).await);
        assert_eq!(noted(), 1);
    }
    let at_introspection = async |audience: Value| {
        let form = [("token", "x"), ("client_assertion_type", TYPE), ("client_assertion", &assertion(&audience))];
        post(&setup.gateway, "/oauth2/introspect", &form).await.status
    };
    for (audience, status) in [(json!(introspect), 200), (json!(token), 200), (json!(url("/oauth2/revoke")), 400)] {
        assert_eq!(at_introspection(audience.clone()).await, status, "{audience}");
    }
    for audience in [json!([issuer, "x"]), json!([token, introspect]), json!(introspect)] {
        assert_eq!(error(&setup.show(&assertion(&audience)).await), refused(), "{audience}");
    }
    setup.gateway.hand.advance(chrono::TimeDelta::hours(2));
    Tokens::of(&setup.show(&assertion(&json!(token))).await);
    assert_eq!(noted(), 1);
}

/// TK-21, as Spring Security, Quarkus and Keycloak send it: the token endpoint as one text, with and without `kid` and `typ`.
#[tokio::test]
async fn an_assertion_for_the_token_endpoint_needs_no_typ() {
    let setup = SignerSetup::start();
    let mut bare = Header::new(Algorithm::EdDSA);
    bare.typ = None;
    let with_kid = Header { kid: Some("k1".to_owned()), ..bare.clone() };
    for (jti, header) in [("bare", bare), ("kid", with_kid), ("typ", Header::new(Algorithm::EdDSA))] {
        let mut claims = setup.claims(jti);
        claims["aud"] = json!(format!("{}/oauth2/token", setup.gateway.public_url));
        let assertion = jsonwebtoken::encode(&header, &claims, &setup.key).expect("a JWT");
        Tokens::of(&setup.show(&assertion).await);
    }
}

/// RFC 7523bis, FAPI 2.0: `assertion_audience = "issuer"`.
#[tokio::test]
async fn a_client_can_be_restricted_to_the_issuer_as_audience() {
    let setup = SignerSetup::restricted("assertion_audience = 'issuer'\n");
    let (issuer, token) = (setup.gateway.public_url.clone(), format!("{}/oauth2/token", setup.gateway.public_url));
    for audience in [json!(token), json!([issuer]), json!([issuer, token]), json!("x")] {
        let mut claims = setup.claims("bad");
        claims["aud"] = audience.clone();
        assert_eq!(error(&setup.show(&setup.sign(&claims)).await), refused(), "{audience}");
    }
    Tokens::of(&setup.show(&setup.sign(&setup.claims("good"))).await);
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
