//! Tests with valid and invalid ID tokens.

use std::sync::LazyLock;

use aws_lc_rs::signature::KeyPair;
use aws_lc_rs::{rand, rsa, signature};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::json;

use super::*;
use crate::base::jws::KeySet;
use crate::config;
use crate::upstream::oidc::relying_party::tests::config as configured;

static RSA: LazyLock<signature::RsaKeyPair> =
    LazyLock::new(|| signature::RsaKeyPair::generate(rsa::KeySize::Rsa2048).expect("a key"));
static EC: LazyLock<signature::EcdsaKeyPair> =
    LazyLock::new(|| signature::EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"));
static ED: LazyLock<signature::Ed25519KeyPair> =
    LazyLock::new(|| signature::Ed25519KeyPair::generate().expect("a key"));

fn rsa_jwk(kid: &str) -> Value {
    let (n, e) = (RSA.public_key().modulus(), RSA.public_key().exponent());
    let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
    json!({"kty": "RSA", "kid": kid, "use": "sig", "n": B64.encode(n), "e": B64.encode(e)})
}

fn keys() -> KeySet {
    let point = EC.public_key().as_ref();
    let ec = json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..])});
    let ed = json!({"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": B64.encode(ED.public_key().as_ref())});
    KeySet::read(&json!({"keys": [rsa_jwk("rsa"), ec, ed]})).expect("good keys")
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant")
}

fn claims() -> Value {
    let now = now().timestamp();
    json!({
        "iss": "https://op.example", "aud": "us", "sub": "alice", "nonce": "n", "iat": now, "exp": now + 300,
    })
}

fn with(changes: Value) -> Value {
    let (Value::Object(mut all), Value::Object(changes)) = (claims(), changes) else { panic!("not objects") };
    all.extend(changes);
    Value::Object(all)
}

fn without(name: &str) -> Value {
    let mut all = claims();
    all.as_object_mut().expect("claims").remove(name);
    all
}

fn header(alg: &str) -> Value {
    let kid = match alg {
        "ES256" => "ec",
        "EdDSA" | "Ed25519" => "ed",
        _ => "rsa",
    };
    json!({"alg": alg, "kid": kid})
}

fn signed(header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let random = rand::SystemRandom::new();
    let rsa = |encoding: &'static dyn signature::RsaEncoding| {
        let mut made = vec![0; RSA.public_modulus_len()];
        RSA.sign(encoding, &random, input.as_bytes(), &mut made).expect("signed");
        made
    };
    let made = match header["alg"].as_str().unwrap_or_default() {
        "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
        "PS384" => rsa(&signature::RSA_PSS_SHA384),
        "ES256" => EC.sign(&random, input.as_bytes()).expect("signed").as_ref().to_vec(),
        "EdDSA" | "Ed25519" => ED.sign(input.as_bytes()).as_ref().to_vec(),
        _ => vec![],
    };
    format!("{input}.{}", B64.encode(made))
}

struct Check {
    config: config::Oidc,
    max_age: Option<u32>,
}

impl Check {
    fn new() -> Self {
        Self { config: configured("https://op.example"), max_age: None }
    }

    fn trusting(audiences: &[&str]) -> Self {
        let mut check = Self::new();
        check.config.trusted_audiences = audiences.iter().map(|audience| (*audience).to_owned()).collect();
        check
    }

    fn token(&self, token: &str) -> Result<Verified, TokenError> {
        let expected = Expected {
            issuer: Issuer::of(&self.config),
            audience: Audience::of(&self.config),
            nonce: Some("n"),
            max_age: self.max_age,
            access_token: "access",
            leeway: TimeDelta::seconds(60),
        };
        let jws = Jws::read(token, &FORM)?;
        let token_issuer = expected.issuer.of_token(&jws.payload)?;
        keys().verify(&jws, &[])?;
        validate(jws, token_issuer, &expected, now())
    }

    fn claims(&self, claims: &Value) -> Result<Verified, TokenError> {
        self.token(&signed(&header("RS256"), claims))
    }
}

fn of(claims: &Value) -> Result<Verified, TokenError> {
    Check::new().claims(claims)
}

