//! Responses of real providers, by the cases of public reports: each is accepted, or its refusal names the remedy.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use vestibule::base::jws::JwsAlgorithm;
use vestibule::base::secret::Plain;
use vestibule::config::Userinfo;
use vestibule::upstream::{Fault, Provider, Stage};

use super::{at, failure, finish, provider, provider_with};
use crate::fake_provider::{self as op, Op, Reply};

const JSON: &str = "application/json";

fn jwks(keys: &[Value]) -> Reply {
    Reply::text(200, JSON, &json!({ "keys": keys }).to_string())
}

/// The key of the provider under another name, or without one.
fn named(op: &Op, kid: Option<&str>) -> Value {
    let mut key = op.jwk();
    key.as_object_mut().expect("a key").remove("kid");
    if let Some(kid) = kid {
        key["kid"] = json!(kid);
    }
    key
}

fn with(mut key: Value, name: &str, value: &str) -> Value {
    key[name] = json!(value);
    key
}

/// A logout token of the provider with this header.
fn logout_token(op: &Op, header: &Value, number: usize) -> String {
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let claims = json!({
        "iss": op.issuer, "aud": op::CLIENT, "sub": "alice", "iat": op::NOW, "jti": number.to_string(), "events": events,
    });
    op.signed(header, &claims)
}

async fn signs_out(provider: &Provider, token: &str, seconds: i64) -> Result<(), String> {
    let reported = provider.verify_logout_token(token, at(seconds)).await.expect("OpenID Connect");
    reported.map(drop).map_err(|failure| failure.reason)
}

fn gzip(body: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body.as_bytes()).expect("written");
    encoder.finish().expect("gzip")
}

/// RD-07, RD-09: a key that changed under its name is fetched once, for logins and for logout tokens each.
#[tokio::test]
async fn same_kid_new_key() {
    let op = Op::start();
    let provider = provider(&op);
    finish(&provider, 0).await.expect("signed in");
    op.rotate(op::KID);
    finish(&provider, 1).await.expect("signed in with the new key");
    assert_eq!(op.calls_to("/jwks").len(), 2);
    op.rotate(op::KID);
    let header = json!({"alg": "EdDSA", "kid": op::KID});
    assert_eq!(signs_out(&provider, &logout_token(&op, &header, 1), 2).await, Ok(()));
    assert_eq!(op.calls_to("/jwks").len(), 3);
    op.rotate(op::KID);
    let (_, fault, reason) = failure(finish(&provider, 3).await);
    assert!(fault == Fault::Refused && reason.contains("wrong signature"), "{reason}");
    assert_eq!(op.calls_to("/jwks").len(), 3, "once a minute");
    finish(&provider, 62).await.expect("signed in after a minute");
}

/// RD-09: logout tokens with invented keys, which anyone can send, do not use up the fetch of a login, and a failed fetch does not
/// count.
#[tokio::test]
async fn foreign_logout_tokens_do_not_delay_a_new_key() {
    let op = Op::start();
    let provider = provider(&op);
    finish(&provider, 0).await.expect("signed in");
    for number in 0..20 {
        let header = json!({"alg": "EdDSA", "kid": format!("invented-{number}")});
        assert!(signs_out(&provider, &logout_token(&op, &header, number), 1).await.is_err());
    }
    assert_eq!(op.calls_to("/jwks").len(), 2);
    op.rotate("second");
    op.reply("/jwks", Reply::text(500, JSON, ""));
    assert_eq!(failure(finish(&provider, 2).await).1, Fault::Refused);
    op.recover("/jwks");
    finish(&provider, 4).await.expect("signed in with the new key");
}

/// RT-21: a key without a name is used for any name.
#[tokio::test]
async fn jwks_key_without_kid() {
    let op = Op::start();
    op.reply("/jwks", jwks(&[named(&op, None)]));
    finish(&provider(&op), 0).await.expect("signed in");
    assert_eq!(op.calls_to("/jwks").len(), 1, "no useless fetch");
    op.reply("/jwks", jwks(&[named(&Op::start(), None), named(&op, None), named(&op, Some("other"))]));
    finish(&provider(&op), 0).await.expect("each is tried");
}

