//! Tests with real signatures.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair};
use aws_lc_rs::{hmac, rsa};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::json;

use super::*;
use crate::base::jws::Form;

const FORM: Form = Form { types: &["jwt"], max_bytes: 64 * 1024, droppable: None };

static RSA: LazyLock<[RsaKeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| RsaKeyPair::generate(rsa::KeySize::Rsa2048).expect("a key")));
static ED: LazyLock<Vec<Ed25519KeyPair>> =
    LazyLock::new(|| (0..10).map(|_| Ed25519KeyPair::generate().expect("a key")).collect());

/// A token with a valid signature of an RSA key of 1024 bits, and the modulus of that key.
const WEAKLY_SIGNED: &str = concat!(
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJzdWIiOiJhZGEifQ.",
    "CarJNih9hyHFi-zUXdRYj4Bs4NODN-ZagvX9k7QMt-2-iq1Idomgqn3qZ0QjzH1lX2k9BwRmZu1Do3grrIP9VQ",
    "tG-9Tg7RdL8m-ol0WLOmXB5LWA9j-nUeVu4Je5Srto0Un7BrFfIM8xfIVbfPbPymR1khzm50OJQlhSzovwLEY"
);
const WEAK_MODULUS: &str = concat!(
    "xztdyc8RZ5QQdhmQHxlu0a30ECxYSS6TXNtOWiVTpXhMfaKj1qBiLduNb1cXC_JLNvixYYFUXXImxiPff1FQWy",
    "2dFtPsOfMw2QXBsSXoIDOL-3Oj3mg43prlY8gw11FkI4YFsWQdZGKprTKaDzNz1vmWSKEIkbIvVGe4oWKv02E"
);

fn named(mut jwk: Value, kid: Option<&str>) -> Value {
    if let Some(kid) = kid {
        jwk["kid"] = json!(kid);
    }
    jwk
}

/// The JWK of an RSA key.
fn rsa(key: usize, kid: Option<&str>) -> Value {
    let (n, e) = (RSA[key].public_key().modulus(), RSA[key].public_key().exponent());
    let [n, e] = [n, e].map(|part| B64.encode(part.big_endian_without_leading_zero()));
    named(json!({"kty": "RSA", "use": "sig", "n": n, "e": e}), kid)
}

/// The JWK of an Ed25519 key.
fn ed(key: usize, kid: Option<&str>) -> Value {
    named(json!({"kty": "OKP", "crv": "Ed25519", "x": B64.encode(ED[key].public_key().as_ref())}), kid)
}

fn header(alg: &str, kid: Option<&str>) -> Value {
    named(json!({ "alg": alg }), kid)
}

/// A token that this RSA key signed.
fn by_rsa(key: usize, alg: &str, kid: Option<&str>) -> String {
    let input = format!("{}.e30", B64.encode(header(alg, kid).to_string()));
    let encoding: &'static dyn RsaEncoding = if alg == "PS512" { &RSA_PSS_SHA512 } else { &RSA_PKCS1_SHA256 };
    let mut made = vec![0; RSA[key].public_modulus_len()];
    RSA[key].sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut made).expect("signed");
    format!("{input}.{}", B64.encode(made))
}

/// A token that this Ed25519 key signed.
fn by_ed(key: usize, alg: &str, kid: Option<&str>) -> String {
    let input = format!("{}.e30", B64.encode(header(alg, kid).to_string()));
    format!("{input}.{}", B64.encode(ED[key].sign(input.as_bytes())))
}

fn set(keys: &[Value]) -> KeySet {
    KeySet::read(&json!({ "keys": keys })).expect("a key")
}

fn verified(keys: &[Value], token: &str) -> Result<(), Unverified> {
    set(keys).verify(&Jws::read(token, &FORM).expect("a token"), &[])
}

