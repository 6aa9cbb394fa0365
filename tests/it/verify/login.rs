//! Without a session: the address of the login, and the redirect to it.

use super::support::{asked, get, signed_in, start};
use crate::support::{Ask, Browser, LogCapture, parameter};

const SITE: &str = "https://wiki.example.com/a/b?c=d&e=%2F";

fn navigation(browser: &Browser, path: &str) -> Ask {
    let ask = browser.ask("GET", path).header("x-forwarded-proto", "https");
    let ask = ask.header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", "/a/b?c=d&e=%2F");
    ask.header("sec-fetch-mode", "navigate")
}

/// FW-01, FW-18: programs get 401 with the address of the login, in the body and in a header.
#[tokio::test]
async fn without_a_session_the_answer_names_the_login() {
    let gateway = start("");
    let browser = gateway.browser();
    browser.set_cookie("__Secure-vestibule", "garbage");
    for answer in [get(&browser, SITE).await, navigation(&browser, "/verify").send().await] {
        assert_eq!(answer.problem(), (401, "no_session".into()));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let url = answer.json()["login_url"].as_str().expect("a URL").to_owned();
        assert!(url.starts_with("https://login.example.com/login?return_to="), "{url}");
        assert_eq!(parameter(&url, "return_to").as_deref(), Some(SITE));
        assert_eq!(answer.header("location"), url);
        // Nothing is stored, in the browser or in a cache.
        assert!(answer.headers.get("set-cookie").is_none());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

/// FW-01: a redirect only if it is wanted, and only for a navigation.
#[tokio::test]
async fn a_navigation_is_redirected_where_that_is_wanted() {
    for (toml, query, redirects) in [
        ("", "", false),
        ("", "?redirect=true", true),
        ("[verify]\nredirect = true", "", true),
        ("[verify]\nredirect = true", "?redirect=false", false),
    ] {
        let gateway = start(toml);
        let browser = gateway.browser();
        let path = format!("/verify{query}");
        let answer = navigation(&browser, &path).send().await;
        assert_eq!(answer.status, if redirects { 302 } else { 401 }, "{toml} {query}");
        assert_eq!(parameter(answer.header("location"), "return_to").as_deref(), Some(SITE));
        let by_script = browser.ask("GET", &path).header("sec-fetch-mode", "cors").send().await;
        assert_eq!(by_script.status, 401);
        let old_browser = browser.ask("GET", &path).send().await;
        assert_eq!(old_browser.status, if redirects { 302 } else { 401 }, "Accept: text/html");
        let old_script = browser.ask("GET", &path).header("x-requested-with", "XMLHttpRequest").send().await;
        assert_eq!(old_script.status, 401);
        assert_eq!(browser.ask("GET", &path).for_json().send().await.status, 401);
    }
}

/// FW-12: only addresses of `login.return_to`, whatever the headers say.
#[tokio::test]
async fn the_login_leads_back_to_listed_sites_only() {
    let log = LogCapture::start();
    let gateway = start("");
    let browser = gateway.browser();
    let return_to = async |host: &str, uri: &str, proto: &str| {
        let ask = browser.ask("GET", "/verify").for_json().header("x-forwarded-proto", proto);
        let answer = ask.header("x-forwarded-host", host).header("x-forwarded-uri", uri).send().await;
        if answer.status == 403 {
            return Some("denied".to_owned());
        }
        assert_eq!(answer.status, 401, "{host} {uri}");
        let url = answer.json()["login_url"].as_str().expect("a URL").to_owned();
        assert!(url.starts_with("https://login.example.com/login"), "{url}");
        parameter(&url, "return_to")
    };
    let site = "https://wiki.example.com";
    let denied = || Some("denied".to_owned());
    for (host, uri, expected) in [
        ("wiki.example.com", "/x", Some(format!("{site}/x"))),
        ("Wiki.Example.com.:443", "/x", Some(format!("{site}/x"))),
        ("wiki.example.com", "/x?n=//evil.example", Some(format!("{site}/x?n=//evil.example"))),
        ("wiki.example.com", "//evil.example/x", denied()),
        ("wiki.example.com", "/\\evil.example", denied()),
        ("wiki.example.com", "@evil.example/", denied()),
        ("wiki.example.com", ".evil.example/", denied()),
        ("wiki.example.com", ":8443/", denied()),
        ("wiki.example.com", "https://evil.example/", denied()),
        ("wiki.example.com", "javascript:alert(1)", denied()),
        ("wiki.example.com", "/x y", denied()),
        ("wiki.example.com@evil.example", "/", None),
        ("evil.example", "/", None),
        ("evil.example/wiki.example.com", "/", None),
        ("wiki.example.com.evil.example", "/", None),
        ("wiki.example.com:8443", "/", None),
        ("wiki.example.com#", "/", None),
    ] {
        assert_eq!(return_to(host, uri, "https").await, expected, "{host} {uri}");
    }
    assert_eq!(return_to("wiki.example.com", "/", "http").await, None);
    assert_eq!(return_to("wiki.example.com", "/", "javascript").await.as_deref(), Some("denied"));
    assert!(log.text().contains("write https://evil.example in login.return_to"), "{}", log.text());
}

/// A 403 that a person sees is a page of the gateway's style, with a way to another account.
#[tokio::test]
async fn a_person_who_may_not_see_a_site_gets_a_page() {
    let gateway = start("[[verify.rules]]\nallow = { groups = ['staff'] }");
    let browser = signed_in(&gateway, "eve", &[]).await;
    let answer = navigation(&browser, "/verify").send().await;
    assert_eq!(answer.status, 403);
    assert!(answer.is_page(), "{answer:?}");
    assert!(answer.body.contains("https://login.example.com/assets/style"), "{}", answer.body);
    assert!(answer.body.contains("prompt=select_account"), "{}", answer.body);
    assert!(answer.header("content-security-policy").contains("style-src https://login.example.com;"));
    assert_eq!(asked(&browser, "GET", SITE).send().await.header("content-type"), "application/problem+json");
}

/// FW-21: a site that does not get the session cookie leads to the login again; that ends after three rounds.
#[tokio::test]
async fn a_loop_of_logins_ends_after_three_rounds() {
    let gateway = start("[verify]\nredirect = true");
    let browser = gateway.browser();
    for round in 0..3 {
        let to_login = navigation(&browser, "/verify").send().await;
        assert_eq!(to_login.status, 302, "round {round}");
        let query = to_login.location().split_once('?').expect("a query").1.to_owned();
        let begun = browser.get(&format!("/login/op?{query}")).await;
        assert_eq!(begun.status, 302, "round {round}: {begun:?}");
        let begun = crate::support::Begun::at("op", begun.location());
        assert_eq!(browser.get(&begun.callback_of("ada")).await.location(), SITE, "round {round}");
        browser.forget_cookie("__Secure-vestibule");
    }
    let query = navigation(&browser, "/verify").send().await.location().split_once('?').expect("a query").1.to_owned();
    let path = format!("/login/op?{query}");
    let ended = browser.get(&path).await;
    assert_eq!(ended.status, 400, "{ended:?}");
    assert!(ended.body.contains("__Secure-vestibule"), "{}", ended.body);
    assert_eq!(browser.get(&path).await.status, 302, "the page begins to count anew");
}
