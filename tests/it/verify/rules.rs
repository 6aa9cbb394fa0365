//! `[[verify.rules]]` and the conditions of the query.

use serde_json::json;

use super::support::{asked, get, identity, signed_in, start};
use crate::fake_provider::Reply;
use crate::support::{LogCapture, Setup};

const RULES: &str = r#"
[[verify.rules]]
hosts = ["wiki.example.com"]
paths = ["/public/**"]
methods = ["GET", "HEAD"]
allow = { anyone = true }

[[verify.rules]]
hosts = ["wiki.example.com"]
paths = ["/internal/**"]
allow = { deny = true }

[[verify.rules]]
hosts = ["wiki.example.com"]
allow = { groups = ["staff", "ops"] }

[[verify.rules]]
hosts = ["*.intern.example.com"]
allow = { email_domains = ["example.com"], claims = { "/department" = "ops" } }
"#;

/// FW-07, FW-09, FW-11: members pass, others get 403 and no login.
#[tokio::test]
async fn a_rule_decides_who_may_see_what() {
    let gateway = start(RULES);
    let member = signed_in(&gateway, "ada", &["staff"]).await;
    let guest = signed_in(&gateway, "eve", &["guests"]).await;
    let unknown = gateway.browser();
    for (url, of_member, of_guest, of_unknown) in [
        ("https://WIKI.example.com.:443/x?y", 200, 403, 401),
        ("https://wiki.example.com/public", 200, 200, 200),
        ("https://wiki.example.com/%69nternal/x", 403, 403, 403),
        ("https://wiki.example.com/public/../internal/x", 403, 403, 403),
        ("https://other.example.com/public/x", 403, 403, 403),
        ("https://a.intern.example.com/", 403, 403, 401),
    ] {
        let statuses = [get(&member, url).await.status, get(&guest, url).await.status, get(&unknown, url).await.status];
        assert_eq!(statuses, [of_member, of_guest, of_unknown], "{url}");
    }
    let public = "https://wiki.example.com/public/x";
    assert_eq!(identity(&get(&unknown, public).await), ["", "", "", ""]);
    assert_eq!(identity(&get(&guest, public).await)[3], "guests", "the headers name a signed-in user there as well");
    assert_eq!(asked(&unknown, "POST", public).send().await.status, 401);
    for method in ["get", "Get", "post"] {
        assert_eq!(asked(&member, method, public).send().await.problem(), (403, "not_allowed".into()), "{method}");
        assert_eq!(asked(&member, method, "https://wiki.example.com/x").send().await.status, 200, "{method}");
    }
    assert_eq!(get(&guest, "https://wiki.example.com/").await.problem(), (403, "not_allowed".into()));
}

/// FW-09: the client writes the port of `Host`. Proxies select the site without it, and report it.
#[tokio::test]
async fn a_port_of_the_client_does_not_leave_the_rules_of_a_host() {
    let log = LogCapture::start();
    let more = "[[verify.rules]]\nhosts = ['tool.example.com:8443']\n[[verify.rules]]\nallow = { groups = ['staff'] }";
    let gateway = start(&format!("{RULES}{more}"));
    let member = signed_in(&gateway, "ada", &["staff"]).await;
    for (url, status) in [
        ("https://other.example.com/", 200),
        ("https://tool.example.com:8443/", 200),
        ("https://wiki.example.com/internal/x", 403),
        ("https://wiki.example.com:1234/internal/x", 403),
        ("https://wiki.example.com:8443/internal/x", 403),
        ("https://wiki.example.com:80/internal/x", 403),
        ("http://wiki.example.com:80/internal/x", 403),
        ("https://other.example.com:1234/", 403),
        ("https://other.example.com:8443/", 403),
    ] {
        assert_eq!(get(&member, url).await.status, status, "{url}");
    }
    // Without a scheme of the proxy, the client chooses it.
    let ask =
        member.ask("GET", "/verify").for_json().header("x-forwarded-method", "GET").header("forwarded", "proto=https");
    let ask = ask.header("x-forwarded-host", "wiki.example.com:80").header("x-forwarded-uri", "/internal/x");
    assert_eq!(ask.send().await.status, 403);
    assert!(log.text().contains("no rule names the port"), "{}", log.text());
}

/// Claims beyond the profile are read from the last login.
#[tokio::test]
async fn a_rule_reads_claims_of_the_last_login() {
    let gateway = start(RULES);
    let url = "https://a.intern.example.com/";
    let browser = gateway.browser();
    for (department, status) in [("sales", 403), ("ops", 200), ("OPS", 403)] {
        let claims = json!({ "email": "ada@example.com", "email_verified": true, "department": department });
        gateway.op.set_claims(claims);
        browser.sign_in("ada").await;
        assert_eq!(get(&browser, url).await.status, status, "{department}");
    }
}

/// A claim that only a site compares is requested and stored like those of `providers.<id>.allow`: a login without it fails, and it
/// stays where the others are too large, also one of the protocol.
#[tokio::test]
async fn a_claim_that_only_a_rule_compares_is_there_when_it_is_judged() {
    let json = |status: u16, body: &serde_json::Value| Reply::text(status, "application/json", &body.to_string());
    let long = "x".repeat(20_000);
    let info = json!({ "sub": "ada", "department": "ops", "bio": long, "realm": { "level": 3, "notes": long } });
    for (claim, wanted) in [("/department", "ops"), ("/realm/level", "3"), ("/acr", "gold")] {
        let allow = format!(
            "[providers.op]\nuserinfo = 'auto'\n[[verify.rules]]\nallow = {{ claims = {{ '{claim}' = '{wanted}' }} }}"
        );
        let gateway = start(&allow);
        gateway.op.set_claims(json!({ "email": "ada@example.com", "email_verified": true, "acr": "gold" }));
        gateway.op.reply("/userinfo", json(200, &info));
        let browser = gateway.browser();
        browser.sign_in("ada").await;
        assert_eq!(get(&browser, "https://wiki.example.com/").await.status, 200, "{claim}");
        gateway.op.reply("/userinfo", json(503, &json!({})));
        let begun = gateway.browser();
        let answer = begun.get(&begun.begin("op").await.callback_of("ada")).await;
        let expected = if claim == "/acr" { 303 } else { 502 };
        assert_eq!(answer.status, expected, "{claim}: {answer:?}");
        assert_eq!(get(&browser, "https://wiki.example.com/").await.status, 200, "{claim}: what was stored stays");
    }
}

