//! Session cookies beside other ones: of other apps, of a sibling domain, and of two sessions at once.

use reqwest::header::{COOKIE, HeaderValue};

use crate::support::{Answer, Browser, Gateway, Setup};

/// The session cookie of a user who signs in with another browser.
async fn session_cookie(gateway: &Gateway, sub: &str) -> String {
    let browser = gateway.browser();
    browser.sign_in(sub).await;
    browser.cookie("vestibule").expect("a session cookie")
}

/// Both cookies, as a browser sends them that got one of them from a sibling domain.
fn both(one: &str, other: &str) -> String {
    format!("vestibule={one}; vestibule={other}")
}

async fn get(browser: &Browser, path: &str, cookies: &str) -> Answer {
    browser.ask("GET", path).header("cookie", cookies).send().await
}

async fn fetch(browser: &Browser, path: &str, cookies: &str) -> Answer {
    browser.ask("GET", path).for_json().header("cookie", cookies).send().await
}

async fn post(browser: &Browser, path: &str, cookies: &str, form: &str) -> Answer {
    let ask = browser.ask("POST", path).header("cookie", cookies).header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", form.to_owned()).send().await
}

/// The lines of an answer that set the cookie of that name.
fn lines(answer: &Answer, name: &str) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text").to_owned());
    lines.filter(|line| line.starts_with(&format!("{name}="))).collect()
}

/// SE-12: a cookie of another app in Latin-1 hides neither the binding cookie nor the session cookie.
#[tokio::test]
async fn a_cookie_in_latin_1_does_not_hide_other_cookies() {
    let gateway = Gateway::start();
    let latin_1 = HeaderValue::from_bytes(b"town=K\xf6ln; =; ;x").expect("a header value");
    let with_latin_1 = |browser: &Browser, path: &str| browser.ask("GET", path).header_value(COOKIE, latin_1.clone());
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = with_latin_1(&browser, &begun.callback_of("alice")).send().await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let session = with_latin_1(&browser, "/session").for_json().send().await;
    assert_eq!(session.status, 200, "{session:?}");
    let mut line = b"town=K\xf6ln; vestibule=".to_vec();
    line.extend_from_slice(browser.cookie("vestibule").expect("a cookie").as_bytes());
    let one_line = HeaderValue::from_bytes(&line).expect("a header value");
    let session = gateway.browser().ask("GET", "/session").for_json().header_value(COOKIE, one_line).send().await;
    assert_eq!(session.status, 200, "{session:?}");
    let good = browser.cookie("vestibule").expect("a cookie");
    for other in [
        &b"x=Jos\xe9"[..],
        b"x=\xff\xfe\x80",
        b"caf\xe9=1",
        "x=José".as_bytes(),
        b"foo",
        b"x=%FF",
        br#"x={"a":1}"#,
        b"x=\"a;b\"",
    ] {
        for is_first in [true, false] {
            let own = [b"vestibule=", good.as_bytes()].concat();
            let parts = if is_first { [other.to_vec(), own] } else { [own, other.to_vec()] };
            let line = HeaderValue::from_bytes(&parts.join(&b"; "[..])).expect("a header value");
            let session = gateway.browser().ask("GET", "/session").for_json().header_value(COOKIE, line).send().await;
            assert_eq!(session.status, 200, "{}: {session:?}", String::from_utf8_lossy(other));
        }
    }
}

/// SE-04, SE-12: cookies of our name that do not verify neither hide nor delete the good one, however many there are.
#[tokio::test]
async fn planted_cookies_that_do_not_verify_do_not_count() {
    let gateway = Gateway::start();
    let (browser, good) = (gateway.browser(), session_cookie(&gateway, "alice").await);
    for count in [1, 4, 100] {
        let cookies = format!("{}vestibule={good}", "vestibule=planted; ".repeat(count));
        let answer = fetch(&browser, "/session", &cookies).await;
        assert_eq!(answer.status, 200, "{count}: {answer:?}");
        assert_eq!(lines(&answer, "vestibule"), [""; 0]);
    }
    // The same cookie twice names one session.
    assert_eq!(fetch(&browser, "/session", &both(&good, &good)).await.status, 200);
}

