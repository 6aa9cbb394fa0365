//! A gateway with apps of every kind, and the requests of apps.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::support::{Answer, Ask, Begun, Browser, Gateway, Setup, parameter};

/// The secret of every confidential app.
pub const SECRET: &str = "s:%+ /secret&of=32-or-more-bytes";
/// A verifier, and its challenge by S256.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The redirect URIs of the apps.
pub const SPA: &str = "https://spa.example/cb";
pub const SERVER: &str = "https://server.example/cb?a=b";

pub const CLIENTS: &str = r#"
[clients.spa]
name = "A page"
redirect_uris = ["https://spa.example/cb", "https://spa.example/other"]
id_token_alg = "ES256"
scopes = ["openid", "profile", "email", "groups", "offline_access", "orders"]
audience = ["https://api.example", "https://other.example"]

[clients.server]
name = "A server"
type = "confidential"
client_secret = "s:%+ /secret&of=32-or-more-bytes"
redirect_uris = ["https://server.example/cb?a=b"]
id_token_alg = "ES256"
grants = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "email", "offline_access", "orders"]

[clients.fapi]
type = "confidential"
client_secret = "s:%+ /secret&of=32-or-more-bytes"
redirect_uris = ["https://fapi.example/cb"]
id_token_alg = "ES256"
rotate_refresh_tokens = false

[clients.cli]
name = "A tool"
redirect_uris = ["http://127.0.0.1/cb", "com.example.tool:/cb"]
id_token_alg = "ES256"

[clients.silent]
grants = ["refresh_token"]
redirect_uris = ["https://silent.example/cb"]
id_token_alg = "ES256"
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

/// The parameters of a valid authorization request of `spa`, with changes; an empty value removes a parameter.
pub fn request(changes: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = [
        ("client_id", "spa"),
        ("redirect_uri", SPA),
        ("response_type", "code"),
        ("scope", "openid email offline_access"),
        ("state", "s t%te"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The path and query of that request.
pub fn path(changes: &[(&str, &str)]) -> String {
    format!("/oauth2/authorize?{}", request(changes))
}

/// The same for `server`, which needs no PKCE.
pub fn of_server(changes: &[(&str, &str)]) -> String {
    let mut all =
        vec![("client_id", "server"), ("redirect_uri", SERVER), ("code_challenge", ""), ("code_challenge_method", "")];
    all.extend_from_slice(changes);
    path(&all)
}

/// The `error` parameter of a redirect to an app.
#[track_caller]
pub fn redirect_error(answer: &Answer) -> String {
    let url = answer.location();
    assert!(answer.status == 302 || answer.status == 303, "{answer:?}");
    assert_eq!(parameter(&url, "code"), None, "{url}");
    assert!(parameter(&url, "iss").is_some() && parameter(&url, "error_description").is_some(), "{url}");
    parameter(&url, "error").unwrap_or_else(|| panic!("no error in {url}"))
}

/// The `code` parameter of a redirect to an app.
#[track_caller]
pub fn code(answer: &Answer) -> String {
    assert!(answer.status == 302 || answer.status == 303, "{answer:?}");
    let url = answer.location();
    parameter(&url, "code").unwrap_or_else(|| panic!("no code in {url}"))
}

/// Sends an authorization request and follows the redirects to the provider.
pub async fn to_provider(browser: &Browser, path: &str) -> Begun {
    let mut answer = browser.get(path).await;
    for _ in 0..3 {
        let location = answer.location();
        if !location.starts_with('/') {
            return Begun::at("op", location);
        }
        answer = browser.get(&location).await;
    }
    panic!("never at the provider: {answer:?}")
}

/// Sends an authorization request and signs `sub` in. Returns the response of the callback.
pub async fn sign_in(browser: &Browser, path: &str, sub: &str) -> Answer {
    let begun = to_provider(browser, path).await;
    browser.get(&begun.callback_of(sub)).await
}

/// Redeems a code of `spa`, with changes to the valid form.
pub async fn redeem(gateway: &Gateway, code: &str, changes: &[(&str, &str)]) -> Answer {
    redemption(gateway, code, changes).send().await
}

/// The same, not yet sent.
pub fn redemption(gateway: &Gateway, code: &str, changes: &[(&str, &str)]) -> Ask {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", SPA),
        ("client_id", "spa"),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    asked(gateway, "/oauth2/token", &form)
}

/// Redeems a code of `server`.
pub async fn redeem_of_server(gateway: &Gateway, code: &str) -> Answer {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SERVER)];
    post_as(gateway, "server", "/oauth2/token", &form).await
}

/// Posts a form without client authentication.
pub async fn post(gateway: &Gateway, path: &str, form: &[(&str, &str)]) -> Answer {
    asked(gateway, path, form).send().await
}

fn asked(gateway: &Gateway, path: &str, form: &[(&str, &str)]) -> Ask {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    gateway.browser().ask("POST", path).body("application/x-www-form-urlencoded", body)
}

/// Posts a form as a confidential client.
pub async fn post_as(gateway: &Gateway, client: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", part(client), part(SECRET))));
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let ask = gateway.browser().ask("POST", path).body("application/x-www-form-urlencoded", body);
    ask.header("authorization", &basic).send().await
}

/// An error of an OAuth endpoint: status and `error`.
#[track_caller]
pub fn error(answer: &Answer) -> (u16, String) {
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
    (answer.status, answer.json()["error"].as_str().expect("an error").to_owned())
}

/// The tokens of a successful response.
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub id: Option<String>,
    pub body: Value,
}

impl Tokens {
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["expires_in"].as_u64().is_some_and(|seconds| seconds > 0));
        let access = text("access_token").expect("an access token");
        Self { access, refresh: text("refresh_token"), id: text("id_token"), body }
    }

    /// Signs `sub` in to `spa` with a new browser.
    pub async fn of_spa(gateway: &Gateway, sub: &str) -> Self {
        let answer = sign_in(&gateway.browser(), &path(&[]), sub).await;
        Self::of(&redeem(gateway, &code(&answer), &[]).await)
    }

    pub fn claims(&self) -> Value {
        claims(&self.access)
    }

    pub fn refresh(&self) -> &str {
        self.refresh.as_deref().expect("a refresh token")
    }

    pub fn id_claims(&self) -> Value {
        claims(self.id.as_deref().expect("an ID token"))
    }
}

/// The claims of a JWT, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

pub async fn refresh(gateway: &Gateway, token: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "spa")];
    post(gateway, "/oauth2/token", &form).await
}

/// Requests userinfo with a token.
pub async fn userinfo(gateway: &Gateway, token: &str) -> Answer {
    let ask = gateway.browser().ask("GET", "/userinfo").for_json();
    ask.header("authorization", &format!("Bearer {token}")).send().await
}
