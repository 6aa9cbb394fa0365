//! A gateway with services of every kind, and the requests of services.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::support::{Answer, Ask, Gateway, Setup};

/// The secret of every confidential client, with characters that must be encoded.
pub const SECRET: &str = "s:%+ /secret&of=32-or-more-bytes";

const FORM: &str = "application/x-www-form-urlencoded";

/// Tokens are for `shop-api` by default. `shop` and `till` ask about that audience explicitly, and `other` has nothing to
/// do with it.
const CLIENTS: &str = r#"
[tokens]
audience = ["shop-api"]

[clients.till]
type = "confidential"
client_secret = "s:%+ /secret&of=32-or-more-bytes"
audience = ["wiki", "shop-api"]

[clients.shop]
type = "confidential"
client_secret = "s:%+ /secret&of=32-or-more-bytes"
audience = ["shop-api"]

[clients.other]
type = "confidential"
client_secret = "s:%+ /secret&of=32-or-more-bytes"

[clients.web]
"#;

/// The configuration of the gateway.
pub fn setup() -> Setup {
    Setup::new().toml(CLIENTS)
}

pub fn start() -> Gateway {
    setup().start()
}

/// Starts a second replica on the same database.
pub fn beside(gateway: &Gateway) -> Gateway {
    Setup::beside(gateway).toml(CLIENTS).start()
}

/// The value of an `Authorization` header of HTTP Basic.
pub fn basic(id: &str, secret: &str) -> String {
    let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", part(id), part(secret))))
}

pub fn encoded(form: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}

/// A form to be sent.
pub fn form(gateway: &Gateway, path: &str, form: &[(&str, &str)]) -> Ask {
    gateway.browser().ask("POST", path).body(FORM, encoded(form))
}

/// Introspection of a token by a client.
pub async fn introspect(gateway: &Gateway, client: &str, token: &str) -> Answer {
    let ask = form(gateway, "/oauth2/introspect", &[("token", token)]);
    ask.header("authorization", &basic(client, SECRET)).send().await
}

/// Whether a token is active, for `shop`.
#[track_caller]
pub fn is_active(answer: &Answer) -> bool {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    if body["active"] == true {
        return true;
    }
    assert_eq!(body, json!({ "active": false }));
    false
}

/// Revocation by the built-in client.
pub async fn revoke(gateway: &Gateway, token: &str) -> Answer {
    form(gateway, "/oauth2/revoke", &[("token", token)]).send().await
}

/// Userinfo with a token in the header.
pub async fn userinfo(gateway: &Gateway, token: &str) -> Answer {
    gateway
        .browser()
        .ask("GET", "/userinfo")
        .for_json()
        .header("authorization", &format!("Bearer {token}"))
        .send()
        .await
}

/// An error in the words of RFC 6749 §5.2: status and `error`. No character is in it that may not be (TK-13).
#[track_caller]
pub fn error(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/json", "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let body = answer.json();
    for text in ["error", "error_description"].map(|name| body[name].as_str().expect("a text")) {
        let allowed = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(text.bytes().all(allowed), "{text:?}");
    }
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(2), "{body}");
    (answer.status, body["error"].as_str().expect("an error").to_owned())
}

/// A user who signed in by the SPA flow.
pub struct Person {
    pub access: String,
    pub refresh: String,
    pub sid: String,
    /// The access token's claims.
    pub claims: Value,
}

impl Person {
    pub async fn sign_in(gateway: &Gateway, name: &str) -> Self {
        let answer = gateway.browser().sign_in_json(name).await;
        let token = |kind: &str| answer["api"][kind].as_str().expect("a token").to_owned();
        let claims = claims(&token("access"));
        let sid = claims["sid"].as_str().expect("a sid").to_owned();
        Self { access: token("access"), refresh: token("refresh"), sid, claims }
    }

    /// Refreshes: status and body.
    pub async fn renew(&self, gateway: &Gateway) -> Answer {
        form(gateway, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &self.refresh)])
            .send()
            .await
    }
}

/// An access token of a session that belongs to that client, with these scopes.
pub async fn token_of(gateway: &Gateway, client: &str, scopes: &str) -> String {
    let browser = gateway.browser();
    browser.sign_in(&format!("someone-at-{client}")).await;
    let newest = "(SELECT id FROM sessions ORDER BY id DESC LIMIT 1)";
    let change = format!("UPDATE sessions SET client_id = '{client}', scopes = '{scopes}' WHERE id = {newest}");
    gateway.database.execute(&change);
    let answer = browser.post("/session/token").await;
    answer.json()["access_token"].as_str().expect("a token").to_owned()
}

/// A token's claims, unverified.
pub fn claims(token: &str) -> Value {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}
