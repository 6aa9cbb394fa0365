//! The identities on `GET /account`, and their buttons.

use chrono::TimeDelta;

use serde_json::json;

use crate::support::person::{Person, two_providers};
use crate::support::{Answer, Begun};

/// Sends the form of a button as a browser does from a page with `Referrer-Policy: no-referrer`.
async fn press(person: &Person, path: &str) -> Answer {
    let ask = person.browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin");
    ask.send().await
}

#[tokio::test]
async fn the_page_lists_the_identities_with_a_button_for_each() {
    let (gateway, other) = two_providers("[providers.other]\nname = 'Other <b>provider</b>'\n");
    other.set_claims(json!({"email": "<script>@x.example"}));
    let ada = Person::at(&gateway, "op", "ada").await;
    let page = ada.browser.get("/account").await;
    assert!(
        page.body.contains("action=\"/account/identities/other/link\"") && !page.body.contains("/unlink"),
        "{}",
        page.body
    );
    assert!(!page.header("content-security-policy").contains("form-action"), "the button leads to the provider");

    let answer = press(&ada, "/account/identities/other/link").await;
    let begun = Begun::at("other", answer.location());
    assert_eq!(ada.browser.get(&begun.callback_of("countess")).await.location(), "/account");
    let page = ada.browser.get("/account").await;
    assert!(page.header("content-security-policy").contains("form-action 'self'"), "none does any more");
    let (op, other) = (ada.identity_at("op").await, ada.identity_at("other").await);
    for id in [&op, &other] {
        assert!(page.body.contains(&format!("action=\"/account/identities/{id}/unlink\"")), "{}", page.body);
    }
    assert!(
        !page.body.contains("<script") && !page.body.contains("<b>") && !page.body.contains("/link\""),
        "{}",
        page.body
    );

    assert_eq!(press(&ada, &format!("/account/identities/{other}/unlink")).await.location(), "/account");
    assert_eq!(ada.identities().await, ["op/ada"]);
    // A double click has no effect, and the last identity stays.
    assert_eq!(press(&ada, &format!("/account/identities/{other}/unlink")).await.location(), "/account");
    assert_eq!(press(&ada, &format!("/account/identities/{op}/unlink")).await.status, 409);
}

/// AC-07, SE-13
#[tokio::test]
async fn link_and_unlink_forms_of_other_sites_are_refused() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let unlink = format!("/account/identities/{}/unlink", ada.identity_at("op").await);
    for path in ["/account/identities/other/link", unlink.as_str()] {
        let ask = ada.browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "cross-site");
        let answer = ask.send().await;
        assert_eq!((answer.status, answer.is_page()), (403, true), "{path}");
        assert_eq!(ada.browser.get(path).await.status, 405, "{path}");
        assert_eq!(gateway.browser().post(path).await.location(), "/login?return_to=/account", "{path}");
    }
}

/// AC-07: after an old login the user signs in again at the same provider and returns to the page.
#[tokio::test]
async fn linking_after_an_old_login_asks_for_a_fresh_login() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    gateway.hand.advance(TimeDelta::seconds(600));
    let way = press(&ada, "/account/identities/other/link").await.location();
    assert_eq!(way, "/login/op?return_to=/account&max_age=60");
    let begun = Begun::at("op", ada.browser.get(&way).await.location());
    assert!(begun.url.contains("max_age=60"), "{}", begun.url);
    gateway.op.set_claims(json!({"auth_time": gateway.clock.now().timestamp()}));
    assert_eq!(ada.browser.get(&begun.callback_of("ada")).await.location(), "/account");
    Begun::at("other", press(&ada, "/account/identities/other/link").await.location());
}
