//! `GET /login`: the page of providers.

use crate::fake_provider::Op;
use crate::support::{Gateway, Setup};

fn three() -> Gateway {
    let (zeta, alpha) = (Op::start(), Op::start());
    let setup = Setup::new().provider("zeta", &zeta).provider("alpha", &alpha);
    setup.toml("[providers.op]\nname = 'First'\n[providers.zeta]\nname = '<b>&\"Zeta\"</b>'\n").start()
}

/// WB-04
#[tokio::test]
async fn the_page_lists_providers_in_configured_order_with_escaped_names() {
    let gateway = three();
    let page = gateway.browser().get("/login?return_to=%2Fafter%3Fa%3D1%26b%3D2").await;
    assert_eq!(page.status, 200);
    assert!(page.is_page(), "{page:?}");
    let place = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("no {text} in {}", page.body));
    let links =
        ["op", "zeta", "alpha"].map(|id| place(&format!("href=\"/login/{id}?return_to=%2Fafter%3Fa%3D1%26b%3D2\"")));
    assert!(links.is_sorted(), "{links:?}");
    assert!(place("First") < place("Zeta") && place("Zeta") < place("alpha"));
    assert!(!page.body.contains("<b>") && page.body.contains("&#60;b&#62;&#38;"), "{}", page.body);
    assert!(!page.body.contains("<script"), "the page has no script");
}

#[tokio::test]
async fn a_single_provider_skips_the_page_unless_choose_is_set() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    assert_eq!(browser.get("/login").await.location(), "/login/op");
    let straight = browser.get("/login?return_to=/a%3Fb%3D%2526").await;
    assert_eq!(straight.location(), "/login/op?return_to=%2Fa%3Fb%3D%2526");
    let page = browser.get("/login?choose=1&return_to=/x").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/login/op?return_to=%2Fx\""), "{}", page.body);
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

#[tokio::test]
async fn a_foreign_return_to_is_refused_before_the_choice() {
    let gateway = three();
    let browser = gateway.browser();
    let page = browser.get("/login?return_to=//evil.example").await;
    assert_eq!(page.status, 400);
    assert!(page.is_page());
    let problem = browser.fetch("/login?return_to=//evil.example").await;
    assert_eq!(problem.problem(), (400, "return_to_refused".into()));
}

#[tokio::test]
async fn the_page_without_providers_explains_it() {
    let setup = Setup::new().without_providers();
    let page = setup.start().browser().get("/login").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("No way to sign in"), "{}", page.body);
}
