//! CORS headers for scripts of other origins.

use crate::support::{Gateway, Setup};

const APP: &str = "https://app.example.com";
const PATHS: [(&str, &str); 5] = [
    ("GET", "/oauth2/url/?provider=op"),
    ("POST", "/oauth2/token/"),
    ("GET", "/session"),
    ("POST", "/session/token"),
    ("POST", "/logout"),
];

fn gateway() -> Gateway {
    Setup::new().toml(&format!("[login]\nallowed_origins = ['{APP}', 'http://127.0.0.1:5173']\n")).start()
}

/// WB-05, WB-06
#[tokio::test]
async fn only_listed_origins_can_read_responses() {
    let gateway = gateway();
    let browser = gateway.browser();
    for (method, path) in PATHS {
        for listed in [APP, "http://127.0.0.1:5173"] {
            let answer = browser.ask(method, path).for_json().header("origin", listed).send().await;
            assert_eq!(answer.header("access-control-allow-origin"), listed, "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "true", "{path}");
            assert!(answer.header("access-control-expose-headers").contains("Retry-After"));
            assert_eq!(answer.header("vary"), "Origin", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
        for foreign in [
            "null",
            "https://evil.example",
            "https://app.example.com.evil.example",
            "https://evilapp.example.com",
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://APP.example.com",
            "https://app.example.com/",
            "*",
            "",
        ] {
            let answer = browser.ask(method, path).for_json().header("origin", foreign).send().await;
            for header in ["origin", "credentials", "headers", "methods"] {
                assert_eq!(answer.header(&format!("access-control-allow-{header}")), "", "{path} {foreign}");
            }
            assert_eq!(answer.header("vary"), "Origin", "{path} {foreign}");
        }
        let answer = browser.ask(method, path).for_json().send().await;
        assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), ("", "Origin"), "{path}");
    }
}

/// WB-05
#[tokio::test]
async fn preflights_are_answered_for_listed_origins() {
    let gateway = gateway();
    let browser = gateway.browser();
    for (method, path) in PATHS {
        let ask = |origin: &str| {
            let ask = browser.ask("OPTIONS", path).header("origin", origin);
            ask.header("access-control-request-method", method).header("access-control-request-headers", "content-type")
        };
        let listed = ask(APP).send().await;
        assert_eq!((listed.status, listed.body.as_str()), (204, ""), "{path}");
        assert_eq!(listed.header("access-control-allow-origin"), APP);
        assert_eq!(listed.header("access-control-allow-credentials"), "true");
        assert_eq!(listed.header("access-control-allow-methods"), method);
        assert_eq!(listed.header("access-control-allow-headers"), "content-type");
        assert_eq!(listed.header("vary"), "Origin");
        let foreign = ask("https://evil.example").send().await;
        assert_eq!(foreign.header("access-control-allow-origin"), "");
        assert_eq!(foreign.header("access-control-allow-methods"), "");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0, "a preflight begins no login");
}

/// The headers that Swagger UI and tracing libraries send, at every endpoint for scripts.
#[tokio::test]
async fn a_preflight_allows_the_requested_headers() {
    let gateway = gateway();
    let browser = gateway.browser();
    let most: Vec<String> = (0..20).map(|number| format!("x-{number}")).collect();
    let long = "x".repeat(1025);
    let fixed = "authorization, content-type";
    let paths = ["/oauth2/token", "/oauth2/par", "/oauth2/revoke", "/userinfo", "/session", "/oauth2/url/"];
    for path in paths {
        for (asked, allowed) in [
            ("x-requested-with", "x-requested-with"),
            ("traceparent,tracestate, sentry-trace ,baggage", "traceparent, tracestate, sentry-trace, baggage"),
            (&most.join(","), &most.join(", ")),
            (&format!("{},x-20", most.join(",")), fixed),
            (&long, fixed),
            (&"x".repeat(1024), &"x".repeat(1024)),
            ("a b", fixed),
            ("a,,b", fixed),
            ("a;q=1", fixed),
            ("a(b)", fixed),
            ("", fixed),
        ] {
            let ask =
                browser.ask("OPTIONS", path).header("origin", APP).header("access-control-request-method", "POST");
            let answer = ask.header("access-control-request-headers", asked).send().await;
            assert_eq!(answer.header("access-control-allow-headers"), allowed, "{path} {asked}");
            let varies: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert_eq!(varies, ["Origin", "Access-Control-Request-Headers"], "{path}");
        }
        let foreign = browser.ask("OPTIONS", path).header("origin", "https://evil.example");
        let foreign = foreign.header("access-control-request-headers", "x-requested-with").send().await;
        assert_eq!(foreign.header("access-control-allow-headers"), "", "{path}");
    }
}

/// MCP clients send a header of their own with the request for metadata.
#[tokio::test]
async fn preflights_for_public_documents_allow_every_origin() {
    let gateway = gateway();
    let browser = gateway.browser();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/status-lists/0",
    ] {
        let ask = browser.ask("OPTIONS", path).header("origin", "https://any.example");
        let answer = ask.header("access-control-request-headers", "mcp-protocol-version").send().await;
        assert_eq!(answer.status, 204, "{path}");
        for (header, value) in [("origin", "*"), ("headers", "*"), ("methods", "GET"), ("credentials", "")] {
            assert_eq!(answer.header(&format!("access-control-allow-{header}")), value, "{path} {header}");
        }
    }
    for path in ["/account", "/oauth2/authorize", "/oauth2/authorize/agree", "/admin/users", "/login/op"] {
        let ask = browser.ask("OPTIONS", path).header("origin", APP);
        let answer = ask.header("access-control-request-headers", "x-requested-with").send().await;
        assert!(matches!(answer.status, 404 | 405), "{path} {answer:?}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{path} {answer:?}");
    }
}

/// WB-05: a frontend needs the error code.
#[tokio::test]
async fn listed_origins_can_read_errors() {
    let gateway = gateway();
    let browser = gateway.browser();
    let refused = browser.ask("GET", "/oauth2/url/?provider=nobody").header("origin", APP).send().await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, APP));
    let ask = browser.ask("POST", "/oauth2/token/").header("origin", APP);
    let refused = ask.body("text/plain", "x").send().await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, APP));
    let ask = browser.ask("POST", "/oauth2/token/").header("origin", APP);
    let refused = ask.body("application/x-www-form-urlencoded", "x=y").send().await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, APP));
    let signed_out = browser.ask("GET", "/session").header("origin", APP).send().await;
    assert_eq!((signed_out.status, signed_out.header("access-control-allow-origin")), (401, APP));
}

/// WB-05
#[tokio::test]
async fn pages_have_no_cors_headers() {
    let gateway = gateway();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for path in ["/login?choose=1", "/login/op", "/account", "/callback/op", "/", "/nothing"] {
        let answer = browser.ask("GET", path).header("origin", APP).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}
