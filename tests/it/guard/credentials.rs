//! One credential and one origin of every kind.

use serde_json::{Value, json};

use crate::support::app::{self, Tokens, post_as};
use crate::support::{Ask, Browser, Gateway, sign, sign_as};

/// The origin of a frontend that may use cookies.
pub const ALLOWED: &str = "https://app.example.com";
/// The origin of a registered public client.
pub const OF_CLIENT: &str = "https://spa.example";

/// The kinds of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    Cookie,
    /// Of a login's answer, with the default `tokens.audience = []`.
    BuiltIn,
    /// With the scope `account`.
    Account,
    /// Of the built-in client, for services too.
    ForServices,
    App,
    ClientCredentials,
    /// The token that an app got by token exchange.
    Exchanged,
    IdToken,
    RefreshToken,
    StatusList,
    LogoutToken,
}

/// A credential, in a browser of its own.
pub struct Credential {
    pub kind: Kind,
    pub browser: Browser,
    token: Option<String>,
}

impl Credential {
    /// A request with it.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let ask = self.browser.ask(method, path).for_json();
        match &self.token {
            Some(token) => ask.header("authorization", &format!("Bearer {token}")),
            None => ask,
        }
    }
}

/// A gateway with clients, an allowed origin and kept provider tokens, whose clock is held.
pub fn start() -> Gateway {
    let setup = app::setup().toml(&format!(
        "[login]\nallowed_origins = ['{ALLOWED}']\n[providers.op]\nstore_tokens = true\n\
         [clients.server]\nprovider_tokens = ['op']\n[clients.spa]\nallowed_origins = ['{OF_CLIENT}']"
    ));
    setup.op.refreshing(|refreshing| refreshing.lifetime = Some(3600));
    setup.hand.hold();
    setup.start()
}

/// One of every kind. No two belong to one user, but for those of one app.
pub async fn all(gateway: &Gateway) -> Vec<Credential> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let signed_in = gateway.browser();
    signed_in.sign_in("ada").await;
    let spa = gateway.browser().sign_in_json("bob").await;
    let (access, refresh) = (text(&spa["api"]["access"]), text(&spa["api"]["refresh"]));
    let with_account = gateway.browser().sign_in_json("carol").await;
    let with_account = gateway.account_bearer_by(&with_account["api"]["refresh"]).await;
    let mut for_services = app::claims(&access);
    for_services["aud"] = json!(["https://api.example", gateway.public_url]);
    let of_app = Tokens::of_spa(gateway, "dave").await;
    let for_itself = post_as(gateway, "server", "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    let status_list = gateway.browser().get("/status-lists/0").await;
    assert_eq!(status_list.status, 200, "{status_list:?}");
    let tokens = [
        (Kind::BuiltIn, access),
        (Kind::Account, with_account.trim_start_matches("Bearer ").to_owned()),
        (Kind::ForServices, sign(&gateway.database, &for_services)),
        (Kind::Exchanged, exchanged(gateway).await),
        (Kind::IdToken, of_app.id.expect("an ID token")),
        (Kind::App, of_app.access),
        (Kind::ClientCredentials, Tokens::of(&for_itself).access),
        (Kind::RefreshToken, refresh),
        (Kind::StatusList, status_list.body),
        (Kind::LogoutToken, sign_as("logout+jwt", &gateway.database, &logout_token(&for_services))),
    ];
    let mut all = vec![
        Credential { kind: Kind::Nothing, browser: gateway.browser(), token: None },
        Credential { kind: Kind::Cookie, browser: signed_in, token: None },
    ];
    all.extend(tokens.map(|(kind, token)| Credential { kind, browser: gateway.browser(), token: Some(token) }));
    all
}

async fn exchanged(gateway: &Gateway) -> String {
    let path = app::of_server(&[("scope", "openid")]);
    let code = app::code(&app::sign_in(&gateway.browser(), &path, "erin").await);
    let subject_token = Tokens::of(&app::redeem_of_server(gateway, &code).await).access;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", &subject_token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "op"),
    ];
    Tokens::of(&post_as(gateway, "server", "/oauth2/token", &form).await).access
}

/// All that an access token has, and what makes it a logout token.
fn logout_token(access: &Value) -> Value {
    let mut claims = access.clone();
    claims["events"] = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    claims["scope"] = json!("openid account");
    claims["aud"] = claims["iss"].clone();
    claims
}

/// The origin of a request.
#[derive(Clone, Debug)]
pub struct From {
    pub origin: Option<String>,
    pub site: Option<&'static str>,
    /// Whether a request with a cookie may change something.
    pub is_listed: bool,
}

impl From {
    /// Sets the origin headers of a request.
    pub fn on(&self, ask: Ask) -> Ask {
        let headers = [("origin", self.origin.as_deref()), ("sec-fetch-site", self.site)];
        headers.into_iter().fold(ask, |ask, (name, value)| match value {
            Some(value) => ask.header(name, value),
            None => ask,
        })
    }
}

/// Every kind of origin.
pub fn origins(gateway: &Gateway) -> Vec<From> {
    let of = |origin: &str, site, is_listed| From { origin: Some(origin.to_owned()), site, is_listed };
    let none = |site, is_listed| From { origin: None, site, is_listed };
    vec![
        of(&gateway.public_url, None, true),
        of(&gateway.public_url, Some("same-origin"), true),
        of(ALLOWED, Some("cross-site"), true),
        of(OF_CLIENT, Some("cross-site"), false),
        of("https://evil.example", None, false),
        of("https://evil.example", Some("same-origin"), false),
        of("null", None, false),
        of("null", Some("cross-site"), false),
        // The forms of our own pages, which have `Referrer-Policy: no-referrer`.
        of("null", Some("same-origin"), true),
        none(Some("same-origin"), true),
        none(Some("same-site"), false),
        none(Some("cross-site"), false),
        none(Some("none"), false),
        none(None, false),
    ]
}
