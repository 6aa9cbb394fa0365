//! Requests that no proxy should pass on.

use std::time::Duration;

use super::support::{asked, get, identity, signed_in, start};
use crate::support::LogCapture;

/// Hosts that are none, or not those of a rule.
#[tokio::test]
async fn strange_hosts_are_denied() {
    let gateway = start("[[verify.rules]]\nhosts = ['wiki.example.com', 'bücher.example.com']");
    let browser = signed_in(&gateway, "ada", &[]).await;
    let long = format!("{}.example.com", "a".repeat(300));
    let ask = |host: &str| {
        let ask = browser.ask("GET", "/verify").for_json().header("x-forwarded-proto", "https");
        ask.header("x-forwarded-uri", "/").header("x-forwarded-host", host)
    };
    for host in [
        "wiki.example.com:8443",
        "wiki.example.com:0",
        "wiki.example.com:x",
        "user@wiki.example.com",
        "wiki.example.com@evil.example",
        "user:pw@wiki.example.com",
        "wiki.example.com..",
        "wiki..example.com",
        "wiki.example.com/x",
        "wiki.example.com\\x",
        "wiki.example.com%00",
        "wiki%2eexample.com",
        "wiki.example.com evil",
        "wiki.example.com,evil.example",
        "evil.example",
        "wiki.example.com;x",
        "[::1]",
        "127.0.0.1",
        &long,
    ] {
        assert_eq!(ask(host).send().await.status, 403, "{host}");
    }
    for host in [
        "wiki.example.com",
        "WIKI.EXAMPLE.COM",
        "wiki.example.com.",
        "wiki.example.com:443",
        "xn--bcher-kva.example.com",
    ] {
        assert_eq!(ask(host).send().await.status, 200, "{host}");
    }
}

/// 16 KiB of cookies, and cookies that contradict each other.
#[tokio::test]
async fn many_and_contradicting_cookies() {
    let gateway = start("");
    let browser = signed_in(&gateway, "ada", &[]).await;
    let own = browser.cookie("__Secure-vestibule").expect("the session cookie");
    let padding =
        |bytes: usize| (0..bytes / 100).map(|n| format!("c{n}={}; ", "x".repeat(90))).collect::<Vec<_>>().concat();
    let with = async |cookies: String| {
        let ask = gateway.browser().ask("GET", "/verify").for_json();
        ask.header("cookie", &cookies).send().await
    };
    assert_eq!(with(format!("{}__Secure-vestibule={own}", padding(14_000))).await.status, 200);
    let refused = with(format!("{}__Secure-vestibule={own}", padding(17_000))).await;
    assert_eq!(refused.status, 431);
    let other = signed_in(&gateway, "eve", &[]).await.cookie("__Secure-vestibule").expect("the session cookie");
    let both = with(format!("__Secure-vestibule={own}; __Secure-vestibule={other}")).await;
    assert_eq!(both.problem(), (401, "session_cookies_conflict".into()));
    // A person gets to the page that removes them.
    let ask = gateway.browser().ask("GET", "/verify?redirect=true").header("sec-fetch-mode", "navigate");
    let shown = ask.header("cookie", &format!("__Secure-vestibule={own}; __Secure-vestibule={other}")).send().await;
    assert_eq!((shown.status, &*shown.location()), (302, "https://login.example.com/account"), "{shown:?}");
    assert_eq!(with(format!("__Secure-vestibule=garbage; __Secure-vestibule={own}")).await.status, 200);
}

/// FW-13: the scripts of a site below the domain of the cookie cannot read it; a site can set a cookie of that name, but makes no
/// session by it.
#[tokio::test]
async fn a_site_cannot_make_a_session_cookie() {
    let gateway = start("");
    let browser = gateway.browser();
    let signed_in = browser.get(&browser.begin("op").await.callback_of("ada")).await;
    let set = signed_in.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let set = set.filter(|line| line.starts_with("__Secure-vestibule=")).collect::<Vec<_>>().join("");
    for attribute in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Domain=example.com"] {
        assert!(set.contains(attribute), "{attribute}: {signed_in:?}");
    }
    let own = browser.cookie("__Secure-vestibule").expect("the session cookie");
    let with = async |value: &str| {
        let ask = gateway.browser().ask("GET", "/verify").for_json();
        ask.header("cookie", &format!("__Secure-vestibule={value}")).send().await.status
    };
    assert_eq!(with(&own).await, 200);
    let sid = browser.fetch("/session").await.json()["sid"].as_str().expect("a sid").to_owned();
    for minted in [sid.as_str(), "", "null", &own[1..], &own[..own.len() - 2], &format!("{own}{own}")] {
        assert_eq!(with(minted).await, 401, "{minted}");
    }
    for place in 0..own.len() - 1 {
        let other = if own.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &own[..place], &own[place + 1..]);
        assert_eq!(with(&changed).await, 401, "{place}");
    }
}

