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
        assert_eq!(listed.header("access-control-allow-headers"), "authorization, content-type");
        assert_eq!(listed.header("vary"), "Origin");
        let foreign = ask("https://evil.example").send().await;
        assert_eq!(foreign.header("access-control-allow-origin"), "");
        assert_eq!(foreign.header("access-control-allow-methods"), "");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0, "a preflight begins no login");
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
