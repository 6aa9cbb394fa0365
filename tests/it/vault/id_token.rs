//! ID tokens in refresh responses.

use serde_json::{Value, json};

use crate::vault::support::{TOKEN, let_expire, row, signed_in, start, token};

async fn outcome(claims: Value) -> (u16, String, String) {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.set_claims(claims);
    let answer = browser.fetch(TOKEN).await;
    let code = if answer.status == 200 { token(&answer) } else { answer.code() };
    let row = row(&gateway);
    // Whatever it was, it is not tried again by itself, and the session is none of it.
    gateway.op.set_claims(json!({}));
    assert_eq!(browser.fetch(TOKEN).await.status, answer.status);
    assert_eq!(browser.fetch("/session").await.status, 200);
    (answer.status, code, row)
}

/// RT-35, RT-36: another issuer, subject or client, an older token, or a wrong signature: the tokens are neither handed out nor
/// stored, and the user has to log in again.
#[tokio::test]
async fn a_mismatching_id_token_requires_reauth() {
    for claims in [
        json!({"iss": "https://evil.example"}),
        json!({"sub": "mallory"}),
        json!({"sub": null}),
        json!({"aud": "another"}),
        json!({"aud": ["us:1", "another"], "azp": "another"}),
        json!({"iat": 1_000_000_000}),
        json!({"iat": null}),
        json!({"exp": 1_000_000_000}),
        json!({"nonce": "of another login"}),
        json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    ] {
        let expected = (409, "reauth_required".to_owned(), "reauth".to_owned());
        assert_eq!(outcome(claims.clone()).await, expected, "{claims}");
    }
}

#[tokio::test]
async fn an_id_token_of_another_key_requires_reauth() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.sign_as("nobody's");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
}

/// OpenID Connect Core §12.2: the ID token and its nonce are optional.
#[tokio::test]
async fn a_matching_id_token_or_none_is_accepted() {
    for claims in [json!({}), json!({"auth_time": 1_000_000_000}), json!({"nonce": null})] {
        assert_eq!(outcome(claims.clone()).await, (200, "access-secret-2".into(), "kept".into()), "{claims}");
    }
    let gateway = start();
    gateway.op.refreshing(|refreshing| refreshing.with_id_token = false);
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
}

/// The provider has rotated its keys.
#[tokio::test]
async fn a_new_signing_key_is_fetched_during_a_refresh() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.rotate("second");
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
}
