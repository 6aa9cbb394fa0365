//! The parameters of an authorization request, and the target of its errors.

use crate::support::app::{CHALLENGE, SERVER, SPA, code, of_server, path, redirect_error, request, sign_in, start};
use crate::support::parameter;

/// AZ-01, AZ-02, AZ-05, AZ-10: errors before the client and its URI are known are shown on our page.
#[tokio::test]
async fn an_unregistered_redirect_uri_gets_no_redirect() {
    let gateway = start();
    let browser = gateway.browser();
    for address in [
        "https://evil.example/cb",
        "https://spa.example/cb?x=1",
        "https://spa.example/cb/",
        "https://SPA.example/cb",
        "https://spa.example:443/cb",
        "https://spa.example/cb#f",
        "https://spa.example/%63b",
        "https://spa.example/x/../cb",
        "https://spa.example.evil.example/cb",
        "http://spa.example/cb",
        "javascript:alert(1)",
        "",
    ] {
        let answer = browser.get(&path(&[("redirect_uri", address)])).await;
        assert_eq!((answer.status, answer.is_page()), (400, true), "{address}: {answer:?}");
        assert!(!answer.headers.contains_key("location"), "{address}");
    }
    let unknown: Vec<_> = futures_of(["nobody", "", "SPA", "vestibule"], &browser).await;
    assert!(unknown.windows(2).all(|pair| pair[0] == pair[1]), "{unknown:?}");
}

async fn futures_of<const N: usize>(ids: [&str; N], browser: &crate::support::Browser) -> Vec<(u16, String)> {
    let mut seen = Vec::new();
    for id in ids {
        let answer = browser.ask("GET", &path(&[("client_id", id)])).for_json().send().await;
        assert!(!answer.headers.contains_key("location"), "{id}");
        // The built-in client has no redirect URI.
        let code = answer.json()["code"].as_str().expect("a code").replace("redirect_uri_refused", "unknown_client");
        seen.push((answer.status, code));
    }
    seen
}

