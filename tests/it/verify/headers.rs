//! The identity headers.

use serde_json::json;

use super::support::{IDENTITY, asked, get, identity, signed_in, start};

const SITE: &str = "https://wiki.example.com/";

/// FW-02: what the headers say of a person.
#[tokio::test]
async fn all_headers_describe_the_session() {
    let gateway = start("");
    let browser = signed_in(&gateway, "ada", &["staff", "a,b", "50%", "Größe"]).await;
    let sub = browser.fetch("/session").await.json()["sub"].as_str().expect("a sub").to_owned();
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"] {
        let answer = browser.ask(method, "/verify").send().await;
        let expected = [sub.as_str(), "ada@example.com", "ada", "staff,a%2Cb,50%25,Gr%C3%B6%C3%9Fe"];
        assert_eq!(identity(&answer), expected, "{method}");
        assert_eq!((answer.body.as_str(), answer.header("authorization")), ("", ""), "{method}");
    }
    assert_eq!(browser.ask("HEAD", "/verify").send().await.status, 200);
}

/// FW-03: a person without an address, a name and groups cannot lend themselves those of the request.
#[tokio::test]
async fn spoofed_headers_are_overwritten_by_empty_ones() {
    let gateway = start("");
    gateway.op.set_claims(json!({ "email": "ada@example.com", "email_verified": false }));
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let mut ask = asked(&browser, "GET", SITE);
    for name in IDENTITY {
        for spelling in [name.to_owned(), name.to_uppercase(), name.replace('-', "_")] {
            ask = ask.header(&spelling, "root").header(&spelling, "root");
        }
    }
    for name in ["Remote-User", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups"] {
        ask = ask.header(name, "root");
    }
    let answer = ask.send().await;
    let [user, email, name, groups] = identity(&answer);
    assert_eq!((email.as_str(), name.as_str(), groups.as_str()), ("", "", ""), "the address is not verified");
    assert_eq!(user.len(), 36);
    assert!(!format!("{:?}", answer.headers).contains("root"), "{answer:?}");
}

/// FW-18: whatever the answer is, no cache keeps it, and it sets no cookie.
#[tokio::test]
async fn no_answer_can_be_stored_or_sets_a_cookie() {
    let rules = "[[verify.rules]]\npaths = ['/strong']\nallow = { aal = 'aal3' }\n[[verify.rules]]\npaths = ['/staff']\n\
                 allow = { groups = ['staff'] }\n[[verify.rules]]\npaths = ['/open']\nallow = { anyone = true }\n[[verify.rules]]\npaths = ['/']";
    let gateway = start(&format!("[verify]\nredirect = true\n{rules}"));
    let known = signed_in(&gateway, "ada", &[]).await;
    let (unknown, garbage) = (gateway.browser(), gateway.browser());
    garbage.set_cookie("__Secure-vestibule", "garbage");
    for (browser, path, query, navigates, status) in [
        (&known, "/", "", false, 200),
        (&unknown, "/open", "", false, 200),
        (&unknown, "/", "", true, 302),
        (&garbage, "/", "", false, 401),
        (&garbage, "/", "", true, 302),
        (&known, "/strong", "", true, 302),
        (&known, "/strong", "", false, 401),
        (&known, "/staff", "", false, 403),
        (&known, "/staff", "", true, 403),
        (&unknown, "/..", "", true, 403),
        (&known, "/", "?groups=", false, 400),
    ] {
        let ask = browser.ask("GET", &format!("/verify{query}")).header("x-forwarded-proto", "https");
        let ask = ask.header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", path);
        let ask = if navigates { ask.header("sec-fetch-mode", "navigate") } else { ask.for_json() };
        let answer = ask.send().await;
        let case = format!("{path}{query} {navigates}: {answer:?}");
        assert_eq!((answer.status, answer.header("cache-control")), (status, "no-store"), "{case}");
        assert!(answer.headers.get("set-cookie").is_none(), "{case}");
    }
}

#[tokio::test]
async fn switches_send_unverified_addresses_and_tokens() {
    let gateway = start("[verify]\nunverified_email = true\nissue_token = true\n[tokens]\naudience = ['wiki']");
    gateway.op.set_claims(json!({ "email": "ada@example.com", "email_verified": false }));
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let answer = get(&browser, SITE).await;
    assert_eq!(identity(&answer)[1], "ada@example.com");
    let token = answer.header("authorization").strip_prefix("Bearer ").expect("a token").to_owned();
    let claims = crate::support::person::claims(&json!(token));
    assert_eq!(
        (&claims["aud"], &claims["client_id"]),
        (&json!(["wiki", "https://login.example.com"]), &json!("vestibule"))
    );
}

/// FW-22: a preflight request passes if that is switched on, and tells nobody.
#[tokio::test]
async fn a_preflight_request_passes_by_switch_without_an_identity() {
    let rules = "[[verify.rules]]\nhosts = ['wiki.example.com']\npaths = ['/internal/**']\nallow = { deny = true }\n\
                 [[verify.rules]]\nhosts = ['wiki.example.com']\nallow = { groups = ['staff'] }";
    let gateway = start(&format!("[verify]\nallow_preflight = true\nissue_token = true\n{rules}"));
    let browser = signed_in(&gateway, "ada", &["staff"]).await;
    let preflight = |method: &str| {
        let ask = asked(&browser, method, SITE).header("origin", "https://other.example");
        ask.header("access-control-request-method", "PUT")
    };
    let answer = preflight("OPTIONS").send().await;
    assert_eq!(identity(&answer), ["", "", "", ""]);
    assert_eq!(answer.headers.get_all("authorization").iter().count(), 1, "empty, so that it overwrites");
    assert!(!identity(&preflight("GET").send().await)[0].is_empty(), "another method is not a preflight");
    let unknown = gateway.browser();
    assert_eq!(asked(&unknown, "OPTIONS", SITE).send().await.status, 401, "without Access-Control-Request-Method");
    // What is denied stays denied, and what no proxy reported is not judged.
    let anonymous = |url: &str| {
        let ask = asked(&unknown, "OPTIONS", url).header("origin", "https://other.example");
        ask.header("access-control-request-method", "GET")
    };
    for (url, status) in [
        (SITE, 200),
        ("https://wiki.example.com/internal/x", 403),
        ("https://wiki.example.com//internal/x", 403),
        ("https://wiki.example.com/public/..%2finternal/x", 403),
        ("https://wiki.example.com/junk?", 200),
        ("https://wiki.example.com:1234/", 403),
        ("https://other.example.com/", 403),
        ("https://::bad::/", 403),
    ] {
        assert_eq!(anonymous(url).send().await.status, status, "{url}");
    }
    let unreported = unknown.ask("OPTIONS", "/verify").for_json().header("origin", "https://other.example");
    assert_eq!(unreported.header("access-control-request-method", "GET").send().await.status, 403);
    let off = start(rules);
    let ask = asked(&off.browser(), "OPTIONS", SITE).header("origin", "https://other.example");
    assert_eq!(ask.header("access-control-request-method", "PUT").send().await.status, 401);
}