/// FW-20, FW-24: the method of the site is data, and a body is not read.
#[tokio::test]
async fn methods_and_bodies_are_data() {
    let gateway = start("[[verify.rules]]\nmethods = ['GET', 'TRACE', 'CONNECT']\n");
    let browser = signed_in(&gateway, "ada", &[]).await;
    let url = "https://wiki.example.com/";
    for (method, status) in
        [("GET", 200), ("TRACE", 200), ("CONNECT", 200), ("get", 403), ("POST", 403), ("GET ", 200), ("X", 403)]
    {
        assert_eq!(asked(&browser, method, url).send().await.status, status, "{method:?}");
    }
    let large = asked(&browser, "GET", url).body("application/octet-stream", vec![0_u8; 10_000]).send().await;
    identity(&large);
    assert_eq!(get(&browser, url).await.status, 200);
}

/// FW-07: without rules a path that servers read differently is refused too. Otherwise it would leave the location of the proxy that
/// narrows: nginx takes `/reports;x/1` for another location than `/reports/`, and a servlet site reads `/reports/1`.
#[tokio::test]
async fn a_path_that_leaves_a_narrowed_location_is_refused_without_rules() {
    let gateway = start("");
    let browser = signed_in(&gateway, "eve", &["staff"]).await;
    for (path, status) in [
        ("/reports/1", 200),
        ("/reports;x/1", 403),
        ("/x/..;/reports/1", 403),
        ("/x/..%2freports/1", 403),
        ("//reports/1", 403),
        ("/reports%5c1", 403),
        ("/x/%252e%252e/reports", 403),
        ("/x?next=//reports;x", 200),
    ] {
        let answer = get(&browser, &format!("https://wiki.example.com{path}")).await;
        assert_eq!(answer.status, status, "{path}");
    }
    assert_eq!(browser.ask("GET", "/verify").for_json().send().await.status, 200, "a proxy that reports no path");
}

/// The access line of each denied request says why, however many there are.
#[tokio::test]
async fn the_log_says_why_a_request_is_denied() {
    let gateway = start("[[verify.rules]]\nhosts = ['wiki.example.com']\npaths = ['/open/**']");
    let browser = gateway.browser();
    let log = LogCapture::start();
    let url = |path: &str| format!("https://wiki.example.com{path}");
    for (ask, why) in [
        (asked(&browser, "GET", &url("/open/a%2Fb")), "the path has an encoded slash"),
        (asked(&browser, "GET", &url("/open/a%2fb")), "the path has an encoded slash"),
        (asked(&browser, "GET", &url("/open//b")), "the path has an empty segment"),
        (asked(&browser, "GET", &url("/open/../b")), "the path has a dot segment"),
        (asked(&browser, "GET", &url("/open/a\\b")), "the path has a backslash"),
        (asked(&browser, "GET", &url("/open/a;b")), "the path has a semicolon"),
        (asked(&browser, "GET", &url("/closed")), "no rule matches"),
        (
            asked(&browser, "GET", &url("/open/a")).header("x-original-uri", "/open/b"),
            "x-original-uri contradicts another header",
        ),
        (
            asked(&browser, "GET", &url("/open/a")).header("x-forwarded-host", "evil.example"),
            "x-forwarded-host came more than once",
        ),
        (
            asked(&browser, "GET", &url("/open/a")).header("x-original-method", "GET, POST"),
            "x-original-method is a list, or is not readable",
        ),
        (
            browser.ask("GET", "/verify").for_json().header("x-forwarded-uri", "/open/a"),
            "X-Forwarded-Host is missing or unusable",
        ),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status, 403, "{why}");
        let id = format!("id={} ", answer.header("x-request-id"));
        let is_written =
            || log.text().lines().any(|line| line.contains(&id) && line.contains("answered") && line.contains(why));
        let written = async {
            while !is_written() {
                tokio::task::yield_now().await;
            }
        };
        // The line is written after the answer.
        tokio::time::timeout(Duration::from_secs(30), written)
            .await
            .unwrap_or_else(|_| panic!("{why}: {}", log.text()));
    }
}