#[tokio::test]
async fn jwks_same_key_twice() {
    let op = Op::start();
    let key = named(&op, Some(op::KID));
    for keys in [
        vec![key.clone(), key.clone()],
        vec![key.clone(), with(key.clone(), "alg", "EdDSA")],
        vec![with(key.clone(), "alg", "Ed25519"), with(key.clone(), "alg", "EdDSA")],
        vec![named(&Op::start(), Some(op::KID)), key.clone()],
        vec![json!({"kty": "AKP", "kid": op::KID, "alg": "ML-DSA-44", "pub": "AA"}), key.clone()],
        vec![json!(null), json!({"kty": "RSA", "kid": 7}), json!("key"), key.clone()],
    ] {
        op.reply("/jwks", jwks(&keys));
        finish(&provider(&op), 0).await.expect("signed in");
    }
}

/// The reason names the key's defect, and not a wrong signature.
#[tokio::test]
async fn an_unusable_key_is_named() {
    let op = Op::start();
    let (key, other) = (named(&op, Some(op::KID)), named(&Op::start(), Some("other")));
    for (broken, reported) in [
        (with(key.clone(), "crv", "Ed448"), "its curve (crv) is not supported: Ed448"),
        (with(key.clone(), "alg", "Ed448"), "its algorithm (alg) is not supported: Ed448"),
        (with(key.clone(), "use", "enc"), "it is not for signatures (use)"),
        (with(key.clone(), "x", "AAAA"), "it is damaged (x)"),
        (with(key.clone(), "kty", "AKP"), "keys of its type (kty) are not supported: AKP"),
    ] {
        op.reply("/jwks", jwks(&[broken, other.clone()]));
        let (stage, fault, reason) = failure(finish(&provider(&op), 0).await);
        assert_eq!((stage, fault), (Stage::Token, Fault::Refused));
        assert!(reason.contains("cannot be used") && reason.contains(reported), "{reason}");
    }
}

/// `alg: "Ed25519"` (RFC 9864) is `EdDSA`, in a token, in a key, in metadata and in the configuration.
#[tokio::test]
async fn both_names_of_ed25519_are_accepted() {
    let op = Op::start();
    op.set_header("alg", json!("Ed25519"));
    finish(&provider(&op), 0).await.expect("signed in");
    op.set_metadata("id_token_signing_alg_values_supported", json!(["Ed25519"]));
    op.reply("/jwks", jwks(&[with(named(&op, Some(op::KID)), "alg", "Ed25519")]));
    finish(&provider(&op), 0).await.expect("signed in");
    let configured = provider_with(&op, |oidc| oidc.signing_algorithms = vec![JwsAlgorithm::EdDsa]);
    let header = json!({"alg": "Ed25519", "kid": op::KID});
    assert_eq!(signs_out(&configured, &logout_token(&op, &header, 1), 1).await, Ok(()));
    for (alg, reported) in [
        ("Ed448", "is signed with Ed448, which Vestibule does not verify"),
        ("ES256K", "is signed with ES256K, which Vestibule does not verify"),
        ("ed25519", "is signed with an unknown algorithm (alg is \"ed25519\")"),
        ("none", "is unsigned"),
        ("RS256", "is signed with RS256, and the provider lists Ed25519 only"),
        ("HS256", "is signed with HS256, by the client secret"),
    ] {
        op.set_header("alg", json!(alg));
        let (_, fault, reason) = failure(finish(&provider(&op), 0).await);
        assert!(fault == Fault::Refused && reason.contains(reported), "{reason}");
    }
}

/// RT-03, RT-04: in ID tokens, refreshed ones and logout tokens.
#[tokio::test]
async fn several_audiences_need_trusted_audiences() {
    let op = Op::start();
    let aud = json!([op::CLIENT, "308117379076915203", "269084476393390083"]);
    op.set_claims(json!({"aud": aud, "azp": op::CLIENT, "client_id": op::CLIENT}));
    let trusting = |audiences: &[&str]| {
        let audiences = audiences.iter().map(|audience| (*audience).to_owned()).collect();
        provider_with(&op, |oidc| oidc.trusted_audiences = audiences)
    };
    let (_, _, reason) = failure(finish(&trusting(&[]), 0).await);
    assert!(reason.contains("(aud)") && reason.contains("trusted_audiences"), "{reason}");
    for trusted in [&["*"][..], &["308117379076915203", "269084476393390083"]] {
        finish(&trusting(trusted), 0).await.expect("signed in");
    }
    assert_eq!(failure(finish(&trusting(&["308117379076915203"]), 0).await).1, Fault::Refused);
    op.set_claims(json!({ "aud": aud }));
    let (_, _, reason) = failure(finish(&trusting(&["*"]), 0).await);
    assert!(reason.contains("(azp)"), "{reason}");
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let claims = json!({
        "iss": op.issuer, "aud": [op::CLIENT, "other"], "sub": "alice", "iat": op::NOW, "jti": "1", "events": events,
    });
    let token = op.signed(&json!({"alg": "EdDSA", "kid": op::KID}), &claims);
    assert!(signs_out(&trusting(&[]), &token, 1).await.is_err());
    assert_eq!(signs_out(&trusting(&["other"]), &token, 1).await, Ok(()));
}

