use std::collections::BTreeMap;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use serde_json::Value;

use super::*;
use crate::config::{self, Provider};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant")
}

/// A P-256 key: the private key in PEM, and the public key.
fn key() -> (String, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let pkcs8 = pair.to_pkcs8v1().expect("encoded");
    let body = STANDARD.encode(pkcs8.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    (pem, pair.public_key().as_ref().to_vec())
}

fn registration(more: &str) -> Registration {
    let text = format!(
        "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n[providers.op]\n\
         issuer = \"https://op.example\"\nclient_id = \"us:1\"\n{more}\n",
        crate::base::seal::generate_key().expose(),
    );
    let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
    match config.providers.into_iter().next() {
        Some(Provider::Oidc(oidc)) => oidc.registration,
        _ => panic!("an OpenID provider"),
    }
}

fn signing(method: &str, more: &str) -> (Registration, Vec<u8>) {
    let (pem, public) = key();
    let private_key = pem.replace('\n', "\\n");
    let text = format!("token_endpoint_auth_method = \"{method}\"\nprivate_key = \"{private_key}\"\n{more}");
    (registration(&text), public)
}

struct Sent {
    basic: Option<String>,
    form: BTreeMap<String, String>,
}

fn sent(registration: &Registration, secret: Secret) -> Sent {
    let form = [("code".to_owned(), "a b".to_owned())];
    let request = ClientRequest {
        endpoint: "https://op.example/token",
        audience: "https://op.example",
        method: registration.auth_method(&[]),
        form: &form,
    };
    let request = authenticated(registration, &request, secret, now()).expect("a request");
    assert_eq!(request.headers()["content-type"], FORM);
    let basic = request.headers().get("authorization").map(|value| {
        assert!(value.is_sensitive());
        let encoded = value.to_str().expect("text").strip_prefix("Basic ").expect("basic").to_owned();
        String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("text")
    });
    let pairs = url::form_urlencoded::parse(request.body());
    let mut form = BTreeMap::new();
    for (name, value) in pairs {
        assert!(form.insert(name.to_string(), value.into_owned()).is_none(), "{name} occurs twice");
    }
    assert_eq!(form.remove("code").as_deref(), Some("a b"));
    Sent { basic, form }
}

/// Verifies a JWT with the key and returns its header and claims.
fn verified(token: &str, public: &[u8]) -> (Value, Value) {
    let (message, signature) = token.rsplit_once('.').expect("a JWS");
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
    key.verify(message.as_bytes(), &bytes(signature)).expect("signed by the key");
    let (header, claims) = message.split_once('.').expect("two parts");
    let json = |part: &str| serde_json::from_slice(&bytes(part)).expect("JSON");
    (json(header), json(claims))
}

/// RD-20, RD-21
#[test]
fn the_secret_is_sent_by_the_configured_method_only() {
    let secrets = "client_secret = \"s:%+ é/\"\nclient_secret_previous = \"old\"";
    let basic = registration(secrets);
    let shown = sent(&basic, Secret::Current);
    assert_eq!(shown.basic.as_deref(), Some("us%3A1:s%3A%25%2B+%C3%A9%2F"));
    assert!(shown.form.is_empty(), "{:?}", shown.form);
    assert_eq!(sent(&basic, Secret::Previous).basic.as_deref(), Some("us%3A1:old"));
    let post = registration(&format!("token_endpoint_auth_method = \"client_secret_post\"\n{secrets}"));
    let shown = sent(&post, Secret::Current);
    assert_eq!(shown.basic, None);
    assert_eq!((shown.form["client_id"].as_str(), shown.form["client_secret"].as_str()), ("us:1", "s:%+ é/"));
    assert_eq!(sent(&post, Secret::Previous).form["client_secret"], "old");
    let public = sent(&registration("token_endpoint_auth_method = \"none\""), Secret::Current);
    assert_eq!((public.basic, public.form.len(), public.form["client_id"].as_str()), (None, 1, "us:1"));
}

/// RFC 7523 §3: signed, for one audience, short-lived, and with a unique `jti`.
#[test]
fn an_assertion_has_issuer_subject_audience_and_expiry() {
    let (registration, public) = signing("private_key_jwt", "private_key_id = \"k1\"");
    let shown = sent(&registration, Secret::Current);
    assert_eq!((shown.basic, shown.form["client_id"].as_str()), (None, "us:1"));
    assert_eq!(shown.form["client_assertion_type"], ASSERTION_TYPE);
    assert!(!shown.form.contains_key("client_secret"));
    let (header, claims) = verified(&shown.form["client_assertion"], &public);
    assert_eq!(header, json!({"alg": "ES256", "typ": "JWT", "kid": "k1"}));
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["aud"]),
        (&json!("us:1"), &json!("us:1"), &json!("https://op.example"))
    );
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(1_800_000_000), Some(1_800_000_120)));
    let again = sent(&registration, Secret::Current);
    let (_, second) = verified(&again.form["client_assertion"], &public);
    assert_ne!(claims["jti"], second["jti"]);
    assert_eq!(claims["jti"].as_str().map(str::len), Some(43));
}

#[test]
fn client_assertion_audience_overrides_the_default_audience() {
    let (registration, public) =
        signing("private_key_jwt", "client_assertion_audience = \"https://op.example/oauth2/v1/token\"");
    let shown = sent(&registration, Secret::Current);
    let (header, claims) = verified(&shown.form["client_assertion"], &public);
    assert_eq!(claims["aud"], "https://op.example/oauth2/v1/token");
    assert!(header.get("kid").is_none());
}

#[test]
fn the_apple_secret_is_signed_for_each_request() {
    let (registration, public) = signing("apple", "team_id = \"TEAM123456\"\nprivate_key_id = \"KEY1234567\"");
    let shown = sent(&registration, Secret::Current);
    assert_eq!((shown.basic, shown.form["client_id"].as_str(), shown.form.len()), (None, "us:1", 2));
    let (header, claims) = verified(&shown.form["client_secret"], &public);
    assert_eq!(header, json!({"alg": "ES256", "typ": "JWT", "kid": "KEY1234567"}));
    let expected = json!({
        "iss": "TEAM123456", "sub": "us:1", "aud": "https://appleid.apple.com",
        "iat": 1_800_000_000, "exp": 1_800_000_120,
    });
    assert_eq!(claims, expected);
}
