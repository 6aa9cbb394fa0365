//! The headers and the content of all pages and responses.

use crate::fake_provider::Reply;
use crate::support::{Answer, Browser, Gateway, raw};

/// Every kind of page.
async fn all(gateway: &Gateway, browser: &Browser) -> Vec<(&'static str, Answer)> {
    browser.sign_in("alice").await;
    let begun = browser.begin("op").await;
    let denied = begun.callback(&[("error", "access_denied"), ("state", &begun.state)]);
    vec![
        ("choice", browser.get("/login?choose=1").await),
        ("account", browser.get("/account").await),
        ("not found", browser.get("/nothing/here").await),
        ("bad request", browser.get("/login/op?a=1&a=2").await),
        ("unknown state", browser.get("/callback/op?code=c&state=s").await),
        ("denied", browser.get(&denied).await),
        ("wrong method", browser.ask("DELETE", "/login").send().await),
        ("foreign origin", browser.ask("POST", "/account/sessions/end-others").send().await),
        ("sign out?", browser.get("/logout").await),
        ("too long", browser.get(&format!("/{}", "a".repeat(9000))).await),
        ("wrong browser", gateway.browser().get(&browser.begin("op").await.callback_of("x")).await),
        ("signed out", browser.post("/logout").await),
    ]
}

/// WB-01, WB-02, WB-03
#[tokio::test]
async fn every_page_has_a_strict_policy_and_no_foreign_resource() {
    let gateway = Gateway::start();
    for (name, page) in all(&gateway, &gateway.browser()).await {
        assert!(page.is_page(), "{name}: {page:?}");
        let policy = page.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "style-src 'self'",
        ] {
            // The form of this page may redirect to an app, and browsers apply `form-action` to redirects.
            let leads_away = name == "sign out?" && rule.starts_with("form-action");
            let stands_there = policy.split("; ").any(|part| part == rule);
            assert!(stands_there != leads_away, "{name}: {rule} in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{name}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{name}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{name}");
        assert_eq!(page.header("cache-control"), "no-store", "{name}");
        assert_eq!(page.header("strict-transport-security"), "", "{name}: not under http");
        for foreign in ["<script", "http://", "https://", "//", "style=", " onclick", "javascript:"] {
            assert!(!page.body.contains(foreign), "{name}: {foreign} in {}", page.body);
        }
    }
}

/// WB-02, WB-10: pages, JSON, redirects, refusals and assets alike.
#[tokio::test]
async fn every_response_has_the_security_headers_and_no_server_name() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let mut answers: Vec<Answer> = all(&gateway, &browser).await.into_iter().map(|(_, answer)| answer).collect();
    for path in ["/", "/providers", "/login/op", "/session", "/.well-known/jwks.json", "/oauth2/url/?provider=op"] {
        answers.push(browser.fetch(path).await);
    }
    for path in ["/assets/style-6.css", "/assets/icon-1.svg", "/oauth2/token", "/nothing"] {
        answers.push(browser.get(path).await);
    }
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        // The pages that a site behind a reverse proxy shows load the assets from another origin.
        let is_asset = answer.header("cache-control").contains("immutable");
        let public = is_asset || answer.header("access-control-allow-origin") == "*";
        let readers = if public { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), readers, "{answer:?}");
        let signed_out = answer.set_cookie("vestibule").is_some_and(|line| line.contains("Max-Age=0"));
        assert_eq!(answer.header("clear-site-data"), if signed_out { "\"cache\"" } else { "" }, "{answer:?}");
        assert!(!answer.header("cache-control").is_empty(), "{answer:?}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{answer:?}");
        for telling in ["server", "x-powered-by", "via"] {
            assert_eq!(answer.header(telling), "", "{answer:?}");
        }
        assert!(!answer.body.to_lowercase().contains("actix") && !answer.body.contains(env!("CARGO_PKG_VERSION")));
    }
}

/// WB-10
#[tokio::test]
async fn undocumented_paths_are_not_found() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for path in [
        "/metrics",
        "/healthz",
        "/readyz",
        "/admin",
        "/admin/users",
        "/debug",
        "/.git/config",
        "/.env",
        "/assets/",
        "/assets/../Cargo.toml",
        "/assets",
        "/server-status",
        "/swagger",
        "/openapi.json",
        "/index.html",
    ] {
        let answer = browser.fetch(path).await;
        assert_eq!(answer.problem(), (404, "not_found".into()), "{path}");
    }
    for path in ["/", "/login", "/login/op", "/session", "/.well-known/jwks.json", "/nothing"] {
        let answer = browser.ask("TRACE", path).header("x-secret", "echo-me").send().await;
        assert!(matches!(answer.status, 404 | 405), "{path}: {answer:?}");
        assert!(!answer.body.contains("echo-me"));
    }
}

/// Only a failed login offers to sign in again and has a reference, which `vestibule logins show` finds.
#[tokio::test]
async fn each_page_has_the_link_and_reference_of_its_error() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let denied = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert!(denied.body.contains(">Sign in again</a>") && denied.body.contains("this reference"), "{}", denied.body);
    let missing = browser.get("/nothing/here").await;
    assert!(missing.body.contains(">Sign in</a>") && !missing.body.contains("reference"), "{}", missing.body);
    let odd = browser.get("/login/op?a=1&a=2").await;
    assert!(odd.body.contains(">Sign in</a>") && !odd.body.contains("reference"), "{}", odd.body);
}