/// AZ-11, AZ-12, AZ-13, AZ-14, AZ-23, AZ-27: by redirect, with `state` and `iss`.
#[tokio::test]
async fn an_invalid_request_is_reported_to_the_app() {
    let gateway = start();
    let browser = gateway.browser();
    for (changes, expected) in [
        (&[("code_challenge", ""), ("code_challenge_method", "")][..], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", &CHALLENGE[1..])], "invalid_request"),
        (&[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")], "invalid_request"),
        (&[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")], "invalid_request"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "id_token")], "unsupported_response_type"),
        (&[("response_type", "code token")], "unsupported_response_type"),
        (&[("response_type", "none")], "unsupported_response_type"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "create")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
        (&[("request_uri", "https://evil.example/request")], "request_uri_not_supported"),
        (&[("resource", "https://unknown.example")], "invalid_target"),
        (&[("provider", "nobody")], "invalid_request"),
        (&[("idp_hint", "nobody")], "invalid_request"),
        (&[("client_id", "silent"), ("redirect_uri", "https://silent.example/cb")], "unauthorized_client"),
    ] {
        let answer = browser.get(&path(changes)).await;
        assert_eq!(redirect_error(&answer), expected, "{changes:?}");
        let url = answer.location();
        assert_eq!(parameter(&url, "state").as_deref(), Some("s t%te"), "{url}");
        assert_eq!(parameter(&url, "iss"), Some(gateway.public_url.clone()));
        assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    }
    assert_eq!(gateway.database.rows("authorization_requests"), 0);
}

/// AZ-16: two parsers could read different values.
#[tokio::test]
async fn repeated_parameters_are_refused() {
    let gateway = start();
    let evil = "redirect_uri=https%3A%2F%2Fevil.example";
    for doubled in ["client_id=spa", "client_id=", evil, "state=x", "state=", "state=s+t%25te"] {
        let answer = gateway.browser().get(&format!("{}&{doubled}", path(&[]))).await;
        assert_eq!((answer.status, answer.is_page()), (400, true), "{doubled}");
    }
    for doubled in ["scope=openid", "nonce=x", "code_challenge=x", "resource=a&resource=b"] {
        let answer = gateway.browser().get(&format!("{}&{doubled}", path(&[]))).await;
        assert_eq!(redirect_error(&answer), "invalid_request", "{doubled}");
        assert_eq!(parameter(&answer.location(), "state").as_deref(), Some("s t%te"), "{doubled}");
    }
    let pushed = format!("/oauth2/authorize?client_id=spa&request_uri=urn:x&request_uri=urn:y&{}", request(&[]));
    assert_eq!(gateway.browser().get(&pushed).await.status, 400);
}

/// AZ-03, AZ-15, AZ-18, AZ-20, AZ-21, AZ-29, AZ-30
#[tokio::test]
async fn state_and_nonce_are_returned_unchanged() {
    let gateway = start();
    let browser = gateway.browser();
    let state: String = (' '..='~').collect::<String>().repeat(5) + "äß€😀";
    let answer = sign_in(&browser, &of_server(&[("state", &state), ("extra", "foobar"), ("nonce", "")]), "ada").await;
    assert_eq!(answer.status, 302);
    let url = answer.location();
    assert!(url.starts_with(&format!("{SERVER}&code=")) && url.ends_with('#'), "{url}");
    assert_eq!(parameter(&url, "state"), Some(state));
    assert_eq!(parameter(&url, "iss"), Some(gateway.public_url.clone()));
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    let code = code(&answer);
    assert!(code.len() <= 256 && code.len() >= 43 && code.bytes().all(|byte| byte.is_ascii_graphic()));
    // Without a state none is returned.
    let url = browser.get(&of_server(&[("state", "")])).await.location();
    assert_eq!(parameter(&url, "state"), None, "{url}");
}

/// AZ-28
#[tokio::test]
async fn authorization_responses_have_no_cors_headers() {
    let gateway = crate::support::app::setup().toml("[login]\nallowed_origins = ['https://own.example']").start();
    for origin in ["https://spa.example", "https://own.example", "https://evil.example"] {
        let answer = gateway.browser().ask("GET", &path(&[])).header("origin", origin).send().await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

/// AZ-17: without a cookie.
#[tokio::test]
async fn a_request_can_be_posted_as_a_form() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let posted = gateway.browser().ask("POST", "/oauth2/authorize");
    let kept = posted.body("application/x-www-form-urlencoded", request(&[])).send().await;
    assert_eq!(kept.status, 303, "{kept:?}");
    let location = kept.location();
    let answer = browser.get(&location).await;
    assert!(answer.location().starts_with(SPA), "{answer:?}");
    code(&answer);
    // It is used once.
    assert_eq!(browser.get(&location).await.status, 400);
}

/// An error response without the `state` of the request looks like one that the app did not ask for: a page instead, by GET and
/// by form, and JSON for a pushed request.
#[tokio::test]
async fn a_state_over_its_limit_gets_no_redirect() {
    let gateway = start();
    let browser = gateway.browser();
    for signed_in in [false, true] {
        let longest = browser.get(&path(&[("state", &"s".repeat(4096)), ("prompt", "none")])).await;
        assert_eq!(parameter(&longest.location(), "state").map(|state| state.len()), Some(4096));
        for changes in [&[][..], &[("prompt", "none")], &[("response_type", "token")], &[("nonce", "")]] {
            let state = "s".repeat(4097);
            let changes = [&[("state", &*state)], changes].concat();
            let by_get = browser.get(&path(&changes)).await;
            let form = "application/x-www-form-urlencoded";
            let by_form = browser.ask("POST", "/oauth2/authorize").body(form, request(&changes)).send().await;
            for answer in [by_get, by_form] {
                assert_eq!((answer.status, answer.is_page()), (400, true), "{changes:?}: {answer:?}");
                assert!(!answer.headers.contains_key("location"), "{changes:?}");
            }
            let pushed = browser.ask("POST", "/oauth2/par").body(form, request(&changes)).send().await;
            assert_eq!(crate::support::app::error(&pushed), (400, "invalid_request".into()), "{changes:?}");
        }
        if !signed_in {
            browser.sign_in("ada").await;
        }
    }
}

/// IN-04, IN-06
#[tokio::test]
async fn malformed_requests_are_refused() {
    let gateway = start();
    let browser = gateway.browser();
    for junk in ["%00", "%ff", &"x".repeat(7000), "%c0%80", "&&&&=&=", "client_id[]=spa"] {
        let answer = browser.get(&format!("/oauth2/authorize?client_id={junk}")).await;
        assert!((400..=414).contains(&answer.status), "{junk}: {answer:?}");
    }
    for (name, value) in [
        ("nonce", "n".repeat(1025)),
        ("login_hint", "h".repeat(513)),
        ("acr_values", "a".repeat(513)),
        ("ui_locales", "u".repeat(513)),
        ("max_age", "9".repeat(40)),
    ] {
        let answer = browser.get(&path(&[(name, &value)])).await;
        assert_eq!(redirect_error(&answer), "invalid_request", "{name}");
        assert_eq!(parameter(&answer.location(), "state").as_deref(), Some("s t%te"), "{name}");
    }
    assert_eq!(browser.ask("PUT", "/oauth2/authorize").send().await.status, 405);
}
