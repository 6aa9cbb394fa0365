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

/// A gateway with nine providers that need no request.
fn nine() -> Gateway {
    let names = ["Universität Zürich", "Straßenbahn", "École", "Corp", "Corp two", "Six", "Seven", "Eight"];
    let table = |(number, name): (usize, &&str)| {
        format!(
            "[providers.p{number}]\npreset = \"github\"\nname = \"{name}\"\nclient_id = \"a\"\nclient_secret = \"b\"\n"
        )
    };
    Gateway::with(&names.iter().enumerate().map(table).collect::<Vec<_>>().concat())
}

#[tokio::test]
async fn nine_providers_have_a_search_and_eight_have_none() {
    let gateway = nine();
    let browser = gateway.browser();
    let page = browser.get("/login").await;
    assert!(page.body.contains("type=\"search\" name=\"q\" value=\"\""), "{}", page.body);
    assert_eq!(order(&page).len(), 9);
    for (query, expected) in [
        ("zurich", &["p0"][..]),
        ("STRASSE", &["p1"]),
        ("e%CC%81cole", &["p2"]),
        ("corp", &["p3", "p4"]),
        ("two+CORP", &["p4"]),
        ("p5", &["p5"]),
        ("op", &["op"]),
    ] {
        let page = browser.get(&format!("/login?q={query}")).await;
        assert_eq!((page.status, order(&page)), (200, expected.to_vec()), "{query}");
    }
    let none = browser.get("/login?q=%3Cb%3E").await;
    assert!(none.body.contains("No way to sign in matches “<bdi>&#60;b&#62;</bdi>”."), "{}", none.body);
    assert_eq!(order(&none).len(), 0);
    assert!(none.body.contains("<a href=\"/login\">Show all</a>"), "{}", none.body);

    let few = three().start();
    let page = few.browser().get("/login?q=zeta").await;
    assert_eq!(order(&page), ["op", "zeta", "alpha"], "no search with few providers");
    assert!(!page.body.contains("type=\"search\""), "{}", page.body);
}

#[tokio::test]
async fn a_search_keeps_the_target_and_the_other_parameters() {
    let gateway = nine();
    let browser = gateway.browser();
    let page = browser.get("/login?return_to=%2Fa%3Fb%3D%22&prompt=select_account&ui_locales=de&q=six&other=1").await;
    for field in [
        "<input type=\"hidden\" name=\"return_to\" value=\"/a?b=&#34;\">",
        "<input type=\"hidden\" name=\"prompt\" value=\"select_account\">",
        "<input type=\"hidden\" name=\"ui_locales\" value=\"de\">",
        "href=\"/login?return_to=%2Fa%3Fb%3D%22&#38;prompt=select_account&#38;ui_locales=de\"",
        "href=\"/login/p5?return_to=%2Fa%3Fb%3D%22&#38;prompt=select_account\"",
    ] {
        assert!(page.body.contains(field), "{field}: {}", page.body);
    }
    assert!(!page.body.contains("name=\"other\""), "{}", page.body);
    assert_eq!(page.header("content-language"), "de");
    let refused = browser.get("/login?return_to=//evil.example&q=six").await;
    assert_eq!(refused.status, 400);
    assert_eq!(browser.get("/login?q=a&q=b").await.status, 400);
}