/// RT-21, RT-22: the keys with the name of the token, else those without a name, equal ones once.
#[test]
fn candidates_have_the_name_of_the_token_or_none() {
    let (a, b) = (Some("a"), Some("b"));
    let mut without_alg = rsa(0, a);
    without_alg["alg"] = json!("RS256");
    let twice = vec![rsa(0, a), without_alg];
    let no_key = Err(Unverified::NoKey);
    for (case, keys, token, expected) in [
        ("by its name", vec![rsa(0, a), rsa(1, b)], by_rsa(0, "RS256", a), Ok(())),
        ("another name", vec![rsa(0, a)], by_rsa(0, "RS256", b), no_key.clone()),
        ("a key without a name", vec![rsa(0, None)], by_rsa(0, "RS256", a), Ok(())),
        ("several keys without a name", vec![rsa(1, None), rsa(0, None)], by_rsa(0, "RS256", a), Ok(())),
        ("the named ones first", vec![rsa(0, None), rsa(1, a)], by_rsa(0, "RS256", a), Err(Unverified::WrongSignature)),
        ("the same key twice", twice, by_rsa(0, "RS256", a), Ok(())),
        ("two keys of one name", vec![rsa(1, a), rsa(0, a)], by_rsa(0, "RS256", a), Ok(())),
        ("two keys of one name and another type", vec![ed(0, a), rsa(0, a)], by_rsa(0, "RS256", a), Ok(())),
        ("no name, the only key", vec![rsa(0, a), ed(0, b)], by_rsa(0, "RS256", None), Ok(())),
        ("no name, the same key twice", vec![rsa(0, a), rsa(0, b)], by_rsa(0, "RS256", None), Ok(())),
        ("no name, keys without one", vec![rsa(1, None), rsa(0, None)], by_rsa(0, "RS256", None), Ok(())),
        ("no name, several keys", vec![rsa(0, a), rsa(1, b)], by_rsa(0, "RS256", None), Err(Unverified::Ambiguous)),
        ("a new key of the same name", vec![rsa(1, a)], by_rsa(0, "RS256", a), Err(Unverified::WrongSignature)),
    ] {
        assert_eq!(verified(&keys, &token), expected, "{case}");
    }
}

/// At most eight keys are tried, so a key set of any size costs a bounded time.
#[test]
fn at_most_eight_keys_are_tried() {
    for (place, expected) in [(0, Ok(())), (7, Ok(())), (8, Err(Unverified::TooManyKeys))] {
        for kid in [None, Some("a")] {
            let mut keys: Vec<_> = (1..10).map(|key| ed(key, kid)).collect();
            keys.insert(place, ed(0, kid));
            // Equal keys count once.
            keys.insert(0, keys[0].clone());
            assert_eq!(verified(&keys, &by_ed(0, "EdDSA", kid)), expected, "{place} {kid:?}");
        }
    }
}

