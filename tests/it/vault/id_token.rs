//! ID tokens in refresh responses.

use serde_json::{Value, json};

use crate::fake_provider::Reply;
use crate::vault::support::{TOKEN, let_expire, row, sent_refresh_tokens, signed_in, start, token};

/// The status, the token or error code, and the state of the row after a refresh whose ID token has these claims.
async fn outcome(claims: Value) -> (u16, String, String) {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.set_claims(claims);
    let answer = browser.fetch(TOKEN).await;
    let code = if answer.status == 200 { token(&answer) } else { answer.code() };
    let row = row(&gateway);
    // A second request returns the same status, although the provider would now return a valid ID token. The session
    // stays active in any case.
    gateway.op.set_claims(json!({}));
    assert_eq!(browser.fetch(TOKEN).await.status, answer.status);
    assert_eq!(browser.fetch("/session").await.status, 200);
    (answer.status, code, row)
}

/// RT-35, RT-36: another issuer, subject or client, an older token, or a wrong signature: the tokens are neither
/// returned nor stored, and the user has to log in again.
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
        json!({"nonce": "of another login"}),
        json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    ] {
        let expected = (409, "reauth_required".to_owned(), "reauth".to_owned());
        assert_eq!(outcome(claims.clone()).await, expected, "{claims}");
    }
}

/// RT-35, RT-36: the claims are compared even if the signature cannot be verified.
#[tokio::test]
async fn a_mismatching_id_token_signed_with_an_unknown_key_requires_reauth() {
    for claims in [json!({"iss": "https://evil.example"}), json!({"sub": "mallory"}), json!({"aud": "another"})] {
        let gateway = start();
        let browser = signed_in(&gateway, "alice").await;
        let_expire(&gateway);
        gateway.op.sign_as("unknown");
        gateway.op.set_claims(claims.clone());
        assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()), "{claims}");
    }
}

/// The provider has rotated the refresh token. The new refresh token must be stored even if the ID token cannot be
/// verified now, because the key set is older than the signing key, or because one of the clocks is wrong.
#[tokio::test]
async fn tokens_are_kept_when_their_id_token_cannot_be_verified_now() {
    for case in ["an unknown key", "issued in the future", "expired"] {
        let gateway = start();
        let browser = signed_in(&gateway, "alice").await;
        let_expire(&gateway);
        let now = gateway.clock.now().timestamp();
        match case {
            "an unknown key" => gateway.op.sign_as("unknown"),
            "expired" => gateway.op.set_claims(json!({"exp": now - 120})),
            _ => gateway.op.set_claims(json!({"iat": now + 120, "exp": now + 420})),
        }
        assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2", "{case}");
        assert_eq!(row(&gateway), "kept", "{case}");
    }
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

/// The provider has rotated the refresh token. The new refresh token must be stored even if the keys cannot be fetched.
#[tokio::test]
async fn tokens_are_kept_when_the_keys_of_their_id_token_cannot_be_fetched() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.rotate("second");
    gateway.op.reply("/jwks", Reply::text(503, "text/html", "<h1>sorry</h1>"));
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
    assert_eq!(row(&gateway), "kept");
    gateway.op.recover("/jwks");
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-3");
    assert_eq!(sent_refresh_tokens(&gateway.op), ["refresh-secret-1", "refresh-secret-2"]);
}