#[track_caller]
fn rejected(claims: &Value, word: &str) {
    match of(claims) {
        Err(TokenError::Invalid(reason) | TokenError::Clock(reason)) => assert!(reason.contains(word), "{reason}"),
        other => panic!("{other:?} for {claims}"),
    }
}

#[test]
fn a_valid_token_of_every_algorithm_verifies() {
    for alg in ["RS256", "PS384", "ES256", "EdDSA", "Ed25519"] {
        let verified = Check::new().token(&signed(&header(alg), &claims())).expect(alg);
        assert_eq!(verified.sub, "alice");
    }
}

/// RT-01, RT-03, RT-04, RT-05, and `azp`.
#[test]
fn issuer_and_audience_must_match() {
    rejected(&with(json!({"iss": "https://op.example/"})), "iss");
    rejected(&without("iss"), "iss");
    rejected(&with(json!({"aud": "them"})), "aud");
    rejected(&with(json!({"aud": []})), "aud");
    rejected(&with(json!({"aud": 7})), "type");
    rejected(&with(json!({"aud": ["us", 7]})), "type");
    rejected(&without("aud"), "aud");
    rejected(&with(json!({"aud": ["us", "them"]})), "aud");
    rejected(&with(json!({"aud": ["us", "them"], "azp": "us"})), "it is also for \"them\"; if these may have it");
    rejected(&with(json!({"azp": "them"})), "azp");
    assert!(of(&with(json!({"aud": ["us"]}))).is_ok());
    assert!(of(&with(json!({"azp": "us"}))).is_ok());
}

/// RT-03, RT-04: of a token with further audiences, `azp` must say that it was issued to this client.
#[test]
fn trusted_audiences_are_accepted_where_azp_is_the_client() {
    let (any, two) = (Check::trusting(&["*"]), Check::trusting(&["p", "q"]));
    let aud = |aud: Value, azp: Value| with(json!({ "aud": aud, "azp": azp }));
    for good in [json!(["us", "p", "q"]), json!(["p", "us"]), json!(["us"]), json!("us"), json!(["us", "us"])] {
        for check in [&any, &two] {
            assert!(check.claims(&aud(good.clone(), json!("us"))).is_ok(), "{good}");
        }
    }
    assert!(any.claims(&aud(json!(["us", "x", "y", "z"]), json!("us"))).is_ok());
    assert!(two.claims(&aud(json!(["us", "p", "x"]), json!("us"))).is_err());
    for check in [&any, &two] {
        for azp in [json!(null), json!(""), json!("p"), json!("US"), json!(7)] {
            assert!(check.claims(&aud(json!(["us", "p"]), azp.clone())).is_err(), "{azp}");
        }
        for foreign in [json!(["p", "q"]), json!("p"), json!([]), json!(["*"]), json!(["us", 7]), json!(["us", ["p"]])]
        {
            assert!(check.claims(&aud(foreign.clone(), json!("us"))).is_err(), "{foreign}");
        }
    }
    assert!(two.claims(&aud(json!("us"), json!(""))).is_ok(), "an empty azp counts as absent");
}

/// Values of claims that real providers send.
#[test]
fn times_as_text_and_empty_claims_are_accepted() {
    let seconds = now().timestamp();
    let text = |seconds: i64| json!(seconds.to_string());
    let all = with(
        json!({"exp": text(seconds + 300), "iat": text(seconds), "nbf": text(seconds), "auth_time": text(seconds - 9)}),
    );
    assert_eq!(of(&all).expect("good").auth_time, Some(now() - TimeDelta::seconds(9)));
    rejected(&with(json!({"exp": text(seconds - 61)})), "expired 61 s ago (exp)");
    rejected(&with(json!({"iat": text(seconds + 61)})), "iat");
    for absent in [json!("yesterday"), json!(""), json!(true), json!([seconds]), json!(-1), json!(1e300), json!({})] {
        let verified = of(&with(json!({ "auth_time": absent })));
        assert_eq!(verified.expect("an optional claim").auth_time, None, "{absent}");
    }
    let iso = of(&with(json!({"auth_time": "2027-01-15T07:59:00.123Z"}))).expect("good").auth_time;
    assert_eq!(iso.map(|time| time.timestamp()), Some(seconds - 60));
    assert!(of(&with(json!({"azp": "", "at_hash": "", "acr": "", "sid": ""}))).is_ok());
}

