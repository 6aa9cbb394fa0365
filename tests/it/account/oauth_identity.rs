//! The removal of an identity at an OAuth provider, whose logins are never fresh.

use serde_json::json;

use crate::fake_provider::Op;
use crate::support::person::Person;
use crate::support::{Gateway, Setup};

const HUB: &str = "
    [providers.hub]
    kind = 'oauth2'
    client_id = 'x'
    client_secret = 'secret'
    authorization_endpoint = 'https://hub.example/authorize'
    token_endpoint = 'https://hub.example/token'
    userinfo_endpoint = 'https://hub.example/me'
    claims.sub = '/id'
";

/// A user with an identity at the OAuth provider, signed in through `op`, and the page that asks before its removal.
async fn with_oauth_identity(gateway: &Gateway) -> (Person, String) {
    let ada = Person::at(gateway, "op", "ada").await;
    gateway.database.execute(
        "INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
         SELECT gen_random_uuid(), 'hub', '583231', user_id, '{}', now(), now() FROM subs",
    );
    let page = format!("/account/identities/{}/unlink", ada.identity_at("hub").await);
    (ada, page)
}

/// AC-07: the page does not offer a login after which the identity could not be removed at once either.
#[tokio::test]
async fn an_oauth_identity_is_removed_after_seven_days_beside_a_provider_that_shows_fresh_logins() {
    let op = Op::start();
    let gateway = Setup::new().without_providers().provider("op", &op).toml(HUB).start();
    let (ada, path) = with_oauth_identity(&gateway).await;
    let page = ada.browser.get(&path).await;
    assert!(page.body.contains("in seven days") && !page.body.contains("/login/hub"), "{}", page.body);
    let id = ada.identity_at("hub").await;
    assert_eq!(ada.delete(&format!("/identities/{id}")).await.status, 202);
}

/// AC-07: if no provider shows fresh logins, a login with the identity and a confirmation remove it at once.
#[tokio::test]
async fn the_page_offers_a_login_at_an_oauth_provider_where_no_provider_shows_fresh_logins() {
    let op = Op::start();
    let gateway = Setup::new().without_providers().provider("op", &op).toml(HUB).start();
    op.set_claims(json!({"auth_time": null}));
    let (ada, path) = with_oauth_identity(&gateway).await;
    gateway.database.execute("UPDATE providers SET auth_time_withheld_at = now(), auth_time_sent_at = NULL");
    let page = ada.browser.get(&path).await;
    let login = format!("/login/hub?return_to={}&#38;max_age=60", path.replace('/', "%2F"));
    assert!(page.body.contains(&login), "{}", page.body);
    assert!(page.body.contains("None of your providers can show"), "{}", page.body);
}
