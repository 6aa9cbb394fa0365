//! The identities on `GET /account`, and their buttons.

use chrono::TimeDelta;

use serde_json::json;

use crate::support::person::{Person, audit, two_providers};
use crate::support::{Answer, Begun, Gateway};

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
        assert!(page.body.contains(&format!("href=\"/account/identities/{id}/unlink\"")), "{}", page.body);
    }
    assert!(
        !page.body.contains("<script") && !page.body.contains("<b>") && !page.body.contains("/link\""),
        "{}",
        page.body
    );
}

/// The page asks first, and says what the removal of the current identity has done.
#[tokio::test]
async fn removing_the_identity_in_use_asks_first_and_signs_out() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let path = format!("/account/identities/{}/unlink", ada.identity_at("op").await);
    assert_eq!(press(&ada, &path).await.location(), path, "a form without the answer to the page");
    let page = ada.browser.get(&path).await;
    assert!(page.text().contains("Remove op?") && page.body.contains("signed out here too"), "{}", page.body);
    let value = confirm_value(&ada, &path).await;
    let answer = confirm(&ada, &path, &value).await;
    assert!(answer.status == 200 && answer.is_page(), "{answer:?}");
    assert!(answer.text().contains("op was removed") && answer.body.contains("/login?choose=1"), "{}", answer.body);
    assert_eq!(ada.browser.cookie("vestibule"), None);
    let again = Person::at(&gateway, "other", "countess").await;
    assert_eq!(again.identities().await, ["other/countess"]);
    let own = format!("/account/identities/{}/unlink", again.identity_at("other").await);
    assert_eq!(again.browser.fetch(&own).await.problem(), (409, "last_identity".into()));
}

/// AC-07: an identity that the session was not made through waits for seven days, and the page shows it with a way back.
#[tokio::test]
async fn removing_another_identity_waits_and_can_be_taken_back() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let identity = format!("/account/identities/{}", ada.identity_at("other").await);
    let path = format!("{identity}/unlink");
    let page = ada.browser.get(&path).await;
    let sign_in = format!("href=\"/login/other?return_to={}&#38;max_age=60\"", path.replace('/', "%2F"));
    assert!(page.body.contains("in seven days") && page.body.contains(&sign_in), "{}", page.body);
    let owner = Person::at(&gateway, "other", "countess").await;
    let value = confirm_value(&ada, &path).await;
    assert_eq!(confirm(&ada, &path, &value).await.location(), "/account?done=identity-requested");
    let page = owner.browser.get("/account").await;
    assert!(page.body.contains("Will be removed on"), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"{identity}/keep\"")), "{}", page.body);
    assert_eq!(press(&owner, &format!("{identity}/keep")).await.location(), "/account?done=identity-kept");
    assert!(!owner.browser.get("/account").await.body.contains("Will be removed on"));
    // The owner removes it at once.
    let value = confirm_value(&owner, &path).await;
    assert_eq!(confirm(&owner, &path, &value).await.status, 200);
    assert_eq!(ada.identities().await, ["op/ada"]);
}

/// AC-07: after an old login the user signs in again and returns to the page.
#[tokio::test]
async fn removing_after_an_old_login_asks_for_a_fresh_login() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let path = format!("/account/identities/{}/unlink", ada.identity_at("op").await);
    gateway.hand.advance(TimeDelta::seconds(600));
    let value = confirm_value(&ada, &path).await;
    let location = format!("/login/op?return_to={}&max_age=60", path.replace('/', "%2F"));
    assert_eq!(confirm(&ada, &path, &value).await.location(), location);
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
}

/// AC-07, SE-13
#[tokio::test]
async fn link_and_unlink_forms_of_other_sites_are_refused() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    assert_eq!(ada.link("other", "countess").await.status, 303);
    let unlink = format!("/account/identities/{}/unlink", ada.identity_at("op").await);
    for path in ["/account/identities/other/link", unlink.as_str()] {
        let ask = ada.browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "cross-site");
        let answer = ask.send().await;
        assert_eq!((answer.status, answer.is_page()), (403, true), "{path}");
        let page = ada.browser.get(path).await;
        assert_eq!((page.status, page.is_page()), (200, true), "the page that asks to confirm: {path}");
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
    assert_eq!(way, "/login/op?return_to=%2Faccount&max_age=60");
    let begun = Begun::at("op", ada.browser.get(&way).await.location());
    assert!(begun.url.contains("max_age=60"), "{}", begun.url);
    gateway.op.set_claims(json!({"auth_time": gateway.clock.now().timestamp()}));
    assert_eq!(ada.browser.get(&begun.callback_of("ada")).await.location(), "/account");
    Begun::at("other", press(&ada, "/account/identities/other/link").await.location());
}