/// A provider that signs with the client secret has no key set.
#[tokio::test]
async fn a_provider_that_signs_with_the_secret_needs_no_key_set() {
    const SECRET: &str = "a client secret of 42 characters and more!";
    let op = Op::start();
    let by_secret = |op: &Op| {
        provider_with(op, |oidc| {
            oidc.signing_algorithms = vec![JwsAlgorithm::Hs256];
            oidc.registration.client_secret = Some(Plain::new(SECRET));
        })
    };
    op.sign_with_secret(SECRET);
    for reply in [Reply::text(200, JSON, "{}"), Reply::text(404, JSON, ""), Reply::text(500, JSON, "")] {
        op.reply("/jwks", reply);
        finish(&by_secret(&op), 0).await.expect("signed in");
    }
    op.set_metadata("jwks_uri", Value::Null);
    finish(&by_secret(&op), 0).await.expect("signed in");
    assert_eq!(op.calls_to("/jwks").len(), 0);
    // Where HMAC is not configured, the reason says so.
    op.set_metadata("jwks_uri", json!(format!("{}/jwks", op.issuer)));
    op.reply("/jwks", Reply::text(200, JSON, "{}"));
    let (_, fault, reason) = failure(finish(&provider(&op), 0).await);
    assert!(fault == Fault::Unavailable && reason.contains("signing_algorithms = [\"HS256\"]"), "{reason}");
}

/// RT-11: times as digits in a text, and an `auth_time` that cannot be read.
#[tokio::test]
async fn auth_time_as_text() {
    let op = Op::start();
    let text = |seconds: i64| json!((op::NOW + seconds).to_string());
    for (auth_time, expected) in [
        (text(-9), Some(-9)),
        (json!("2027-01-15T07:59:00.123Z"), Some(-60)),
        (json!(op::NOW + 3600), Some(0)),
        (json!("yesterday"), None),
        (json!([1]), None),
        (json!(""), None),
    ] {
        op.set_claims(json!({"auth_time": auth_time, "exp": text(60), "iat": text(0), "azp": "", "at_hash": ""}));
        let identity = finish(&provider(&op), 0).await.expect("signed in");
        assert_eq!(identity.auth_time.map(|time| time.timestamp() - op::NOW), expected, "{auth_time}");
    }
}

#[tokio::test]
async fn id_token_large_picture() {
    let op = Op::start();
    op.set_claims(json!({"picture": format!("data:image/png;base64,{}", "A".repeat(60_000)), "name": "Alice"}));
    let identity = finish(&provider(&op), 0).await.expect("signed in");
    assert_eq!((identity.profile.name.as_deref(), identity.profile.picture), (Some("Alice"), None));
    op.set_claims(json!({"picture": null, "other": "A".repeat(60_000)}));
    let (_, _, reason) = failure(finish(&provider(&op), 0).await);
    assert!(reason.contains("larger than 64 KiB"), "{reason}");
}

/// RFC 9110 §12.5.3: the gateway asks for no coding, and understands gzip.
#[tokio::test]
async fn a_response_in_gzip_is_understood() {
    let op = Op::start();
    let usual = |path: &str| op.usual(path);
    for path in [op::WELL_KNOWN, "/jwks", "/token"] {
        let gzipped = |body: Vec<u8>| {
            let headers = [("Content-Type", JSON), ("Content-Encoding", "gzip")];
            Reply::Bytes(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), body)
        };
        op.reply(path, gzipped(gzip(&usual(path))));
        finish(&provider(&op), 0).await.unwrap_or_else(|failure| panic!("{path}: {}", failure.reason));
        op.reply(path, gzipped(gzip(&" ".repeat(20 << 20))));
        assert!(failure(finish(&provider(&op), 0).await).2.contains("larger than 1 MiB"), "{path}");
        op.reply(path, Reply::text(200, JSON, "{}").with("Content-Encoding", "br"));
        assert!(failure(finish(&provider(&op), 0).await).2.contains("Content-Encoding: br"), "{path}");
        op.recover(path);
    }
    assert!(op.calls().iter().all(|call| call.header("accept-encoding") == Some("identity")));
}