/// FW-06: without a trusted proxy that reports host and path, rules deny, and the log says what is missing.
#[tokio::test]
async fn an_unknown_host_path_or_method_is_denied_and_logged() {
    let log = LogCapture::start();
    let gateway = start(RULES);
    let browser = signed_in(&gateway, "ada", &["staff"]).await;
    let ask = || browser.ask("GET", "/verify").for_json();
    assert_eq!(ask().send().await.problem(), (403, "not_allowed".into()));
    assert_eq!(ask().header("x-forwarded-host", "wiki.example.com").send().await.status, 403);
    assert_eq!(ask().header("x-forwarded-uri", "/public/x").send().await.status, 403);
    let known = ask().header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", "/public/x");
    assert_eq!(known.send().await.status, 403, "a rule needs the method");
    let text = log.text();
    for header in ["X-Forwarded-Host", "X-Forwarded-Uri", "X-Forwarded-Method"] {
        assert!(text.contains(&format!("since the rules need {header}")), "{header} in {text}");
    }
    let gateway = Setup::beside(&gateway).public_url("https://login.example.com").toml(RULES);
    let untrusting = gateway.toml("[sessions.cookie]\ndomain = 'example.com'").start();
    let browser = signed_in(&untrusting, "ada", &["staff"]).await;
    assert_eq!(get(&browser, "https://wiki.example.com/").await.status, 403);
    assert!(log.text().contains("server.trusted_proxies"), "{}", log.text());
}

/// FW-06: headers that contradict each other have a part that the client sent.
#[tokio::test]
async fn contradicting_headers_are_denied() {
    let gateway = start("");
    let browser = signed_in(&gateway, "ada", &[]).await;
    let url = "https://wiki.example.com/x";
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-uri", "/y"),
        ("x-original-uri", "/y"),
        ("x-original-url", "https://evil.example/x"),
        ("x-original-url", "https://wiki.example.com/y"),
        ("x-original-method", "POST"),
        ("forwarded", "host=evil.example"),
        ("forwarded", "host=wiki.example.com, host=wiki.example.com"),
    ] {
        let answer = asked(&browser, "GET", url).header(name, value).send().await;
        assert_eq!(answer.problem(), (403, "not_allowed".into()), "{name}: {value}");
    }
    let same = asked(&browser, "GET", url).header("x-original-url", url).header("forwarded", "proto=https");
    assert_eq!(same.send().await.status, 200);
}

/// The query narrows, and what would not narrow is refused.
#[tokio::test]
async fn the_query_narrows_the_rules() {
    let gateway = start("[[verify.rules]]\nallow = { groups = ['staff'] }");
    let browser = signed_in(&gateway, "ada", &["staff", "ops"]).await;
    let query = async |query: &str| {
        let ask = browser.ask("GET", &format!("/verify?{query}")).for_json();
        let ask = ask.header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", "/");
        ask.send().await.status
    };
    for (text, status) in [
        ("groups=ops", 200),
        ("groups=x,ops", 200),
        ("groups=x", 403),
        ("groups=OPS", 403),
        ("provider=op", 200),
        ("provider=op&groups=x", 403),
        ("groups=", 400),
        ("groups=ops,", 400),
        ("groups", 400),
        ("provider=", 400),
        ("provider=other", 400),
        ("groups=ops&groups=x", 400),
        ("redirect=yes", 400),
        ("resource=wiki", 400),
        ("resource=", 400),
        ("scope=openid", 400),
        ("unknown=1", 200),
    ] {
        assert_eq!(query(text).await, status, "{text}");
    }
    let other = signed_in(&gateway, "eve", &["ops"]).await;
    let ask = other.ask("GET", "/verify?groups=ops").for_json().header("x-forwarded-host", "wiki.example.com");
    assert_eq!(ask.header("x-forwarded-uri", "/").send().await.status, 403, "the rule holds as well");
}

/// Envoy asks for the path of the site behind `/verify`, with the site's host and method.
#[tokio::test]
async fn the_path_may_stand_behind_verify() {
    let gateway = start(RULES);
    let member = signed_in(&gateway, "ada", &["staff"]).await;
    let ask = |method: &str, path: &str| member.ask(method, path).for_json().header("host", "wiki.example.com");
    for (method, path, status) in [
        ("GET", "/verify/", 200),
        ("GET", "/verify/x?groups=none&redirect=true&groups=none", 200),
        ("DELETE", "/verify/x", 200),
        ("GET", "/verify/internal/x", 403),
        ("GET", "/verify/public/%2e%2e/internal/x", 403),
        ("GET", "/verify//x", 403),
    ] {
        assert_eq!(ask(method, path).send().await.status, status, "{method} {path}");
    }
    assert_eq!(ask("GET", "/verify/x").header("x-forwarded-uri", "/public/x").send().await.status, 403);
    let elsewhere = member.ask("GET", "/verify/x").for_json().header("host", "other.example.com");
    assert_eq!(elsewhere.send().await.status, 403);
}