/// The provider was asked for the authentication time, and did not state it.
async fn at_a_silent_provider(gateway: &Gateway) -> Person {
    gateway.op.set_claims(json!({"auth_time": null}));
    let ada = Person::at(gateway, "op", "ada").await;
    let way = press(&ada, "/account/identities/other/link").await.location();
    assert_eq!(way, "/login/op?return_to=%2Faccount&max_age=60", "it may state it when it is asked");
    let begun = Begun::at("op", ada.browser.get(&way).await.location());
    assert_eq!(ada.browser.get(&begun.callback_of("ada")).await.location(), "/account");
    gateway.database.until("SELECT count(*) FROM providers WHERE auth_time_withheld_at IS NOT NULL", 1).await;
    ada
}

/// The value in the form of the page that asks to confirm.
async fn confirm_value(person: &Person, path: &str) -> String {
    let page = person.browser.get(path).await;
    assert!(page.status == 200 && page.is_page(), "{page:?}");
    let (_, value) = page.body.split_once("name=\"confirm\" value=\"").unwrap_or_else(|| panic!("{}", page.body));
    value.split('"').next().expect("a value").to_owned()
}

async fn confirm(person: &Person, path: &str, value: &str) -> Answer {
    let ask = person.browser.ask("POST", path).header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", format!("confirm={value}")).send().await
}

/// AC-07: if no provider of the person shows a fresh login, the person confirms the change, and it is audited.
#[tokio::test]
async fn a_change_is_confirmed_where_no_provider_shows_a_fresh_login() {
    let (gateway, _other) = two_providers("");
    let ada = at_a_silent_provider(&gateway).await;
    let page = "/account/identities/other/link";
    assert_eq!(press(&ada, page).await.location(), page);
    let program = ada.ask_to_link("other").await;
    assert_eq!(program.problem(), (401, "insufficient_user_authentication".into()));
    assert_eq!(program.json()["confirm_url"], format!("{}{page}", gateway.public_url));
    let value = confirm_value(&ada, page).await;
    // The value of another session, and that of another change, confirm nothing.
    let eve = Person::at(&gateway, "op", "eve").await;
    for wrong in
        [confirm_value(&eve, page).await, confirm_value(&ada, "/account/identities/op/link").await, "junk".to_owned()]
    {
        assert_eq!(confirm(&ada, page, &wrong).await.location(), page);
    }
    assert!(!audit(&gateway).iter().any(|kind| kind == "identity_change_confirmed"));
    let begun = Begun::at("other", confirm(&ada, page, &value).await.location());
    let confirmed = audit(&gateway).into_iter().filter(|kind| kind == "identity_change_confirmed").count();
    assert_eq!(confirmed, 1);
    assert_eq!(ada.browser.get(&begun.callback_of("ada-2")).await.location(), "/account");
    assert_eq!(ada.identities().await, ["op/ada", "other/ada-2"]);
}

/// AC-07: a provider that ever stated the time is asked again, also after a login without it: `max_age` can be removed from
/// the request in the browser.
#[tokio::test]
async fn a_provider_that_shows_fresh_logins_leaves_nothing_to_confirm() {
    let (gateway, _other) = two_providers("");
    Person::at(&gateway, "op", "bob").await;
    gateway.database.until("SELECT count(*) FROM providers WHERE auth_time_sent_at IS NOT NULL", 1).await;
    let ada = at_a_silent_provider(&gateway).await;
    let page = "/account/identities/other/link";
    let value = confirm_value(&ada, page).await;
    assert_eq!(confirm(&ada, page, &value).await.location(), "/login/op?return_to=%2Faccount&max_age=60");
    let program = ada.ask_to_link("other").await;
    assert_eq!(program.problem(), (401, "insufficient_user_authentication".into()));
    assert!(program.json().get("confirm_url").is_none());
    assert!(!audit(&gateway).iter().any(|kind| kind == "identity_change_confirmed"));
}
