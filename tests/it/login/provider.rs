//! `GET /login/{provider}`: the start of a login.

use std::collections::HashSet;

use serde_json::json;
use url::Url;

use crate::fake_provider::{CLIENT, Op, Reply, WELL_KNOWN};
use crate::support::{Begun, Gateway, Setup, hexadecimal};

fn parameters(url: &str) -> Vec<(String, String)> {
    Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    let mut values = parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let value = values.next().unwrap_or_else(|| panic!("no {name} in {parameters:?}"));
    assert_eq!(values.next(), None, "{name} comes twice");
    value
}

/// RA-01
#[tokio::test]
async fn the_authorization_request_has_every_parameter() {
    let gateway = Gateway::with("[providers.op.extra_params]\nhd = 'example.com'\n");
    let answer = gateway.browser().get("/login/op").await;
    assert_eq!(answer.status, 302);
    let url = answer.location();
    assert!(url.starts_with(&format!("{}/auth?", gateway.op.issuer)), "{url}");
    let sent = parameters(&url);
    assert_eq!(value(&sent, "response_type"), "code");
    assert_eq!(value(&sent, "client_id"), CLIENT);
    assert_eq!(value(&sent, "redirect_uri"), format!("{}/callback/op", gateway.public_url));
    assert_eq!(value(&sent, "scope"), "openid profile email");
    assert_eq!(value(&sent, "code_challenge_method"), "S256");
    assert_eq!(value(&sent, "hd"), "example.com");
    for random in ["state", "nonce", "code_challenge"] {
        assert!(value(&sent, random).len() >= 43, "{random}");
    }
    assert_eq!(sent.len(), 9, "{sent:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = answer.set_cookie("vestibule-binding").expect("a binding");
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"));
    assert!(!cookie.contains("Domain") && !cookie.contains("Secure"), "{cookie}");
}

/// RA-01: state and binding are stored as hashes, nonce and verifier sealed.
#[tokio::test]
async fn the_pending_row_holds_no_secret_in_plain_text() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let row = gateway.database.words("SELECT a::text FROM authorization_sessions a").concat();
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    let handshake = gateway.database.words("SELECT encode(handshake, 'escape') FROM authorization_sessions").concat();
    for secret in [&begun.state, &begun.nonce, &binding] {
        assert!(!row.contains(secret.as_str()) && !handshake.contains(secret.as_str()));
        assert!(!row.contains(&hexadecimal(secret.as_bytes())), "a secret in hexadecimal");
    }
    assert_eq!(gateway.database.login(&begun.state), "pending NULL");
}

/// RA-02
#[tokio::test]
async fn two_logins_share_no_random_value() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let mut seen = HashSet::new();
    for _ in 0..200 {
        let sent = parameters(&browser.get("/login/op").await.location());
        for name in ["state", "nonce", "code_challenge"] {
            let value = value(&sent, name);
            assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            assert!(seen.insert(value.to_owned()), "{name} {value} again");
        }
    }
}

/// RA-15
#[tokio::test]
async fn a_cross_site_link_only_begins_a_login() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let session = browser.cookie("vestibule");
    let foreign = browser.ask("GET", "/login/op").header("sec-fetch-site", "cross-site");
    let answer = foreign.header("origin", "https://evil.example").send().await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.set_cookie("vestibule"), None);
    assert_eq!(browser.cookie("vestibule"), session);
    assert_eq!(browser.fetch("/session").await.status, 200);
    assert_eq!(gateway.database.rows("sessions"), 1);
    for method in ["PUT", "DELETE"] {
        assert_eq!(browser.ask(method, "/login/op").send().await.status, 405, "{method}");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 2);
}

