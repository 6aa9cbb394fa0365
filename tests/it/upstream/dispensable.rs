//! A login does not fail by what it does not need: the userinfo request of `userinfo = "auto"`.

use serde_json::{Value, json};
use vestibule::config::Userinfo;
use vestibule::upstream::{Fault, Stage};

use super::{failure, finish, oidc_with, provider_with, registry, timeout_for};
use crate::fake_provider::{self as op, Op, Reply};
use crate::support::LogCapture;

const JSON: &str = "application/json";

fn info(body: &Value) -> Reply {
    Reply::text(200, JSON, &body.to_string())
}

/// Responses without claims, each with its fault if the login needs them.
fn without_claims(op: &Op) -> Vec<(Reply, Fault)> {
    let encrypted = Reply::text(200, "application/jwt", "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d");
    let header = json!({"alg": "EdDSA", "kid": op::KID});
    let other_use = op.signed(&json!({"alg": "EdDSA", "kid": op::KID, "typ": "at+jwt"}), &json!({"sub": "alice"}));
    let errors = op.signed(&header, &json!({"error": "invalid_token"}));
    vec![
        (Reply::text(401, JSON, r#"{"error":"invalid_token"}"#), Fault::Refused),
        (Reply::text(403, "text/html", "<html>"), Fault::Refused),
        (Reply::text(404, "text/html", "not here"), Fault::InvalidResponse),
        (Reply::text(400, JSON, r#"{"error":{"type":"OAuthException","code":190}}"#), Fault::Refused),
        (Reply::text(429, JSON, "{}"), Fault::InvalidResponse),
        (Reply::text(500, JSON, "{}"), Fault::InvalidResponse),
        (Reply::text(302, JSON, "").with("Location", "/jwks"), Fault::InvalidResponse),
        (Reply::text(200, "text/html", "<html>"), Fault::InvalidResponse),
        (Reply::text(200, JSON, "["), Fault::InvalidResponse),
        (Reply::text(200, JSON, &" ".repeat(2 << 20)), Fault::InvalidResponse),
        (info(&json!(["alice"])), Fault::InvalidResponse),
        (info(&json!({"email": "a@b.c"})), Fault::InvalidResponse),
        (info(&json!({"error": {"message": "no"}})), Fault::Refused),
        (Reply::text(200, JSON, &errors), Fault::Refused),
        (encrypted, Fault::Refused),
        (Reply::text(200, "application/jwt", &other_use), Fault::Refused),
        (Reply::Closed, Fault::InvalidResponse),
        (Reply::Broken, Fault::InvalidResponse),
        (Reply::Silent, Fault::Timeout),
    ]
}

/// The response adds only an address. The log names the reason; with `userinfo = "always"` the operator wants the response.
#[tokio::test]
async fn a_failed_userinfo_request_does_not_fail_a_login_that_does_not_need_it() {
    let op = Op::start();
    for (reply, fault) in without_claims(&op) {
        let with = |userinfo: Userinfo| {
            provider_with(&op, |oidc| {
                oidc.userinfo = userinfo;
                oidc.registration.timeout = timeout_for(&reply);
            })
        };
        op.reply("/userinfo", reply.clone());
        let log = LogCapture::start();
        let identity = finish(&with(Userinfo::Auto), 0).await.unwrap_or_else(|failure| panic!("{reply:?}: {failure}"));
        assert_eq!((identity.sub.as_str(), identity.profile.email), ("alice", None), "{reply:?}");
        let text = log.text();
        let line = text.lines().find(|line| line.contains("the userinfo request failed")).expect("a line");
        assert!(
            line.contains("WARN") && line.contains("provider=op") && line.contains("the userinfo endpoint"),
            "{line}"
        );
        let (stage, failed, reason) = failure(finish(&with(Userinfo::Always), 0).await);
        assert_eq!((stage, failed), (Stage::Userinfo, fault), "{reply:?}: {reason}");
    }
}

/// A rule that compares a claim which the ID token lacks needs the response.
#[tokio::test]
async fn a_rule_needs_the_claims_that_the_id_token_lacks() {
    let op = Op::start();
    op.reply("/userinfo", Reply::text(403, JSON, "{}"));
    let rules = ["email_domains = ['b.c']", "groups = ['a']", "claims = { '/team' = 'blue' }"];
    for (claims, needed) in [
        (json!({}), [true, true, true]),
        (json!({"email": "a@b.c"}), [true, true, true]),
        (json!({"email": "a@b.c", "email_verified": true}), [false, true, true]),
        (json!({"groups": []}), [true, false, true]),
        (json!({"team": null}), [true, true, true]),
        (json!({"team": "blue", "groups": ["a"]}), [true, false, false]),
    ] {
        op.set_claims(claims.clone());
        for (rule, needed) in rules.into_iter().zip(needed) {
            let mut oidc = oidc_with(&op.issuer, &format!("allow = {{ {rule} }}\n"));
            oidc.userinfo = Userinfo::Auto;
            let provider = registry(vec![("op", oidc)]).get("op").expect("configured").clone();
            let outcome = finish(&provider, 0).await;
            assert_eq!(outcome.is_err(), needed, "rule {rule}: {claims}");
        }
    }
}

/// RT-28: a response about another person, or one whose signature or claims are wrong, fails the login in any case.
#[tokio::test]
async fn a_contradictory_response_fails_the_login() {
    let op = Op::start();
    let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Auto);
    let header = json!({"alg": "EdDSA", "kid": op::KID});
    let signed = |claims: Value| Reply::text(200, "application/jwt", &op.signed(&header, &claims));
    let forged = Op::start().signed(&header, &json!({"sub": "alice"}));
    for reply in [
        info(&json!({"sub": "eve", "email": "a@b.c"})),
        info(&json!({"sub": ""})),
        signed(json!({"sub": "eve"})),
        signed(json!({"sub": "alice", "aud": "them"})),
        signed(json!({"sub": "alice", "iss": format!("{}/", op.issuer)})),
        signed(json!({"sub": "alice", "exp": op::NOW - 3600})),
        Reply::text(200, "application/jwt", &forged),
        Reply::text(200, JSON, &forged),
    ] {
        op.reply("/userinfo", reply.clone());
        let (stage, fault, reason) = failure(finish(&provider, 0).await);
        assert_eq!((stage, fault), (Stage::Userinfo, Fault::Refused), "{reply:?}: {reason}");
    }
    op.reply("/userinfo", signed(json!({"sub": "alice", "email": "a@b.c", "exp": (op::NOW + 60).to_string()})));
    assert_eq!(finish(&provider, 0).await.expect("signed in").profile.email.as_deref(), Some("a@b.c"));
}
