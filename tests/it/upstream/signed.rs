//! ID tokens, logout tokens and userinfo are verified with the same keys, and for HMAC with both client secrets.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};
use vestibule::base::jws::JwsAlgorithm;
use vestibule::base::secret::Plain;
use vestibule::config::Userinfo;
use vestibule::upstream::{Fault, Provider, Stage};

use super::{at, failure, finish, provider_with};
use crate::fake_provider::{self as op, Op, Reply};

const NEW: &str = "the new client secret, 32 bytes and more";
const OLD: &str = "the old client secret, 32 bytes and more";

fn claims(op: &Op) -> Value {
    json!({
        "iss": op.issuer, "aud": op::CLIENT, "sub": "alice", "nonce": super::NONCE, "iat": op::NOW, "exp": op::NOW + 300,
    })
}

fn logout(op: &Op) -> Value {
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    json!({"iss": op.issuer, "aud": op::CLIENT, "sub": "alice", "iat": op::NOW, "jti": "1", "events": events})
}

fn by_secret(secret: &str, claims: &Value) -> String {
    let input = format!("{}.{}", B64.encode(r#"{"alg":"HS256"}"#), B64.encode(claims.to_string()));
    let made = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), input.as_bytes());
    format!("{input}.{}", B64.encode(made))
}

fn tokens(id_token: &str) -> Reply {
    let answer = json!({"access_token": "access", "token_type": "Bearer", "id_token": id_token});
    Reply::text(200, "application/json", &answer.to_string())
}

fn info(token: &str) -> Reply {
    Reply::text(200, "application/jwt", token)
}

async fn signs_out(provider: &Provider, token: &str) -> Result<(), Fault> {
    let reported = provider.verify_logout_token(token, at(1)).await.expect("OpenID Connect");
    reported.map(drop).map_err(|failure| failure.fault)
}

/// RT-29, RD-07, RD-09: for userinfo with a new key, as for an ID token, the key set is fetched once.
#[tokio::test]
async fn a_new_key_of_userinfo_is_fetched_once() {
    let op = Op::start();
    let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
    let header = |kid: &str| json!({"alg": "EdDSA", "kid": kid});
    op.reply("/userinfo", info(&op.signed(&header(op::KID), &json!({"sub": "alice", "name": "Alice"}))));
    assert_eq!(finish(&provider, 0).await.expect("signed in").profile.name.as_deref(), Some("Alice"));
    op.reply("/token", tokens(&op.signed(&header(op::KID), &claims(&op))));
    op.rotate("second");
    op.reply("/userinfo", info(&op.signed(&header("second"), &json!({"sub": "alice", "name": "Al"}))));
    assert_eq!(finish(&provider, 1).await.expect("signed in").profile.name.as_deref(), Some("Al"));
    assert_eq!(op.calls_to("/jwks").len(), 2);
    op.recover("/token");
    op.reply("/userinfo", info(&op.signed(&header("third"), &json!({"sub": "alice"}))));
    let (stage, fault, reason) = failure(finish(&provider, 2).await);
    assert_eq!((stage, fault), (Stage::Userinfo, Fault::Refused));
    assert!(reason.contains("does not publish"), "{reason}");
    assert_eq!(op.calls_to("/jwks").len(), 2, "once a minute");
}

/// RT-20, RT-29: during a change of the client secret, HMAC signatures with the previous one are accepted.
#[tokio::test]
async fn hmac_signatures_with_the_previous_secret_verify() {
    let op = Op::start();
    let with = |previous: Option<&str>| {
        provider_with(&op, |oidc| {
            oidc.userinfo = Userinfo::Always;
            oidc.signing_algorithms = vec![JwsAlgorithm::Hs256];
            oidc.registration.client_secret = Some(Plain::new(NEW));
            oidc.registration.client_secret_previous = previous.map(Plain::new);
        })
    };
    let (both, one) = (with(Some(OLD)), with(None));
    let answer = |id_token: &str, userinfo: &str| {
        op.reply("/token", tokens(&by_secret(id_token, &claims(&op))));
        op.reply("/userinfo", info(&by_secret(userinfo, &json!({"sub": "alice"}))));
    };
    for (id_token, userinfo) in [(NEW, NEW), (OLD, OLD), (NEW, OLD), (OLD, NEW)] {
        answer(id_token, userinfo);
        finish(&both, 0).await.expect("signed in");
    }
    for secret in [NEW, OLD] {
        assert_eq!(signs_out(&both, &by_secret(secret, &logout(&op))).await, Ok(()));
    }
    let other = "another client secret of the same length";
    for (provider, wrong) in [(&both, other), (&one, OLD), (&both, "short"), (&both, "")] {
        answer(wrong, NEW);
        assert_eq!(failure(finish(provider, 0).await).0, Stage::Token, "{wrong}");
        answer(NEW, wrong);
        assert_eq!(failure(finish(provider, 0).await).0, Stage::Userinfo, "{wrong}");
        assert_eq!(signs_out(provider, &by_secret(wrong, &logout(&op))).await, Err(Fault::Refused), "{wrong}");
    }
    assert_eq!(op.calls_to("/jwks").len(), 0, "no key set is needed");
}
