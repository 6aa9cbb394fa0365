//! An ID token that comes with a refresh.

use serde_json::{Value, json};

use crate::vault::house::{TOKEN, let_expire, row, signed_in, start, token};

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

/// RT-35, RT-36: of another issuer, of somebody else, for another client, older than the one before, or not signed by the
/// provider: nothing of it is handed out or kept, and the link is broken.
#[tokio::test]
async fn one_that_does_not_fit_breaks_the_link() {
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
async fn one_of_another_key_breaks_the_link() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.sign_as("nobody's");
    assert_eq!(browser.fetch(TOKEN).await.problem(), (409, "reauth_required".into()));
}

/// OpenID Connect Core §12.2: none need come, and it need not have a nonce.
#[tokio::test]
async fn one_that_fits_is_fine_and_none_too() {
    for claims in [json!({}), json!({"auth_time": 1_000_000_000}), json!({"nonce": null})] {
        assert_eq!(outcome(claims.clone()).await, (200, "access-secret-2".into(), "kept".into()), "{claims}");
    }
    let gateway = start();
    gateway.op.refreshing(|refreshing| refreshing.with_id_token = false);
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
}

/// The provider rolls its keys over meanwhile.
#[tokio::test]
async fn a_new_key_of_the_provider_is_looked_for() {
    let gateway = start();
    let browser = signed_in(&gateway, "alice").await;
    let_expire(&gateway);
    gateway.op.rotate("second");
    assert_eq!(token(&browser.fetch(TOKEN).await), "access-secret-2");
}
