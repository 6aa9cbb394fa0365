//! `GET /login`: icons, the buttons of owners, and the provider of the last login.

use crate::fake_provider::Op;
use crate::support::{Answer, Gateway, Setup};

const PUBLIC: &str = "\
    [providers.google]\npreset = \"google\"\nclient_id = \"a\"\nclient_secret = \"b\"\n\
    [providers.team]\npreset = \"google\"\nname = \"Team\"\nclient_id = \"a\"\nclient_secret = \"b\"\n\
    [providers.github]\npreset = \"github\"\nclient_id = \"a\"\nclient_secret = \"b\"\n";

/// The values of an attribute, in the order of the page.
fn all<'a>(page: &'a Answer, before: &str) -> Vec<&'a str> {
    page.body.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn each_provider_has_an_icon_that_caches_keep() {
    let gateway = Gateway::with(&format!("{PUBLIC}[providers.op]\nicon = \"gitea\"\n"));
    let browser = gateway.browser();
    let page = browser.get("/login").await;
    let icons = all(&page, "<img src=\"");
    assert_eq!(icons.len(), 4, "{}", page.body);
    let distinct: std::collections::BTreeSet<_> = icons.iter().collect();
    assert_eq!(distinct.len(), 3, "two have the icon of one preset: {}", page.body);
    for icon in &icons {
        let file = browser.get(icon).await;
        assert_eq!((file.status, file.header("content-type")), (200, "image/svg+xml"), "{icon}");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(file.body.starts_with("<svg") && file.header("content-security-policy").contains("sandbox"));
    }
    let listed = browser.fetch("/providers").await.json();
    let of_program = listed["providers"].as_array().expect("providers").iter().map(|provider| provider["icon"].clone());
    let expected: Vec<_> = icons.iter().map(|icon| format!("{}{icon}", gateway.public_url)).collect();
    assert_eq!(of_program.collect::<Vec<_>>(), expected);
}

/// A provider that the operator named otherwise has no button of its owner: two could not be told apart.
#[tokio::test]
async fn the_button_of_google_has_its_words_in_each_language() {
    let gateway = Gateway::with(PUBLIC);
    let browser = gateway.browser();
    for (language, words) in
        [("en", "Sign in with Google"), ("de", "Über Google anmelden"), ("ja", "Google でログイン")]
    {
        let page = browser.get(&format!("/login?ui_locales={language}")).await;
        assert_eq!(page.body.matches("class=\"choice google\"").count(), 1, "{}", page.body);
        assert!(page.body.contains(words), "{words}: {}", page.body);
        assert!(page.body.contains("<bdi>Team</bdi>") && page.body.contains("<bdi>GitHub</bdi>"), "{}", page.body);
    }
}

/// A gateway with three providers of tests.
fn three() -> Setup {
    Setup::new().provider("zeta", &Op::start()).provider("alpha", &Op::start())
}

fn order(page: &Answer) -> Vec<&str> {
    all(page, "href=\"/login/")
}

#[tokio::test]
async fn the_provider_of_the_last_login_is_first() {
    let gateway = three().start();
    let browser = gateway.browser();
    let page = browser.get("/login").await;
    assert_eq!(order(&page), ["op", "zeta", "alpha"]);
    assert!(!page.body.contains("Last used"), "{}", page.body);
    let begun = browser.begin("alpha").await;
    let failed = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert_eq!(failed.set_cookie("vestibule-provider"), None, "a failed login is not remembered");
    let begun = browser.begin("alpha").await;
    let signed_in = browser.get(&begun.callback_of("alice")).await;
    let cookie = signed_in.set_cookie("vestibule-provider").expect("a cookie");
    for attribute in ["vestibule-provider=alpha;", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    browser.post("/logout").await;
    let page = browser.get("/login").await;
    assert_eq!(order(&page), ["alpha", "op", "zeta"]);
    let (first, rest) = page.body.split_once("</li>").expect("a list");
    assert!(first.contains("Last used") && !rest.contains("Last used"), "{}", page.body);
    let listed = browser.fetch("/providers").await.json();
    assert_eq!(listed["providers"][0]["id"], "op", "programs get the order of the configuration");
}

#[tokio::test]
async fn a_provider_that_is_removed_or_unknown_is_not_first() {
    let gateway = three().start();
    let browser = gateway.browser();
    for other in ["gone", "<b>", "OP", "", "alpha%20"] {
        browser.set_cookie("vestibule-provider", other);
        let page = browser.get("/login").await;
        assert_eq!(order(&page), ["op", "zeta", "alpha"], "{other}");
        assert!(!page.body.contains("Last used"), "{other}");
    }
    let https = three().public_url("https://login.example.com").start();
    let plain = https.browser();
    plain.set_cookie("vestibule-provider", "alpha");
    let at = |answer: &Answer| answer.body.find("/login/alpha") < answer.body.find("/login/op");
    assert!(!at(&plain.get("/login").await), "a site on a sibling domain cannot set the cookie");
    plain.set_cookie("__Host-vestibule-provider", "alpha");
    assert!(at(&plain.get("/login").await));
}
