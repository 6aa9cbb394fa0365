//! `DELETE /identities/{id}`

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::presets::operator::Operator;
use crate::support::person::{Person, audit, sign_in, two_providers};
use crate::support::{Browser, Gateway};

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
        let there = Person::at(&gateway, "other", &format!("countess-{round}")).await;
        let (first, second) = (ada.identity_at("other").await, ada.identity_at("op").await);
        let (first, second) = (format!("/identities/{first}"), format!("/identities/{second}"));
        let (first, second) = tokio::join!(there.delete(&first), ada.delete(&second));
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
    let asking = Person::at(&gateway, "other", "countess").await;
    let answer = asking.delete(&format!("/identities/{id}")).await;
    assert_eq!((answer.status, asking.browser.cookie("vestibule")), (204, None), "{answer:?}");
    assert_eq!(there.browser.fetch("/session").await.problem(), (401, "session_revoked".into()));
    let ask = gateway.browser().ask("GET", "/session").for_json().header("authorization", &bearer);
    assert_eq!(ask.send().await.status, 401);
    assert_eq!(here.browser.fetch("/session").await.status, 200);
    let reasons = gateway.database.words("SELECT ended_reason FROM sessions WHERE ended_at IS NOT NULL");
    assert_eq!(reasons, ["unlinked", "unlinked"]);
    assert_eq!(audit(&gateway), ["identity_linked", "identity_unlinked", "session_ended", "session_ended"]);
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
    let countess = Person::at(&gateway, "other", "countess").await;
    let last_said = "SELECT count(*) FROM users WHERE name = 'Countess' AND groups = '{admins}'";
    assert_eq!(gateway.database.number(last_said), 1);
    let id = ada.identity_at("other").await;
    assert_eq!(countess.delete(&format!("/identities/{id}")).await.status, 204);
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
        let asking = Person::at(&gateway, "other", "countess").await;
        let there = gateway.browser();
        let back = there.begin("other").await.callback_of("countess");
        let (login, gone) = tokio::join!(there.get(&back), asking.delete(&id));
        assert_eq!((login.status, gone.status), (303, 204), "round {round}");
        let left = format!(
            "SELECT count(*) FROM sessions WHERE ended_at IS NULL AND user_id = '{own}' AND provider = 'other'"
        );
        assert_eq!(gateway.database.number(&left), 0, "round {round}");
        gateway.database.execute(&format!("DELETE FROM users WHERE id <> '{own}'"));
    }
}

/// A user with two identities, signed in through `op`, and the path of the identity at `other`.
pub(super) async fn with_two_identities(gateway: &Gateway) -> (Person, String) {
    let ada = Person::at(gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let path = format!("/identities/{}", ada.identity_at("other").await);
    (ada, path)
}

/// When the identity at `other` is removed, as `GET /identities` says.
pub(super) async fn unlink_at(person: &Person) -> Value {
    let all = person.identity_objects().await;
    all.iter().find(|identity| identity["provider"] == "other").expect("linked")["unlink_at"].clone()
}

pub(super) fn cleanup(gateway: &Gateway) {
    let (code, _, complaint) = Operator::new().run(&gateway.database.configuration(), &["cleanup"]);
    assert_eq!(code, Some(0), "{complaint}");
}

/// AC-07: a person who got hold of one identity cannot exclude the owner of the other one at once.
#[tokio::test]
async fn a_session_of_another_identity_removes_it_after_seven_days() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    let owner = Person::at(&gateway, "other", "countess").await;
    let answer = ada.delete(&path).await;
    let at = gateway.clock.now() + TimeDelta::days(7);
    assert_eq!(answer.status, 202, "{answer:?}");
    let until: vestibule::base::clock::Timestamp =
        serde_json::from_value(answer.json()["unlink_at"].clone()).expect("a time");
    assert!((at - until).num_seconds().abs() < 60, "{until}");
    assert_eq!(unlink_at(&owner).await, answer.json()["unlink_at"]);
    // A second request does not change the time.
    gateway.hand.advance(TimeDelta::seconds(30));
    assert_eq!(ada.delete(&path).await.json(), answer.json());
    assert_eq!(audit(&gateway), ["identity_linked", "identity_removal_requested"]);

    cleanup(&gateway);
    assert_eq!(owner.browser.fetch("/session").await.status, 200);
    gateway.database.execute("UPDATE subs SET unlink_at = now() - interval '1 s' WHERE unlink_at IS NOT NULL");
    cleanup(&gateway);
    assert_eq!(ada.identities().await, ["op/ada"]);
    owner.browser.ends().await;
    let by = "SELECT detail->>'by' FROM audit_events WHERE kind = 'identity_unlinked'";
    assert_eq!(gateway.database.words(by), ["cleanup"]);
}

