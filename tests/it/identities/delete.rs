//! `DELETE /identities/{id}`

use serde_json::json;

use crate::support::person::{Person, audit, sign_in, two_providers};

/// AC-20
#[tokio::test]
async fn the_last_identity_cannot_be_unlinked() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let id = ada.identity_at("op").await;
    assert_eq!(ada.delete(&format!("/identities/{id}")).await.problem(), (409, "last_identity".into()));
    assert_eq!(ada.identities().await, ["op/ada"]);
    // Two concurrent requests do not remove both identities of a user.
    for round in 0..10 {
        assert_eq!(ada.link("other", &format!("countess-{round}")).await.status, 303);
        let (first, second) = (ada.identity_at("other").await, ada.identity_at("op").await);
        let (first, second) = (format!("/identities/{first}"), format!("/identities/{second}"));
        let (first, second) = tokio::join!(ada.delete(&first), ada.delete(&second));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert!(statuses[0] == 204 && statuses[1] >= 401, "{statuses:?}");
        assert_eq!(gateway.database.rows("subs"), 1);
        // Restores the state in which the next round begins.
        gateway.database.execute("DELETE FROM users");
        assert_eq!(sign_in(&ada.browser, "op", "ada").await.status, 303);
    }
}

/// AC-20: app sessions under them end too, and no other session does.
#[tokio::test]
async fn unlinking_ends_the_sessions_of_that_identity_only() {
    let (gateway, _other) = two_providers("");
    let here = Person::at(&gateway, "op", "ada").await;
    assert_eq!(here.link("other", "countess").await.status, 303);
    let there = Person::at(&gateway, "other", "countess").await;
    let tokens = there.browser.post("/session/token").await.json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let id = here.identity_at("other").await;
    let answer = here.delete(&format!("/identities/{id}")).await;
    assert_eq!((answer.status, answer.set_cookie("vestibule")), (204, None), "{answer:?}");
    assert_eq!(there.browser.fetch("/session").await.problem(), (401, "session_revoked".into()));
    let ask = gateway.browser().ask("GET", "/session").for_json().header("authorization", &bearer);
    assert_eq!(ask.send().await.status, 401);
    assert_eq!(here.browser.fetch("/session").await.status, 200);
    assert_eq!(gateway.database.words("SELECT ended_reason FROM sessions WHERE ended_at IS NOT NULL"), ["unlinked"]);
    assert_eq!(audit(&gateway), ["identity_linked", "identity_unlinked", "session_ended"]);
    // The profile of the provider is deleted, and a login with the identity creates a new user.
    assert_eq!(gateway.database.words("SELECT provider FROM subs"), ["op"]);
    let unrelated = Person::at(&gateway, "other", "countess").await;
    assert_ne!(unrelated.sub().await, here.sub().await);
    assert_eq!(here.delete(&format!("/identities/{id}")).await.problem(), (404, "not_found".into()));
}

#[tokio::test]
async fn unlinking_the_identity_of_the_current_session_signs_out() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let id = ada.identity_at("op").await;
    assert_eq!(ada.delete(&format!("/identities/{id}")).await.status, 204);
    assert_eq!(ada.browser.cookie("vestibule"), None);
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
    let again = Person::at(&gateway, "other", "countess").await;
    assert_eq!(again.identities().await, ["other/countess"]);
    assert_eq!(gateway.database.rows("users"), 1);
}

/// AC-11: name and groups of the identity are deleted.
#[tokio::test]
async fn unlinking_removes_the_profile_of_that_identity() {
    let (gateway, other) = two_providers(
        "[tokens]\nclaims = ['groups']\n[providers.op]\nuserinfo = 'never'\n[providers.other]\nuserinfo = 'never'\n",
    );
    gateway.op.set_claims(json!({"groups": ["readers"]}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    other.set_claims(json!({"groups": ["admins"], "name": "Countess", "email": "c@x.example"}));
    Person::at(&gateway, "other", "countess").await;
    let last_said = "SELECT count(*) FROM users WHERE name = 'Countess' AND groups = '{admins}'";
    assert_eq!(gateway.database.number(last_said), 1);
    let id = ada.identity_at("other").await;
    assert_eq!(ada.delete(&format!("/identities/{id}")).await.status, 204);
    assert_eq!(gateway.database.number(last_said), 0);
    let left = "SELECT count(*) FROM users WHERE name = 'ada of Example' AND groups = '{readers}'";
    assert_eq!(gateway.database.number(left), 1);
    let user = ada.session().await["user"].clone();
    assert_eq!(
        (&user["groups"], &user["name"], &user["email"]),
        (&json!(["readers"]), &json!("ada of Example"), &json!("ada@example.com"))
    );
    assert_eq!(ada.token_claims().await["groups"], json!(["readers"]));
}

#[tokio::test]
async fn the_identity_of_another_user_is_not_found() {
    let (gateway, _other) = two_providers("");
    let (ada, bob) = (Person::at(&gateway, "op", "ada").await, Person::at(&gateway, "op", "bob").await);
    assert_eq!(ada.link("other", "countess").await.status, 303);
    assert_eq!(bob.link("other", "bobby").await.status, 303);
    for id in [ada.identity_at("op").await, uuid::Uuid::new_v4().to_string(), "x".to_owned()] {
        assert_eq!(bob.delete(&format!("/identities/{id}")).await.problem(), (404, "not_found".into()), "{id}");
    }
    assert_eq!(gateway.database.rows("subs"), 4);
    let foreign = bob.browser.ask("DELETE", &format!("/identities/{}", bob.identity_at("op").await)).for_json();
    assert_eq!(foreign.header("origin", "https://evil.example").send().await.problem(), (403, "foreign_origin".into()));
}

/// AC-20: a concurrent login with the identity is ended, or creates a new user.
#[tokio::test]
async fn no_session_survives_a_concurrent_unlink() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let own = ada.sub().await;
    for round in 0..25 {
        assert_eq!(ada.link("other", "countess").await.status, 303);
        let id = format!("/identities/{}", ada.identity_at("other").await);
        let there = gateway.browser();
        let back = there.begin("other").await.callback_of("countess");
        let (login, gone) = tokio::join!(there.get(&back), ada.delete(&id));
        assert_eq!((login.status, gone.status), (303, 204), "round {round}");
        let left = format!(
            "SELECT count(*) FROM sessions WHERE ended_at IS NULL AND user_id = '{own}' AND provider = 'other'"
        );
        assert_eq!(gateway.database.number(&left), 0, "round {round}");
        gateway.database.execute(&format!("DELETE FROM users WHERE id <> '{own}'"));
    }
}