#[tokio::test]
async fn json_with_a_byte_order_mark_is_accepted() {
    let op = Op::start();
    for path in [op::WELL_KNOWN, "/jwks", "/token"] {
        op.reply(path, Reply::text(200, JSON, &format!("\u{feff}{}", op.usual(path))));
        finish(&provider(&op), 0).await.unwrap_or_else(|failure| panic!("{path}: {}", failure.reason));
        op.recover(path);
    }
}

#[tokio::test]
async fn two_hundred_response_headers_are_accepted() {
    let op = Op::start();
    let many = (0..200).fold(Reply::text(200, JSON, &op.usual("/token")), |reply, number| {
        reply.with(&format!("X-Cdn-{number}"), "edge")
    });
    op.reply("/token", many);
    finish(&provider(&op), 0).await.expect("signed in");
}

/// RT-29: a signed response under the media type of JSON.
#[tokio::test]
async fn signed_userinfo_as_json() {
    let op = Op::start();
    let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
    let header = json!({"alg": "EdDSA", "kid": op::KID});
    let token = op.signed(&header, &json!({"sub": "alice", "name": "Alice"}));
    for body in [token.clone(), json!(token).to_string(), format!("{token}\n")] {
        op.reply("/userinfo", Reply::text(200, JSON, &body));
        assert_eq!(finish(&provider, 0).await.expect("signed in").profile.name.as_deref(), Some("Alice"));
    }
    op.reply("/userinfo", Reply::text(200, JSON, &Op::start().signed(&header, &json!({"sub": "alice"}))));
    assert_eq!(failure(finish(&provider, 0).await).0, Stage::Userinfo, "of another key");
}

/// Azure AD B2C, Oracle IDCS: the document is not below the issuer. The remedy in the reason works.
#[tokio::test]
async fn a_discovery_url_outside_the_issuer_is_used_if_configured() {
    let op = Op::start();
    let issuer = format!("{}/other/v2.0/", op.issuer);
    op.set_metadata("issuer", json!(issuer));
    op.set_claims(json!({ "iss": issuer }));
    let document = format!("{}{}", op.issuer, op::WELL_KNOWN);
    let (_, fault, reason) = failure(finish(&provider(&op), 0).await);
    assert_eq!(fault, Fault::Unavailable);
    let remedy = format!("write issuer = \"{issuer}\" and discovery_url = \"{document}\"");
    assert!(reason.ends_with(&remedy), "{reason}");
    let of = |url: Option<&str>| {
        provider_with(&op, |oidc| {
            oidc.issuer.clone_from(&issuer);
            oidc.registration.endpoints.discovery_url = url.map(|url| url.parse().expect("a URL"));
        })
    };
    let (_, _, reason) = failure(finish(&of(None), 0).await);
    assert!(reason.contains("answered 404") && reason.contains("discovery_url"), "{reason}");
    finish(&of(Some(&document)), 0).await.expect("signed in");
}

/// RD-21: without a configured method, the provider's metadata decides.
#[tokio::test]
async fn auth_method_from_metadata() {
    for (listed, is_basic) in [
        (json!(["client_secret_post"]), false),
        (json!(["private_key_jwt", "client_secret_post"]), false),
        (json!(["client_secret_post", "client_secret_basic"]), true),
        (json!(["client_secret_basic"]), true),
        (json!(["tls_client_auth"]), true),
        (json!([]), true),
        (json!(null), true),
    ] {
        let op = Op::start();
        op.set_metadata("token_endpoint_auth_methods_supported", listed.clone());
        finish(&provider(&op), 0).await.expect("signed in");
        let call = &op.calls_to("/token")[0];
        assert_eq!((call.basic().is_some(), call.form("client_secret").is_empty()), (is_basic, is_basic), "{listed}");
    }
}

/// A hint whose key the provider has deleted is an error page there, so it is left out.
#[tokio::test]
async fn a_hint_is_usable_as_long_as_its_key_is_published() {
    let op = Op::start();
    let provider = provider(&op);
    let hint = finish(&provider, 0).await.expect("signed in").tokens.id_token.expect("an ID token");
    assert!(provider.verifies_hint(&hint));
    op.rotate("second");
    provider.refresh_documents(at(700)).await;
    assert!(!provider.verifies_hint(&hint));
    assert!(!provider.verifies_hint(&Plain::new("not.a.token")));
}
