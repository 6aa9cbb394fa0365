//! CORS headers of the token endpoint.

use crate::support::app::{setup, start};

/// TK-22: origins of public apps without credentials, allowed origins with credentials, no others.
#[tokio::test]
async fn scripts_of_a_public_app_can_read_its_tokens() {
    let gateway = setup().toml("[login]\nallowed_origins = ['https://own.example']").start();
    let ask = async |method: &str, path: &str, origin: &str| {
        let ask = gateway.browser().ask(method, path).header("origin", origin);
        let answer = ask.header("access-control-request-method", "POST").send().await;
        let text = |name: &str| answer.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        (text("access-control-allow-origin"), text("access-control-allow-credentials"))
    };
    for path in ["/oauth2/token", "/userinfo", "/oauth2/revoke", "/oauth2/par", "/session"] {
        let spa = "https://spa.example".to_owned();
        assert_eq!(ask("OPTIONS", path, &spa).await, (Some(spa), None), "{path}");
        for other in ["https://server.example", "https://evil.example", "null", "https://spa.example.evil.example"] {
            assert_eq!(ask("OPTIONS", path, other).await, (None, None), "{path} {other}");
        }
    }
    let own = "https://own.example".to_owned();
    assert_eq!(ask("OPTIONS", "/oauth2/token", &own).await, (Some(own), Some("true".into())));
    for path in ["/oauth2/authorize", "/oauth2/introspect", "/login", "/logout/x"] {
        assert_eq!(ask("OPTIONS", path, "https://spa.example").await, (None, None), "{path}");
    }
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json"] {
        assert_eq!(ask("GET", path, "https://evil.example").await, (Some("*".into()), None), "{path}");
    }
}

/// A session cookie is ignored for the origin of an app.
#[tokio::test]
async fn scripts_of_an_app_cannot_use_the_cookie() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let ask = browser.ask("POST", "/session/token").header("origin", "https://spa.example");
    assert_eq!(ask.send().await.status, 403);
}