/// RA-16
#[tokio::test]
async fn only_hints_are_passed_on_and_reserved_parameters_are_refused() {
    let gateway = Gateway::with("[providers.op.extra_params]\nprompt = 'consent'\nmax_age = '30'\n");
    let browser = gateway.browser();
    let hints = "login_hint=a%40b.c&max_age=60&acr_values=x%20y&ui_locales=de&prompt=login";
    let sent = parameters(&browser.get(&format!("/login/op?{hints}")).await.location());
    assert_eq!(value(&sent, "login_hint"), "a@b.c");
    assert_eq!(value(&sent, "max_age"), "30", "the configuration overrides the request");
    assert_eq!(value(&sent, "acr_values"), "x y");
    assert_eq!(value(&sent, "ui_locales"), "de");
    assert_eq!(value(&sent, "prompt"), "consent", "the configuration overrides the request");

    let evil = "scope=all&client_id=evil&redirect_uri=https%3A%2F%2Fevil.example&response_type=token&state=s&nonce=n\
                &code_challenge=c&code_challenge_method=plain&code_verifier=v&client_secret=s&response_mode=fragment\
                &request=r&hd=evil&STATE=s&Client_Id=evil&Redirect_URI=https%3A%2F%2Fevil.example";
    let plain = parameters(&browser.get("/login/op").await.location());
    let sent = parameters(&browser.get(&format!("/login/op?{evil}")).await.location());
    let names = |sent: &[(String, String)]| sent.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&sent), names(&plain));
    for same in ["scope", "client_id", "redirect_uri", "response_type", "code_challenge_method", "prompt"] {
        assert_eq!(value(&sent, same), value(&plain, same));
    }
    for random in ["state", "nonce", "code_challenge"] {
        assert!(value(&sent, random).len() >= 43);
    }
    for bad in ["max_age=soon", "max_age=-1", "prompt=a&prompt=b", "login_hint=%00", "login_hint=%FF"] {
        let answer = browser.fetch(&format!("/login/op?{bad}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()), "{bad}");
    }
}

/// RA-20: the login of each tab completes.
#[tokio::test]
async fn thirty_tabs_share_one_binding_cookie() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let first = browser.begin("op").await;
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    assert!(binding.len() < 64);
    let mut tabs = Vec::new();
    for _ in 0..30 {
        tabs.push(browser.begin("op").await);
    }
    assert_eq!(browser.cookie("vestibule-binding"), Some(binding));
    for tab in [&tabs[17], &first, &tabs[29], &tabs[0]] {
        let answer = browser.get(&tab.callback_of("alice")).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(gateway.database.login(&tab.state), "completed NULL");
    }
}

/// RA-20
#[tokio::test]
async fn an_invalid_binding_cookie_is_replaced() {
    let gateway = Gateway::start();
    for planted in ["", "short", &"a".repeat(44), &"a".repeat(4000)] {
        let browser = gateway.browser();
        browser.set_cookie("vestibule-binding", planted);
        let begun = browser.begin("op").await;
        assert_ne!(browser.cookie("vestibule-binding").as_deref(), Some(planted));
        assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
    }
}

/// RA-21
#[tokio::test]
async fn pkce_is_sent_unless_it_is_disabled() {
    let off = Op::start();
    let setup = Setup::new().provider("off", &off).toml("[providers.off]\npkce = 'off'\n");
    setup.op.set_metadata("code_challenge_methods_supported", json!([]));
    let gateway = setup.start();
    let browser = gateway.browser();
    let sent = parameters(&browser.get("/login/op").await.location());
    assert_eq!(value(&sent, "code_challenge_method"), "S256");
    let begun = browser.begin("off").await;
    assert!(!begun.url.contains("code_challenge"), "{}", begun.url);
    let wrong_nonce = begun.callback(&[("code", "alice~another"), ("state", &begun.state)]);
    assert_eq!(browser.fetch(&wrong_nonce).await.problem(), (400, "token_invalid".into()));
    let begun = browser.begin("off").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
    assert!(off.calls_to("/token").iter().all(|call| call.form("code_verifier").is_empty()));
}