/// RT-08
#[test]
fn the_sub_must_be_valid() {
    rejected(&without("sub"), "sub");
    for bad in [json!(""), json!("a\u{0}b"), json!("a\nb"), json!("x".repeat(256)), json!("\u{202e}a")] {
        rejected(&with(json!({ "sub": bad })), "sub");
    }
    rejected(&with(json!({"sub": ["alice"]})), "type");
    rejected(&with(json!({"sub": 1.5})), "type");
    assert!(of(&with(json!({"sub": "ü".repeat(255)}))).is_ok());
    assert_eq!(of(&with(json!({"sub": 4711}))).expect("a number is one too").sub, "4711");
}

/// RT-09, RT-10, RT-11
#[test]
fn times_are_compared_with_now_and_leeway() {
    let at = |seconds: i64| now().timestamp() + seconds;
    rejected(&without("exp"), "exp");
    rejected(&with(json!({"exp": null})), "exp");
    rejected(&with(json!({"exp": at(-61)})), "expired 61 s ago (exp); leeway is 60 s");
    rejected(&with(json!({"exp": at(-60)})), "exp");
    rejected(&with(json!({"exp": "soon"})), "type");
    assert!(of(&with(json!({"exp": at(-5)}))).is_ok());
    rejected(&without("iat"), "iat");
    rejected(&with(json!({"iat": at(61)})), "was issued 61 s in the future (iat); leeway is 60 s");
    assert!(of(&with(json!({"iat": at(8)}))).is_ok());
    assert!(of(&with(json!({"iat": at(-660)}))).is_ok());
    let old = "was issued 661 s ago (iat), 1 s more than 10 minutes and leeway; leeway is 60 s";
    rejected(&with(json!({"iat": at(-661)})), old);
    rejected(&with(json!({"iat": 0})), "iat");
    rejected(&with(json!({"nbf": at(61)})), "is not valid for another 61 s (nbf); leeway is 60 s");
    rejected(&with(json!({"nbf": 1e300})), "nbf");
    rejected(&with(json!({"nbf": "now"})), "nbf");
    assert!(of(&with(json!({"nbf": at(8)}))).is_ok());
}

/// RT-14, RT-38
#[test]
fn the_nonce_must_match() {
    rejected(&without("nonce"), "nonce");
    rejected(&with(json!({"nonce": "m"})), "nonce");
    rejected(&with(json!({"nonce": null})), "nonce");
    rejected(&with(json!({"nonce": ["n"]})), "type");
}

/// RT-15, RT-16
#[test]
fn a_wrong_signature_is_rejected() {
    for alg in ["RS256", "ES256", "EdDSA"] {
        let token = signed(&header(alg), &claims());
        let (input, signature) = token.rsplit_once('.').expect("three parts");
        let mut bytes = B64.decode(signature).expect("base64");
        bytes[3] ^= 1;
        let zero = vec![0; bytes.len()];
        for bad in [bytes.as_slice(), &zero, &bytes[1..], &[]] {
            let outcome = Check::new().token(&format!("{input}.{}", B64.encode(bad)));
            assert!(matches!(outcome, Err(TokenError::Invalid(_))), "{alg}");
        }
        let other = format!(
            "{}.{}.{signature}",
            B64.encode(header(alg).to_string()),
            B64.encode(with(json!({"sub": "eve"})).to_string())
        );
        assert!(Check::new().token(&other).is_err());
    }
    let input = format!("{}.{}", B64.encode(header("ES256").to_string()), B64.encode(claims().to_string()));
    let pkcs8 = EC.to_pkcs8v1().expect("pkcs8");
    let asn1 =
        signature::EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).expect("a key");
    let der = asn1.sign(&rand::SystemRandom::new(), input.as_bytes()).expect("signed");
    assert!(Check::new().token(&format!("{input}.{}", B64.encode(der))).is_err(), "DER instead of raw");
}

