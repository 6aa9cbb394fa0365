//! A gateway for the sites of `example.com`, and the requests of their proxy.

use serde_json::json;

use crate::support::{Answer, Ask, Browser, Gateway, Setup};

/// The headers with the identity.
pub const IDENTITY: [&str; 4] =
    ["x-auth-request-user", "x-auth-request-email", "x-auth-request-preferred-username", "x-auth-request-groups"];

const SITES: &str = r#"
[server]
trusted_proxies = ["127.0.0.0/8"]
[sessions.cookie]
domain = "example.com"
[login]
return_to = ["https://wiki.example.com", "https://*.intern.example.com"]
"#;

/// A gateway at `https://login.example.com` with more configuration, not yet started.
pub fn setup(toml: &str) -> Setup {
    Setup::new().public_url("https://login.example.com").toml(SITES).toml(toml)
}

pub fn start(toml: &str) -> Gateway {
    setup(toml).start()
}

/// Signs in with these groups and a verified address.
pub async fn signed_in(gateway: &Gateway, who: &str, groups: &[&str]) -> Browser {
    let email = format!("{who}@example.com");
    gateway
        .op
        .set_claims(json!({ "email": email, "email_verified": true, "preferred_username": who, "groups": groups }));
    let browser = gateway.browser();
    browser.sign_in(who).await;
    browser
}

/// The request of the proxy of a site, for a URL such as `https://wiki.example.com/x`.
pub fn asked(browser: &Browser, method: &str, url: &str) -> Ask {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (host, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let ask = browser.ask("GET", "/verify").for_json();
    ask.header("x-forwarded-proto", scheme)
        .header("x-forwarded-host", host)
        .header("x-forwarded-uri", path)
        .header("x-forwarded-method", method)
}

/// The answer to a GET of that URL.
pub async fn get(browser: &Browser, url: &str) -> Answer {
    asked(browser, "GET", url).send().await
}

/// The identity headers of an answer. All must be there, each once.
#[track_caller]
pub fn identity(answer: &Answer) -> [String; 4] {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.headers.get("set-cookie").is_none(), "{answer:?}");
    IDENTITY.map(|name| {
        let values: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} of {answer:?}");
        values[0].to_str().expect("visible ASCII").to_owned()
    })
}
