//! `GET /providers`

use chrono::TimeDelta;
use serde_json::json;

use crate::fake_provider::{Op, Reply, WELL_KNOWN};
use crate::support::Setup;

/// RD-18
#[tokio::test]
async fn providers_are_listed_in_order_with_their_availability() {
    let down = Op::start();
    down.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let setup = Setup::new().provider("down", &down).toml("[providers.op]\nname = 'Corp \"SSO\" <b>'\n");
    let gateway = setup.start();
    let browser = gateway.browser();
    browser.fetch("/login/down").await;
    let answer = browser.fetch("/providers").await;
    let icon = answer.json()["providers"][0]["icon"].clone();
    assert!(
        icon.as_str().is_some_and(|icon| icon.starts_with(&format!("{}/assets/brand/", gateway.public_url))),
        "{icon}"
    );
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let url = &gateway.public_url;
    let expected = |id: &str, name: &str, available: bool| json!({"id": id, "name": name, "kind": "oidc", "login_url": format!("{url}/login/{id}"), "icon": icon, "available": available});
    assert_eq!(
        answer.json(),
        json!({"providers": [expected("op", "Corp \"SSO\" <b>", true), expected("down", "down", false)]})
    );

    down.recover(WELL_KNOWN);
    gateway.hand.advance(TimeDelta::seconds(31));
    browser.begin("down").await;
    assert_eq!(browser.fetch("/providers").await.json()["providers"][1]["available"], true);
}

#[tokio::test]
async fn without_providers_the_list_is_empty() {
    let gateway = Setup::new().without_providers().start();
    assert_eq!(gateway.browser().fetch("/providers").await.json(), json!({"providers": []}));
}