#[test]
fn both_names_of_ed25519_are_one_algorithm() {
    for (of_key, of_token) in [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA"), ("Ed25519", "Ed25519")] {
        let mut key = ed(0, Some("a"));
        key["alg"] = json!(of_key);
        assert_eq!(verified(&[key], &by_ed(0, of_token, Some("a"))), Ok(()), "{of_key} {of_token}");
    }
    let token = format!("{}.e30.AA", B64.encode(r#"{"alg":"Ed448"}"#));
    let refused = Jws::read(&token, &FORM).err().expect("refused").to_string();
    assert_eq!(refused, "is signed with Ed448, which Vestibule does not verify");
}

/// An unusable key is named, and is not a candidate beside a usable one.
#[test]
fn an_unusable_key_is_named() {
    let with = |mut jwk: Value, name: &str, value: &str| {
        jwk[name] = json!(value);
        jwk
    };
    let (a, weak) = (Some("a"), json!({"kty": "RSA", "kid": "a", "n": WEAK_MODULUS, "e": "AQAB"}));
    let (rs256, eddsa) = (by_rsa(0, "RS256", a), by_ed(0, "EdDSA", a));
    for (key, token, reported) in [
        (weak.clone(), WEAKLY_SIGNED.to_owned(), "less than 2048 bits"),
        (with(rsa(0, a), "use", "enc"), rs256.clone(), "not for signatures (use)"),
        (with(rsa(0, a), "alg", "RSA-OAEP"), rs256.clone(), "not supported: RSA-OAEP"),
        (with(rsa(0, a), "alg", "PS512"), rs256.clone(), "it is for PS512 only"),
        (with(rsa(0, a), "n", "+"), rs256.clone(), "damaged (n)"),
        (with(ed(0, a), "crv", "Ed448"), eddsa.clone(), "not supported: Ed448"),
        (with(ed(0, a), "x", "AA"), eddsa, "damaged (x)"),
        (rsa(0, a), by_ed(0, "EdDSA", a), "it is for RS256, RS384, RS512, PS256, PS384, PS512 only"),
    ] {
        let refused = verified(&[key, ed(1, Some("z"))], &token).expect_err("refused").to_string();
        assert!(refused.contains("cannot be used") && refused.contains(reported), "{refused}");
    }
    assert_eq!(verified(&[weak, rsa(0, a)], &rs256), Ok(()));
    assert_eq!(verified(&[with(rsa(0, a), "alg", "PS512")], &by_rsa(0, "PS512", a)), Ok(()));
}

#[test]
fn unusable_keys_are_skipped_and_a_set_without_usable_keys_is_an_error() {
    let encrypting = json!({"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"});
    let secret = json!({"kty": "oct", "kid": "k", "k": "AQAB"});
    let unread = named(json!({"kty": "RSA"}), None);
    let odd = json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"});
    let bad = vec![encrypting, secret, unread, odd, json!(null), json!("key"), json!({"kid": 7})];
    let refused = |document: Value| KeySet::read(&document).err().expect("refused");
    assert!(refused(json!({ "keys": bad })).contains("no usable key: of the first one, it is not for signatures"));
    for by_secret in [json!({"keys": []}), json!({"keys": null}), json!({}), json!([])] {
        assert!(refused(by_secret.clone()).contains("signing_algorithms = [\"HS256\"]"), "{by_secret}");
    }
    let mixed = set(&[bad, vec![rsa(0, Some("a"))]].concat());
    assert_eq!(mixed.verify(&Jws::read(&by_rsa(0, "RS256", Some("a")), &FORM).expect("a token"), &[]), Ok(()));
    let unusable: Vec<_> = mixed.unusable().map(|(kid, defect)| (kid, defect.to_string())).collect();
    assert_eq!(unusable.len(), 6, "all but that for encryption: {unusable:?}");
    assert_eq!(unusable[0], (Some("k"), "keys of its type (kty) are not supported: oct".into()));
}

/// AC-13
#[test]
fn a_key_of_another_issuer_is_not_used() {
    let with = |kid: &str, issuer: &str| {
        let mut key = rsa(0, Some(kid));
        key["issuer"] = json!(issuer);
        key
    };
    let keys =
        set(&[with("a", "https://op.example/{tenantid}"), with("b", "https://op.example/other"), rsa(0, Some("c"))]);
    let is_used = |kid: &str, issuers: &[&str]| {
        keys.verify(&Jws::read(&by_rsa(0, "RS256", Some(kid)), &FORM).expect("a token"), issuers).is_ok()
    };
    let issuers = ["https://op.example/{tenantid}", "https://op.example/this"];
    assert_eq!(["a", "b", "c"].map(|kid| is_used(kid, &issuers)), [true, false, true]);
    assert_eq!(["a", "b", "c"].map(|kid| is_used(kid, &[])), [true; 3], "at a provider with one issuer");
}

/// RT-15, RT-18: a public key is not a secret for HMAC, and an empty secret verifies nothing that another one signed.
#[test]
fn hmac_is_verified_by_secrets_only() {
    let sign = |secret: &[u8]| {
        let input = format!("{}.e30", B64.encode(r#"{"alg":"HS256"}"#));
        format!("{input}.{}", B64.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes())))
    };
    let modulus = RSA[0].public_key().modulus();
    let token = sign(modulus.big_endian_without_leading_zero());
    assert!(verified(&[rsa(0, None)], &token).is_err());
    let by_secret = sign(b"a client secret of 32 bytes or so");
    let jws = Jws::read(&by_secret, &FORM).expect("a token");
    assert!(jws.is_signed_by_secret(b"a client secret of 32 bytes or so"));
    assert!(!jws.is_signed_by_secret(b"") && !jws.is_signed_by_secret(b"another client secret of 32 bytes"));
    let by_key = by_rsa(0, "RS256", None);
    assert!(!Jws::read(&by_key, &FORM).expect("a token").is_signed_by_secret(b""));
}