/// AC-07: any session of the user takes the removal back, also one without a fresh login.
#[tokio::test]
async fn every_session_of_the_user_can_keep_the_identity() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    let (owner, bob) = (Person::at(&gateway, "other", "countess").await, Person::at(&gateway, "op", "bob").await);
    assert_eq!(ada.delete(&path).await.status, 202);
    gateway.hand.advance(TimeDelta::hours(1));
    let keep = format!("{path}/keep");
    assert_eq!(bob.post(&keep).await.problem(), (404, "not_found".into()));
    assert_eq!(owner.post(&keep).await.status, 204);
    assert_eq!(owner.post(&keep).await.status, 404);
    assert_eq!(unlink_at(&ada).await, Value::Null);
    let kinds = ["identity_linked", "identity_removal_requested", "identity_removal_taken_back"];
    assert_eq!(audit(&gateway), kinds);
    let foreign = ada.browser.ask("POST", &keep).for_json().header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.problem(), (403, "foreign_origin".into()));
}

/// AC-20: an identity that became the last one is kept.
#[tokio::test]
async fn a_removal_that_would_take_the_last_identity_is_taken_back() {
    let (gateway, _other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    assert_eq!(ada.delete(&path).await.status, 202);
    let own = format!("/identities/{}", ada.identity_at("op").await);
    assert_eq!(ada.delete(&own).await.status, 204);
    gateway.database.execute("UPDATE subs SET unlink_at = now() - interval '1 s'");
    cleanup(&gateway);
    let owner = Person::at(&gateway, "other", "countess").await;
    assert_eq!(owner.identities().await, ["other/countess"]);
    assert_eq!(unlink_at(&owner).await, Value::Null);
}

/// A fresh login at the provider of the identity makes a session of it, which removes it at once.
#[tokio::test]
async fn a_fresh_login_at_its_provider_removes_it_at_once() {
    let (gateway, other) = two_providers("");
    let (ada, path) = with_two_identities(&gateway).await;
    other.set_claims(json!({"auth_time": gateway.clock.now().timestamp() - 601}));
    assert_eq!(sign_in(&ada.browser, "other", "countess").await.status, 303);
    assert_eq!(ada.delete(&path).await.status, 401, "the login there is old");
    other.set_claims(json!({"auth_time": gateway.clock.now().timestamp()}));
    assert_eq!(sign_in(&ada.browser, "other", "countess").await.status, 303);
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(gateway.database.words("SELECT provider FROM subs"), ["op"]);
}

#[tokio::test]
async fn an_administrator_removes_an_identity_at_once() {
    const TOKEN: &str = "an-administrators-token-of-32-characters";
    let (gateway, _other) = two_providers(&format!("[admin]\ntoken = '{TOKEN}'\n"));
    let (ada, path) = with_two_identities(&gateway).await;
    let sub = ada.sub().await;
    let admin = Browser::new(&gateway.admin);
    let delete = async |path: &str| {
        let ask = admin.ask("DELETE", path).for_json().header("authorization", &format!("Bearer {TOKEN}"));
        ask.send().await.status
    };
    let path = format!("/admin/users/{sub}{path}");
    assert_eq!(delete(&path).await, 204);
    assert_eq!(delete(&path).await, 404);
    let op = ada.identity_at("op").await;
    assert_eq!(delete(&format!("/admin/users/{sub}/identities/{op}")).await, 409);
    assert_eq!(ada.identities().await, ["op/ada"]);

    assert_eq!(ada.link("other", "countess").await.status, 303);
    let (operator, text) = (Operator::new(), gateway.database.configuration());
    let (code, said, complaint) = operator.run(&text, &["users", "unlink", &sub, "other"]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(said.contains("countess of other was removed"), "{said}");
    let (code, _, complaint) = operator.run(&text, &["users", "unlink", &sub, "other"]);
    assert!(code == Some(1) && complaint.contains("no identity"), "{complaint}");
    let (code, _, complaint) = operator.run(&text, &["users", "unlink", &sub, &op]);
    assert!(code == Some(1) && complaint.contains("only identity"), "{complaint}");
    let by = "SELECT detail->>'by' FROM audit_events WHERE kind = 'identity_unlinked' ORDER BY at";
    assert_eq!(gateway.database.words(by), ["admin.token", "command line"]);
}
