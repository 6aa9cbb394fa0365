//! The sessions that get the stored tokens of a linked identity.

use serde_json::json;

use crate::fake_provider::Op;
use crate::support::app::{Tokens, code, error, post_as, redeem_of_server};
use crate::support::person::{Person, two_providers};
use crate::support::{Answer, Gateway};

const KEEPING: &str = "[providers.op]\nstore_tokens = true\n[providers.other]\nstore_tokens = true\n";

/// A gateway that stores the tokens of `op` and `other`, each provider with tokens of its own.
fn keeping(more: &str) -> (Gateway, Op) {
    let (gateway, other) = two_providers(&format!("{KEEPING}{more}"));
    for op in [&gateway.op, &other] {
        op.refreshing(|refreshing| refreshing.lifetime = Some(3600));
    }
    (gateway, other)
}

async fn token(person: &Person, provider: &str) -> Answer {
    person.browser.fetch(&format!("/identities/{provider}/token")).await
}

fn reauth_required() -> (u16, String) {
    (409, "reauth_required".to_owned())
}

/// A session through any linked identity does not open the accounts of the others.
#[tokio::test]
async fn a_session_gets_the_tokens_of_its_own_identity_and_of_those_that_it_linked() {
    let (gateway, other) = keeping("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    assert_eq!(token(&ada, "op").await.status, 200);
    assert_eq!(token(&ada, "other").await.status, 200);

    let through_other = Person::at(&gateway, "other", "countess").await;
    assert_eq!(through_other.sub().await, ada.sub().await);
    assert_eq!(token(&through_other, "other").await.status, 200);
    assert_eq!(token(&through_other, "op").await.problem(), reauth_required());
    let through_op = Person::at(&gateway, "op", "ada").await;
    assert_eq!(token(&through_op, "op").await.status, 200);
    assert_eq!(token(&through_op, "other").await.problem(), reauth_required());
    // A refusal sends nothing to the provider.
    gateway.hand.advance(chrono::TimeDelta::hours(2));
    let calls = other.calls_to("/token").len();
    assert_eq!(token(&through_op, "other").await.problem(), reauth_required());
    assert_eq!(other.calls_to("/token").len(), calls);
}

/// The person proves the identity again in this session.
#[tokio::test]
async fn linking_again_opens_the_tokens_to_that_session() {
    let (gateway, _other) = keeping("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let again = Person::at(&gateway, "op", "ada").await;
    assert_eq!(token(&again, "other").await.problem(), reauth_required());
    assert_eq!(again.link("other", "countess").await.status, 303);
    assert_eq!(token(&again, "other").await.status, 200);
    let linked = "SELECT max(cardinality(linked_sub_ids)) FROM sessions";
    assert_eq!(again.link("other", "countess").await.status, 303);
    assert_eq!(gateway.database.number(linked), 1);
}

#[tokio::test]
async fn tokens_for_linked_opens_the_tokens_to_every_session() {
    let (gateway, _other) = keeping("tokens_for_linked = true\n");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let through_op = Person::at(&gateway, "op", "ada").await;
    assert_eq!(token(&through_op, "other").await.status, 200);
    let through_other = Person::at(&gateway, "other", "countess").await;
    assert_eq!(token(&through_other, "op").await.problem(), reauth_required(), "of the other provider only");
}

/// By token exchange (RFC 8693): the app's session has what the sign-in above it linked.
#[tokio::test]
async fn an_app_gets_the_tokens_that_its_sign_in_may_have() {
    let app = crate::support::app::CLIENTS.replace(
        "grants = [\"authorization_code\", \"refresh_token\", \"client_credentials\"]",
        "grants = [\"authorization_code\", \"refresh_token\"]\nprovider_tokens = [\"op\", \"other\"]",
    );
    let (gateway, _other) = keeping(&app);
    let exchange = async |person: &Person, provider: &str| {
        let path = crate::support::app::of_server(&[("provider", ""), ("prompt", "none")]);
        let tokens = Tokens::of(&redeem_of_server(&gateway, &code(&person.browser.get(&path).await)).await);
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", tokens.access.as_str()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", provider),
        ];
        post_as(&gateway, "server", "/oauth2/token", &form).await
    };
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    for provider in ["op", "other"] {
        let answer = exchange(&ada, provider).await;
        assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("Bearer")), "{provider}: {answer:?}");
    }
    let through_op = Person::at(&gateway, "op", "ada").await;
    assert_eq!(exchange(&through_op, "op").await.status, 200);
    assert_eq!(error(&exchange(&through_op, "other").await), (400, "interaction_required".into()));
}