/// Browsers request it also for JSON responses; a 404 for each would fill the log.
#[tokio::test]
async fn the_favicon_is_served() {
    let gateway = Gateway::start();
    let icon = gateway.browser().get("/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(icon.header("cache-control"), "public, max-age=86400");
}

/// WB-04: from the wire, from the provider and from the configuration.
#[tokio::test]
async fn markup_is_escaped() {
    const PROBE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";
    let gateway = Gateway::with(&format!("[providers.op]\nname = '''{PROBE}'''\n"));
    gateway
        .op
        .set_claims(serde_json::json!({"name": PROBE, "preferred_username": PROBE, "email": "\"<b>\"@x.example"}));
    let browser = gateway.browser();
    let encoded: String = url::form_urlencoded::byte_serialize(PROBE.as_bytes()).collect();
    let harmless = |answer: &Answer| {
        let body = &answer.body;
        if !answer.is_page() {
            // The media type prevents rendering as a page.
            let kind = answer.header("content-type");
            assert!(body.is_empty() || kind == "application/json" || kind == "application/problem+json", "{answer:?}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            return;
        }
        assert!(!body.contains("<script") && !body.contains("<img src=x") && !body.contains("<b>"), "{body}");
        assert!(!body.contains("\"'>"), "an attribute is left: {body}");
    };
    browser.sign_in("alice").await;
    let account = browser.get("/account").await;
    assert!(account.status == 200 && account.body.contains("alert(1)"), "the name is there: {account:?}");
    harmless(&account);
    let choice = browser.get("/login?choose=1").await;
    assert!(choice.body.contains("alert(1)"), "the name is there: {choice:?}");
    harmless(&choice);
    harmless(&browser.get(&format!("/login?choose=1&return_to=/{encoded}")).await);
    for path in ["/login/op", "/callback/op", "/oauth2/url/", "/session", "/account", "/logout", "/nothing"] {
        for name in
            ["error", "error_description", "state", "code", "iss", "login_hint", "ui_locales", "provider", "return_to"]
        {
            harmless(&browser.get(&format!("{path}?{name}={encoded}")).await);
        }
        harmless(&browser.get(&format!("{path}/{encoded}")).await);
        for header in ["origin", "referer", "user-agent", "x-forwarded-for", "accept"] {
            harmless(&browser.ask("GET", path).header(header, PROBE).send().await);
        }
    }
}

#[tokio::test]
async fn the_media_type_follows_the_accept_header() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let ask = async |accept: &str| {
        let request = format!("GET /login/nobody HTTP/1.1\r\nHost: x\r\n{accept}Connection: close\r\n\r\n");
        raw(gateway.address, &request).await.to_lowercase().contains("content-type: text/html")
    };
    for (accept, page) in [
        ("", true),
        ("Accept: */*\r\n", true),
        ("Accept: text/html\r\n", true),
        ("Accept: text/html, application/json\r\n", true),
        ("Accept: application/json\r\n", false),
        ("Accept: application/problem+json\r\n", false),
        ("Accept: application/json, text/plain, */*\r\n", false),
    ] {
        assert_eq!(ask(accept).await, page, "{accept}");
    }
    // Endpoints for programs always respond with JSON.
    for path in ["/session", "/oauth2/url/?provider=nobody"] {
        assert_eq!(browser.get(path).await.header("content-type"), "application/problem+json", "{path}");
    }
}

/// LG-04
#[tokio::test]
async fn an_internal_error_shows_only_a_reference() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    for reply in [
        Reply::text(500, "text/html", "<h1>UPSTREAM-BODY at /srv/op.py line 7</h1>"),
        Reply::text(400, "application/json", "{\"error\":\"invalid_grant\",\"error_description\":\"UPSTREAM-BODY\"}"),
        Reply::text(200, "application/json", "{\"access_token\":\"UPSTREAM-BODY\"}"),
    ] {
        gateway.op.reply("/token", reply.clone());
        let begun = browser.begin("op").await;
        let page = browser.get(&begun.callback_of("alice")).await;
        let begun = browser.begin_json("op").await;
        let problem = browser.post_json("/oauth2/token/", &begun.exchange_of("alice")).await;
        for answer in [&page, &problem] {
            assert!(answer.status >= 400, "{answer:?}");
            for telling in ["UPSTREAM-BODY", "op.py", "invalid_grant", "127.0.0.1", "SELECT", "src/", "panicked"] {
                assert!(!answer.body.contains(telling), "{telling} in {}", answer.body);
            }
        }
        let reference = problem.json()["reference"].as_str().expect("a reference").to_owned();
        let row = format!("SELECT count(*) FROM authorization_sessions WHERE reference = '{reference}'");
        assert_eq!(gateway.database.number(&row), 1);
    }
}

#[tokio::test]
async fn the_account_page_shows_the_user() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    assert_eq!(browser.get("/account").await.location(), "/login?return_to=/account");
    assert_eq!(browser.fetch("/account").await.status, 401);
    assert_eq!(browser.get("/").await.location(), "/account");
    browser.sign_in("alice").await;
    let page = browser.get("/account").await;
    assert!(page.body.contains("alice of Example") && page.body.contains("alice@example.com"), "{}", page.body);
    assert!(page.body.contains("action=\"/logout\""));
    gateway.op.set_claims(serde_json::json!({"email_verified": false}));
    browser.sign_in("alice").await;
    assert!(browser.get("/account").await.body.contains("not verified"));
}
