//! Every JSON of a provider is read as far as it can be: with a byte order mark, compressed, with a damaged text in it, or with
//! numbers as texts.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use vestibule::base::secret::Plain;
use vestibule::config::Userinfo;
use vestibule::upstream::{Fault, Provider, RefreshRequest};

use super::{at, failure, finish, login_request, provider_with};
use crate::fake_provider::{self as op, Op, Reply};

const JSON: &str = "application/json";
/// Every JSON of a login.
const PATHS: [&str; 5] = [op::WELL_KNOWN, "/par", "/jwks", "/token", "/userinfo"];

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("written");
    encoder.finish().expect("gzip")
}

fn bytes(coding: &str, body: Vec<u8>) -> Reply {
    let headers = [("Content-Type", JSON), ("Content-Encoding", coding)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Reply::Bytes(headers.into_iter().filter(|(_, value)| !value.is_empty()).collect(), body)
}

/// A provider with every endpoint of a login.
fn whole() -> Op {
    let op = Op::start();
    op.set_metadata("pushed_authorization_request_endpoint", json!(format!("{}/par", op.issuer)));
    op.reply("/par", Reply::text(200, JSON, r#"{"request_uri":"urn:x","expires_in":60}"#));
    op.reply("/userinfo", Reply::text(200, JSON, r#"{"sub":"alice","email":"a@b.c","name":"Alice"}"#));
    op
}

/// The usual body of a response.
fn usual(op: &Op, path: &str) -> String {
    match path {
        "/par" => r#"{"request_uri":"urn:x","expires_in":60}"#.into(),
        "/userinfo" => r#"{"sub":"alice","email":"a@b.c","name":"Alice"}"#.into(),
        path => op.usual(path),
    }
}

/// A whole login: the authorization request, then the callback.
async fn sign_in(provider: &Provider) -> Result<(), String> {
    provider.begin(login_request(), at(0)).await.map_err(|failure| failure.reason)?;
    let identity = finish(provider, 0).await.map_err(|failure| failure.reason)?;
    assert_eq!(identity.profile.email.as_deref(), Some("a@b.c"));
    Ok(())
}

/// RFC 8259 §8.1, RFC 9110 §8.4: each response of a login in each form.
#[tokio::test]
async fn every_response_is_read_with_a_byte_order_mark_and_compressed() {
    let op = whole();
    let marked = |body: &str| format!("\u{feff}{body}").into_bytes();
    for path in PATHS {
        let body = usual(&op, path);
        for (coding, sent) in [
            ("", marked(&body)),
            ("identity", body.clone().into_bytes()),
            ("gzip", gzip(body.as_bytes())),
            ("GZIP", gzip(&marked(&body))),
            ("x-gzip", gzip(body.as_bytes())),
        ] {
            op.reply(path, bytes(coding, sent));
            let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
            assert_eq!(sign_in(&provider).await, Ok(()), "{path} {coding:?}");
        }
        for (coding, sent, reported) in [
            ("gzip", gzip(&vec![b' '; 20 << 20]), "larger than 1 MiB"),
            ("gzip, gzip", gzip(&gzip(body.as_bytes())), "several content codings"),
            ("gzip", body.clone().into_bytes(), "damaged gzip"),
            ("gzip", gzip(body.as_bytes())[..20].to_vec(), "damaged gzip"),
            ("deflate", vec![1, 2], "Content-Encoding: deflate"),
            ("br", vec![1, 2], "Content-Encoding: br"),
            ("zstd", vec![1, 2], "Content-Encoding: zstd"),
        ] {
            op.reply(path, bytes(coding, sent));
            let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
            let reason = sign_in(&provider).await.expect_err("unreadable");
            assert!(reason.contains(reported), "{path} {coding:?}: {reason}");
        }
        op.reply(path, bytes("", body.into_bytes()));
    }
}

/// A text that is no Unicode, as one that was cut in the middle of a character, does not lock the person out.
#[tokio::test]
async fn a_damaged_text_does_not_fail_the_login() {
    let op = whole();
    for name in [&br"x\ud83d"[..], br"\ude00x", b"x\xe9", b"x\xff\xfe"] {
        let parts =
            [&br#"{"sub":"alice","email":"a@b.c","name":""#[..], name, br#"","groups":["a","b"#, name, br#""]}"#];
        let body = parts.concat();
        op.reply("/userinfo", bytes("", body));
        let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
        let identity = finish(&provider, 0).await.expect("signed in");
        assert_eq!(identity.profile.name.as_deref(), Some("x"), "the damaged part is left out");
        assert_eq!(identity.profile.groups, Some(vec!["a".into()]), "a damaged group may be another one");
        // A damaged sub may be that of another person.
        let body = [&br#"{"sub":"alice"#[..], name, br#""}"#].concat();
        op.reply("/userinfo", bytes("", body));
        assert_eq!(failure(finish(&provider, 0).await).1, Fault::Refused);
    }
}

/// RT-11: digits as a text, in each number of a token response, an ID token and signed userinfo.
#[tokio::test]
async fn numbers_are_read_from_texts() {
    let op = whole();
    let text = |seconds: i64| json!((op::NOW + seconds).to_string());
    op.set_claims(json!({"exp": text(60), "iat": text(0), "nbf": text(0), "auth_time": text(-9)}));
    let header = json!({"alg": "EdDSA", "kid": op::KID});
    let userinfo = op.signed(&header, &json!({"sub": "alice", "email": "a@b.c", "exp": text(60), "iat": text(0)}));
    op.reply("/userinfo", Reply::text(200, "application/jwt", &userinfo));
    let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
    for (expires_in, expected) in [
        (json!("3600"), Some(3600)),
        (json!(" 3600 "), Some(3600)),
        (json!(3600.9), Some(3600)),
        (json!("0"), Some(0)),
        (json!("soon"), None),
        (json!(null), None),
        (json!([1]), None),
    ] {
        let mut answer: Value = serde_json::from_str(&op.usual("/token")).expect("JSON");
        answer["expires_in"] = expires_in.clone();
        op.reply("/token", Reply::text(200, JSON, &answer.to_string()));
        let identity = finish(&provider, 0).await.expect("signed in");
        assert_eq!(identity.tokens.expires_in, expected, "{expires_in}");
        assert_eq!(identity.auth_time.map(|time| time.timestamp()), Some(op::NOW - 9));
        op.recover("/token");
    }
}

/// RT-03, RT-35: a refreshed ID token may have the audiences that one of a login may have.
#[tokio::test]
async fn a_refreshed_id_token_may_have_trusted_audiences() {
    let op = Op::start();
    let refresh_token = Plain::new("refresh");
    let request = RefreshRequest { refresh_token: &refresh_token, sub: "alice", previous_id_token: None };
    let claims = |aud: Value, azp: Value| json!({"iss": op.issuer, "aud": aud, "azp": azp, "sub": "alice", "iat": op::NOW, "exp": op::NOW + 60});
    for (trusted, aud, azp, is_good) in [
        (&["*"][..], json!([op::CLIENT, "p"]), json!(op::CLIENT), true),
        (&["p"], json!([op::CLIENT, "p"]), json!(op::CLIENT), true),
        (&[], json!([op::CLIENT, "p"]), json!(op::CLIENT), false),
        (&["q"], json!([op::CLIENT, "p"]), json!(op::CLIENT), false),
        (&["*"], json!([op::CLIENT, "p"]), json!(null), false),
        (&["*"], json!([op::CLIENT, "p"]), json!("p"), false),
        (&["*"], json!(["p"]), json!(op::CLIENT), false),
    ] {
        let id_token = op.signed(&json!({"alg": "EdDSA", "kid": op::KID}), &claims(aud.clone(), azp.clone()));
        let answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": "60", "id_token": id_token});
        op.reply("/token", Reply::text(200, JSON, &answer.to_string()));
        let trusted: Vec<_> = trusted.iter().map(|audience| (*audience).to_owned()).collect();
        let provider = provider_with(&op, |oidc| oidc.trusted_audiences = trusted.clone());
        let refreshed = provider.refresh(&request, at(0)).await;
        assert_eq!(refreshed.is_ok(), is_good, "{trusted:?} {aud} {azp}");
        assert!(refreshed.err().is_none_or(|failure| failure.requires_reauth), "{aud}");
    }
}
