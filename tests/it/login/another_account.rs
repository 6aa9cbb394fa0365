//! `providers.<id>.another_account`: what a login with another account sends to the provider.

use serde_json::json;

use crate::support::app::{code, path, setup, to_provider};
use crate::support::{Gateway, parameter};

const ANOTHER: &str = "/login/op?prompt=select_account&return_to=%2Faccount%3Fa%3D1";

/// A provider that lists `login` and not `select_account` would refuse the latter.
#[tokio::test]
async fn the_metadata_decides_what_is_sent() {
    for (listed, expected) in [
        (json!(["none", "select_account", "login"]), Some("select_account")),
        (json!(["none", "login", "consent"]), Some("login")),
        (json!(["none"]), None),
        (json!(null), Some("select_account")),
    ] {
        let gateway = Gateway::start();
        gateway.op.set_metadata("prompt_values_supported", listed.clone());
        let away = gateway.browser().get(ANOTHER).await.location();
        assert_eq!(parameter(&away, "prompt").as_deref(), expected, "{listed}");
    }
}

/// The parameter of the provider replaces `select_account`, also if an app sent that.
#[tokio::test]
async fn the_configured_parameter_is_sent() {
    let gateway = setup().toml("[providers.op]\nanother_account = 'force_verify=true'\n").start();
    let browser = gateway.browser();
    for away in
        [browser.get(ANOTHER).await.location(), to_provider(&browser, &path(&[("prompt", "select_account")])).await.url]
    {
        let sent = (parameter(&away, "force_verify"), parameter(&away, "prompt"));
        assert_eq!(sent, (Some("true".to_owned()), None), "{away}");
    }
    let away = browser.get("/login/op").await.location();
    assert_eq!(parameter(&away, "force_verify"), None, "only if it was asked for");
}

/// A provider that cannot be asked: a page says to sign out there first, and its button keeps the goal.
#[tokio::test]
async fn a_page_asks_to_sign_out_at_the_provider_first() {
    let gateway = setup().toml("[providers.op]\nanother_account = 'none'\n").start();
    let browser = gateway.browser();
    let page = browser.get(ANOTHER).await;
    assert_eq!((page.status, page.is_page()), (200, true), "{page:?}");
    assert!(page.text().contains("first sign out at op"), "{}", page.text());
    assert_eq!(page.link("Continue with op"), "/login/op?return_to=%2Faccount%3Fa%3D1");
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
    // For an app, the request is kept.
    to_provider(&browser, &path(&[])).await;
    let id = gateway.database.words("SELECT id FROM authorization_requests").concat();
    let page = browser.get(&format!("/login/op?authorization_request={id}&prompt=select_account")).await;
    let begun = to_provider(&browser, &page.link("Continue with op")).await;
    assert_eq!(parameter(&begun.url, "prompt"), None);
    code(&browser.get(&begun.callback_of("grace")).await);
}