/// SE-12: the cookies of two sessions count as none, in either order.
#[tokio::test]
async fn the_cookies_of_two_sessions_count_as_none() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let (good, planted) = (session_cookie(&gateway, "alice").await, session_cookie(&gateway, "mallory").await);
    for cookies in [both(&good, &planted), both(&planted, &good)] {
        for path in ["/session", "/sessions", "/identities"] {
            let answer = fetch(&browser, path, &cookies).await;
            assert_eq!(answer.problem(), (401, "session_cookies_conflict".into()), "{path}");
            assert_eq!(lines(&answer, "vestibule"), [""; 0]);
        }
        let token = browser.ask("POST", "/session/token").for_json().header("cookie", &cookies);
        let token = token.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(token.problem(), (401, "session_cookies_conflict".into()));
        let page = get(&browser, "/account?from=mail", &cookies).await;
        assert!(page.status == 409 && page.is_page(), "{page:?}");
        assert!(page.body.contains(r#"action="/session/start-again""#), "{}", page.body);
        assert!(page.body.contains(r#"name="at" value="/account""#), "{}", page.body);
        assert!(page.body.contains("/account?from=mail"), "the goal is kept: {}", page.body);
        assert_eq!(fetch(&browser, "/account", &cookies).await.problem(), (401, "session_cookies_conflict".into()));
    }
}

/// SE-12: the button of the page removes all cookies of our name that the browser may have, and leads on.
#[tokio::test]
async fn starting_again_removes_the_cookie_for_each_domain_and_path() {
    let gateway = Setup::new().public_url("https://login.corp.example.com/auth").prefix("/auth").start();
    let browser = gateway.browser();
    let (mut removed, mut path, mut answers) = (Vec::new(), "/session/start-again".to_owned(), 0);
    let location = loop {
        let form = "at=%2Fauth%2Faccount%2Fidentities%2Fop%2Flink&return_to=%2Fauth%2Faccount%3Fx%3D1";
        let answer = post(&browser, &path, "a=b", form).await;
        let size: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        assert!(size < 4096, "the headers have {size} bytes, which a proxy refuses");
        removed.extend(lines(&answer, "__Host-vestibule"));
        answers += 1;
        assert!(answers < 20, "no end: {answer:?}");
        match answer.status {
            307 => path = answer.header("location").replacen("/auth", "", 1),
            _ => break answer.location(),
        }
    };
    assert_eq!(location, "/auth/account?x=1");
    for domain in ["", "; Domain=login.corp.example.com", "; Domain=corp.example.com", "; Domain=example.com"] {
        for path in ["/", "/auth", "/auth/", "/auth/account", "/auth/oauth2", "/auth/identities", "/auth/logout"] {
            let line = format!("__Host-vestibule=; Path={path}{domain}; Max-Age=0; Secure");
            assert!(removed.contains(&line), "{line} is not in {removed:#?}");
        }
        let line = format!("__Host-vestibule=; Path=/auth/account/identities/op{domain}; Max-Age=0; Secure");
        assert!(removed.contains(&line), "{line} is not in {removed:#?}");
    }
    let foreign = browser.ask("POST", "/session/start-again").header("origin", "https://evil.test");
    let foreign = foreign.body("application/x-www-form-urlencoded", "at=%2F").send().await;
    assert_eq!(foreign.status, 403);
    assert_eq!(lines(&foreign, "__Host-vestibule"), [""; 0]);
    let elsewhere = post(&browser, "/session/start-again?first=99999", "a=b", "return_to=//evil.test/").await;
    assert_eq!(elsewhere.location(), "/auth/account");
}

/// SE-12: a login removes the other cookies of our name that came with its callback, before it sets its own.
#[tokio::test]
async fn the_callback_removes_the_other_cookies_before_it_sets_its_own() {
    let gateway = Gateway::start();
    let (one, other) = (session_cookie(&gateway, "mallory").await, session_cookie(&gateway, "eve").await);
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.ask("GET", &begun.callback_of("alice")).header("cookie", &both(&one, &other)).send().await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let set = lines(&answer, "vestibule");
    let (last, removed) = set.split_last().expect("cookies");
    assert!(!last.contains("Max-Age=0"), "{set:?}");
    for path in ["/", "/callback", "/callback/", "/callback/op"] {
        assert!(removed.contains(&format!("vestibule=; Path={path}; Max-Age=0")), "{path}: {set:?}");
    }
    assert_eq!(browser.fetch("/session").await.status, 200);
    // A login with one cookie sets one.
    let begun = browser.begin("op").await;
    assert_eq!(lines(&browser.get(&begun.callback_of("alice")).await, "vestibule").len(), 1);
}

/// SE-12: a planted session is neither shown to an app nor ended by the login of another user.
#[tokio::test]
async fn an_authorization_request_with_two_sessions_gets_the_page_or_login_required() {
    let gateway = crate::support::app::start();
    let (good, planted) = (session_cookie(&gateway, "alice").await, session_cookie(&gateway, "mallory").await);
    let cookies = both(&planted, &good);
    let path = crate::support::app::path(&[]);
    let page = get(&gateway.browser(), &path, &cookies).await;
    assert!(page.status == 409 && page.is_page(), "{page:?}");
    let silent = get(&gateway.browser(), &crate::support::app::path(&[("prompt", "none")]), &cookies).await;
    assert_eq!(silent.location_parameter("error").as_deref(), Some("login_required"));
}

/// SE-12: signing out ends both sessions, at once and after the question.
#[tokio::test]
async fn signing_out_ends_both_sessions() {
    let gateway = Gateway::start();
    let live = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";
    let pair = async || both(&session_cookie(&gateway, "alice").await, &session_cookie(&gateway, "mallory").await);
    let browser = gateway.browser();

    let cookies = pair().await;
    let asked = get(&browser, "/logout", &cookies).await;
    assert!(asked.status == 409 && asked.body.contains(r#"action="/logout/confirm""#), "{asked:?}");
    assert_eq!(gateway.database.number(live), 2);
    let foreign =
        browser.ask("POST", "/logout/confirm").header("cookie", &cookies).header("origin", "https://evil.test");
    assert_eq!(foreign.body("application/x-www-form-urlencoded", "request=x").send().await.status, 403);
    assert_eq!(gateway.database.number(live), 2);
    let ended = post(&browser, "/logout/confirm", &cookies, "request=x").await;
    assert_eq!(ended.status, 200, "{ended:?}");
    assert_eq!(gateway.database.number(live), 0);
    assert!(
        lines(&ended, "vestibule").contains(&"vestibule=; Path=/logout/confirm; Max-Age=0".to_owned()),
        "{ended:?}"
    );

    let cookies = pair().await;
    let ended = browser.ask("POST", "/logout").header("cookie", &cookies).header("sec-fetch-site", "same-origin");
    assert_eq!(ended.send().await.status, 200);
    assert_eq!(gateway.database.number(live), 0);
    for cookie in cookies.split("; ") {
        assert_eq!(fetch(&browser, "/session", cookie).await.problem(), (401, "session_revoked".into()));
    }
}
