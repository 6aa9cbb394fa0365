//! How a login reads claims: once, for rules, profile and tokens alike.

use serde_json::{Value, json};

use crate::support::person::{Person, last_step, reference};
use crate::support::{Begun, Gateway, LogCapture};

fn with(provider: &str) -> Gateway {
    Gateway::with(&format!("[tokens]\nclaims = ['groups']\n[providers.op]\nuserinfo = 'never'\n{provider}"))
}

async fn attempt(gateway: &Gateway, claims: Value) -> (u16, Begun) {
    gateway.op.set_claims(claims);
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.get(&begun.callback_of("ada")).await;
    (answer.status, begun)
}

fn many(number: usize) -> Vec<String> {
    (0..number).map(|number| format!("g{number}")).collect()
}

/// AC-15: a group that a rule refuses is not in a token, and one that is in a token satisfies the rule.
#[tokio::test]
async fn rule_and_token_see_the_same_groups() {
    let gateway = with("[providers.op.allow]\ngroups = ['admin']\n");
    gateway.op.set_claims(json!({"groups": ["admin", "b"]}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.token_claims().await["groups"], json!(["admin", "b"]));
    for refused in [json!(["adm\u{0}in"]), json!(["Admin"]), json!("admin")] {
        assert_eq!(attempt(&gateway, json!({"groups": refused.clone()})).await.0, 403, "{refused}");
    }
    // The group that is cut off is in no token, so it satisfies no rule.
    let mut groups = many(500);
    groups.push("admin".to_owned());
    assert_eq!(attempt(&gateway, json!({ "groups": groups })).await.0, 403);
    let by_claim = with("[providers.op.allow.claims]\n'/groups' = 'admin'\n");
    assert_eq!(attempt(&by_claim, json!({"groups": ["admin"]})).await.0, 303);
    assert_eq!(attempt(&by_claim, json!({ "groups": groups })).await.0, 403);
}

/// AC-15: a name that trimming would change is another group: for a rule, for the session, for tokens and for the rules of apps.
#[tokio::test]
async fn a_group_with_surrounding_spaces_is_another_group() {
    let names = [" admin", "admin\u{a0}", "\u{2003}ops", "\tadmin", "admin\n", "\u{3000}admin", "admin\u{200e}"];
    let by_group = with("[providers.op.allow]\ngroups = ['admin', 'ops']\n");
    let by_claim = with("[providers.op.allow.claims]\n'/groups' = 'admin'\n");
    let by_role = with("[providers.op.allow.claims]\n'/role' = 'admin'\n");
    for name in names {
        assert_eq!(attempt(&by_group, json!({"groups": [name]})).await.0, 403, "{name:?}");
        assert_eq!(attempt(&by_claim, json!({"groups": [name]})).await.0, 403, "{name:?}");
        assert_eq!(attempt(&by_role, json!({"role": name})).await.0, 403, "{name:?}");
    }
    assert_eq!(attempt(&by_role, json!({"role": "admin"})).await.0, 303);
    let gateway = with("");
    gateway.op.set_claims(json!({"groups": names.iter().chain(&["staff"]).collect::<Vec<_>>(), "role": " admin"}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.token_claims().await["groups"], json!(["staff"]));
    assert_eq!(ada.session().await["user"]["groups"], json!(["staff"]));
    let stored = "SELECT claims->>'role' FROM subs";
    assert_eq!(gateway.database.words(stored), [" admin"], "byte for byte");
}

/// A single group as a string counts only if the operator says that the provider sends it so. Without a rule the log
/// says that it does not count.
#[tokio::test]
async fn a_single_group_as_a_string_counts_only_if_configured() {
    let rule = "[providers.op.allow]\ngroups = ['admin']\n";
    let silent = with("");
    let log = LogCapture::start();
    assert_eq!(attempt(&silent, json!({"groups": "staff"})).await.0, 303);
    assert!(log.text().lines().any(|line| line.contains("WARN") && line.contains("single_group_as_list = true")));
    let gateway = with(rule);
    let (status, begun) = attempt(&gateway, json!({"groups": "admin"})).await;
    assert_eq!(status, 403);
    let step = last_step(&gateway, &begun);
    assert!(step.contains("single_group_as_list = true"), "{step}");
    let taking = with(&format!("single_group_as_list = true\n{rule}"));
    taking.op.set_claims(json!({"groups": "admin"}));
    let ada = Person::at(&taking, "op", "ada").await;
    assert_eq!(ada.token_claims().await["groups"], json!(["admin"]));
}

/// The warning about claims that were cut, dropped or changed has counts and the reference, and no value.
#[tokio::test]
async fn changed_and_dropped_claim_values_are_logged() {
    let gateway = Gateway::with("[providers.op]\nuserinfo = 'never'\n");
    let log = LogCapture::start();
    let reported = |begun: &Begun| {
        let reference = reference(&gateway, begun);
        let text = log.text();
        let line = text.lines().find(|line| line.contains("claims were not taken") && line.contains(&reference));
        line.map(|line| line.split("losses=").nth(1).unwrap_or_default().to_owned())
    };
    let (_, begun) = attempt(&gateway, json!({"groups": ["a"], "name": "Ada"})).await;
    assert_eq!(reported(&begun), None);
    for (claims, expected) in [
        (json!({"groups": many(600)}), "groups: 600 sent, 100 cut"),
        (json!({"groups": [" a", 7, "b"]}), "groups: 3 sent, 2 dropped"),
        (
            json!({"groups": "admin"}),
            "groups: 1 sent, 1 dropped (a string, not a list; with single_group_as_list = true it is accepted)",
        ),
        (json!({"email": "ada@corp.test,eve@evil.test"}), "email: 1 sent, 1 dropped"),
        (json!({"name": "x".repeat(300)}), "name: 1 sent, 1 cut"),
        (json!({"email_verified": "true"}), "email_verified: 1 sent, 1 dropped"),
        (json!({"amr": many(20)}), "amr: 20 sent, 4 cut"),
        (json!({"acr": "x".repeat(300)}), "acr: 1 sent, 1 dropped"),
    ] {
        let (_, begun) = attempt(&gateway, claims.clone()).await;
        let reported = reported(&begun).unwrap_or_else(|| panic!("nothing of {claims}"));
        assert!(reported.contains(expected) && !reported.contains("ada@") && !reported.contains("g599"), "{reported}");
    }
}