/// RT-23, RT-25
#[test]
fn keys_and_extensions_in_the_header_are_not_used() {
    let mut own = header("RS256");
    own["kid"] = json!("evil");
    own["jwk"] = rsa_jwk("evil");
    own["jku"] = json!("https://evil.example/jwks");
    own["x5u"] = json!("https://evil.example/x5u");
    assert!(Check::new().token(&signed(&own, &claims())).is_err());
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
    ] {
        let mut odd = header("RS256");
        odd[name] = value;
        assert!(Check::new().token(&signed(&odd, &claims())).is_err(), "{name}");
    }
    for typ in ["at+jwt", "logout+jwt", "application/at+jwt", "dpop+jwt"] {
        let mut odd = header("RS256");
        odd["typ"] = json!(typ);
        assert!(Check::new().token(&signed(&odd, &claims())).is_err(), "{typ}");
    }
    for typ in ["JWT", "jwt", "application/jwt"] {
        let mut good = header("RS256");
        good["typ"] = json!(typ);
        assert!(Check::new().token(&signed(&good, &claims())).is_ok(), "{typ}");
    }
}

/// RT-27
#[test]
fn at_hash_must_match_the_access_token() {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"access");
    assert!(of(&with(json!({"at_hash": B64.encode(&digest.as_ref()[..16])}))).is_ok());
    rejected(&with(json!({"at_hash": B64.encode(&digest.as_ref()[..15])})), "at_hash");
    assert!(of(&with(json!({"at_hash": ""}))).is_ok(), "counts as absent");
    rejected(&with(json!({"at_hash": 1})), "type");
}

#[test]
fn max_age_is_compared_with_auth_time_if_present() {
    let mut check = Check::new();
    check.max_age = Some(100);
    let of = |check: &Check, seconds: i64| {
        let claims = with(json!({"auth_time": now().timestamp() - seconds}));
        check.token(&signed(&header("RS256"), &claims))
    };
    assert!(of(&check, 160).is_ok());
    let reason = of(&check, 161).expect_err("too old").to_string();
    assert!(reason.contains("161 s ago (auth_time), and max_age is 100 s; leeway is 60 s"), "{reason}");
    assert_eq!(of(&check, -61).expect("counts as now").auth_time, Some(now()));
    assert!(check.claims(&claims()).is_ok(), "an absent auth_time is accepted");
    check.max_age = None;
    let verified = of(&check, 9000).expect("max_age was not requested");
    assert_eq!(verified.auth_time, Some(now() - TimeDelta::seconds(9000)));
}

/// The library would reject the whole token for these values of claims.
#[test]
fn nonstandard_claims_are_tolerated() {
    let odd = with(json!({
        "name": null, "address": "street", "email_verified": 1, "updated_at": "yesterday", "picture": {"a": 1},
        "acr": 1, "amr": "pwd", "birthdate": 7, "locale": "xx_YY_zz", "groups": "admin", "auth_time": null,
    }));
    assert_eq!(of(&odd).expect("good").claims["name"], Value::Null);
}

#[test]
fn text_that_is_not_a_jws_is_rejected() {
    for bad in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", "e30.e30.", "W10.e30.e30"] {
        assert!(matches!(Check::new().token(bad), Err(TokenError::Invalid(_))), "{bad}");
    }
    rejected(&with(json!({"x": "y".repeat(64 * 1024)})), "64 KiB");
    rejected(&with(json!({"x": "y".repeat(64 * 1024), "picture": "data:"})), "64 KiB");
    rejected(&with(json!({"picture": "y".repeat(1024 * 1024)})), "1024 KiB");
    let large = of(&with(json!({"picture": format!("data:image/png;base64,{}", "A".repeat(80_000))}))).expect("good");
    assert_eq!((large.sub.as_str(), large.claims.get("picture")), ("alice", None));
    let list = signed(&header("RS256"), &json!(["us"]));
    assert!(Check::new().token(&list).is_err());
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let token = format!("{}.{}.AA", B64.encode(header("RS256").to_string()), B64.encode(format!("{{\"a\":{deep}}}")));
    assert!(Check::new().token(&token).is_err());
}