#[tokio::test]
async fn an_unknown_provider_is_not_found() {
    let gateway = Gateway::start();
    for path in ["/login/nobody", "/login/OP", "/login/op%20", "/callback/nobody?state=s&code=c"] {
        let problem = gateway.browser().fetch(path).await;
        assert_eq!(problem.problem(), (404, "unknown_provider".into()), "{path}");
        let page = gateway.browser().get(path).await;
        assert!(page.status == 404 && page.is_page(), "{page:?}");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

/// RD-18: other providers are not affected.
#[tokio::test]
async fn an_unreachable_provider_is_unavailable_until_it_recovers() {
    let down = Op::start();
    down.reply(WELL_KNOWN, Reply::Closed);
    let gateway = Setup::new().provider("down", &down).start();
    let browser = gateway.browser();
    let answer = browser.fetch("/login/down").await;
    assert_eq!(answer.problem(), (503, "provider_unavailable".into()));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(browser.fetch("/oauth2/url/?provider=down").await.problem(), (503, "provider_unavailable".into()));
    let page = browser.get("/login/down").await;
    assert!(page.status == 503 && page.is_page());
    browser.sign_in("alice").await;
    assert_eq!(gateway.database.rows("authorization_sessions"), 1, "a login that cannot begin writes no row");

    down.recover(WELL_KNOWN);
    gateway.hand.advance(chrono::TimeDelta::seconds(31));
    browser.begin("down").await;
}

/// RE-01
#[tokio::test]
async fn allowed_return_to_values_are_followed() {
    let gateway =
        Gateway::with("[login]\nreturn_to = ['https://app.example.com', 'https://*.apps.example.com:8443/in/*']\n");
    for wanted in [
        "/path?x=1#f",
        "/",
        "/%C3%A9?next=//x",
        "https://app.example.com/",
        "https://app.example.com/a/b?c=d#e",
        "https://one.apps.example.com:8443/in/here",
    ] {
        let browser = gateway.browser();
        let encoded: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let begun = Begun::at("op", browser.get(&format!("/login/op?return_to={encoded}")).await.location());
        assert_eq!(browser.get(&begun.callback_of("alice")).await.location(), wanted);
    }
}

/// RE-02, RE-04: without a fallback.
#[tokio::test]
async fn other_return_to_values_are_refused() {
    let gateway = Gateway::with(
        "[login]\nreturn_to = ['https://good.example.com', 'https://*.good.example.org', 'https://x.example/a']\n",
    );
    let browser = gateway.browser();
    for evil in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tevil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/%09/evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/./%2fevil.example",
        "/..//evil.example",
        "/a/../../b",
        "/a/%2e%2e/b",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "http://good.example.com/",
        "https://good.example.com:444/",
        "https://good.example.com@evil.example/",
        "https://good.example.com:x@evil.example/",
        "https://good.example.com.evil.example/",
        "https://evilgood.example.com/",
        "https://good.example.com%00.evil.example/",
        "https://good.example.com%2eevil.example/",
        "https://good.example.com\\@evil.example/",
        "https://good.example.com\\.evil.example/",
        "https://evil.example#good.example.com",
        "https://evil.example?good.example.com",
        "https://good.example.org/",
        "https://evilgood.example.org/",
        "https://a..good.example.org/",
        "https://a.good.example.org.evil.example/",
        "https://x.example/ab",
        "https://x.example/a/..%2fb",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "evil.example",
        "good.example.com",
        "@evil.example",
        "?x",
        "#x",
        "..",
        "http:",
        "//",
        "https://[::1]/",
        "https://ｇood.example.com.evil/",
        "/\u{0}",
        "/\u{202e}\r\nSet-Cookie: a=b",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for path in ["/login/op", "/login"] {
            let answer = browser.fetch(&format!("{path}?return_to={encoded}")).await;
            let expected = if evil.contains('\0') { "invalid_request" } else { "return_to_refused" };
            assert_eq!(answer.problem(), (400, expected.into()), "{evil:?}");
            assert_eq!(answer.header("location"), "", "{evil:?}");
        }
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

/// RE-10: every URL begins with the configured `public_url`.
#[tokio::test]
async fn forged_host_headers_change_no_url() {
    let gateway = Gateway::with("[server]\ntrusted_proxies = ['127.0.0.0/8']\n");
    let browser = gateway.browser();
    for (name, forged) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/evil"),
        ("x-forwarded-port", "1"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "/evil"),
        ("x-forwarded-for", "evil.example"),
    ] {
        let begun = browser.ask("GET", "/login/op").header(name, forged).send().await;
        let redirect_uri = begun.location_parameter("redirect_uri");
        assert_eq!(redirect_uri, Some(format!("{}/callback/op", gateway.public_url)), "{name}");
        let providers = browser.ask("GET", "/providers").header(name, forged).send().await.json();
        assert_eq!(providers["providers"][0]["login_url"], format!("{}/login/op", gateway.public_url));
        let page = browser.ask("GET", "/login?choose=1").header(name, forged).send().await;
        assert!(!page.body.contains("evil"), "{name}: {}", page.body);
        let access = browser.sign_in_json("alice").await["api"]["access"].clone();
        assert_eq!(crate::well_known::jwks::claims(&access)["iss"], gateway.public_url);
    }
}
