//! The claims that a provider sends besides name and e-mail address: shown on the account page, and gone with its
//! source.

use serde_json::json;

use crate::support::person::{Person, two_providers};

/// `given_name` and the like are shown at the identity that they are of, escaped, as long as the provider sends them, and are
/// deleted with the identity and with the user.
#[tokio::test]
async fn the_page_shows_the_further_claims_of_each_identity() {
    let (gateway, other) = two_providers("");
    gateway.op.set_claims(json!({
        "given_name": "Ada", "family_name": "<b>Lovelace</b>", "locale": "en-GB", "updated_at": 1_700_000_000,
        "website": "https://ada.example/", "zoneinfo": 7, "gender": "female", "quota": "5 GB",
    }));
    other.set_claims(json!({"nickname": "countess", "email": "countess@x.example"}));
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let page = ada.browser.get("/account").await;
    let text = page.text();
    for shown in [
        "Given name: Ada",
        "Family name: <b>Lovelace</b>",
        "Language: en-GB",
        "Website: https://ada.example/",
        "Updated at: 14 November 2023 at 22:13 UTC",
        "Nickname: countess",
    ] {
        assert!(text.contains(shown), "{shown} is missing: {text}");
    }
    assert!(!page.body.contains("<b>Lovelace"), "{}", page.body);
    for hidden in ["Zoneinfo", "female", "5 GB"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let at_op = text.find("Given name").expect("shown");
    assert!(at_op < text.find("Nickname").expect("shown"), "in the order of the identities");

    gateway.op.set_claims(json!({"nickname": "ada"}));
    let ada = Person::at(&gateway, "op", "ada").await;
    let text = ada.browser.get("/account").await.text();
    assert!(text.contains("Nickname: ada") && !text.contains("Given name"), "the provider sends it no more: {text}");
    let stored = |sql: &str| gateway.database.number(&format!("SELECT count(*) FROM subs WHERE {sql}"));
    assert_eq!((stored("claims ? 'given_name'"), stored("claims ? 'nickname'")), (0, 2));
    gateway.database.execute("DELETE FROM users");
    assert_eq!(stored("true"), 0, "deleted with the user");
}
