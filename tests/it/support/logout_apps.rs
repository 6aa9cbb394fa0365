//! Apps, and the server that receives their logout tokens.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::fake_provider::{Call, Op, Reply};
use crate::support::{Answer, Browser, Gateway, Setup};

pub const SECRET: &str = "an-example-secret-of-32-or-more-bytes";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The post-logout redirect URI of the apps.
pub const BYE: &str = "https://shop.example/bye?from=us";

/// The configuration of apps that are notified at `receiver`, each at the path of its name. All have the same redirect URIs.
pub fn toml(receiver: &str, apps: &[String]) -> String {
    let mut text = "[signing]\nalgorithms = [\"ES256\", \"RS256\"]\n".to_owned();
    for app in apps {
        write!(
            text,
            r#"
[clients.{app}]
name = "The {app}"
type = "confidential"
client_secret = "{SECRET}"
redirect_uris = ["https://{app}.example/callback"]
post_logout_redirect_uris = ["{BYE}", "https://{app}.example/bye"]
id_token_alg = "{}"
backchannel_logout_uri = "{receiver}/{app}"
insecure_allow_private_logout_uri = true
"#,
            if app == "wiki" { "RS256" } else { "ES256" },
        )
        .expect("a text");
    }
    text
}

/// Starts the server that receives logout tokens. It responds with success.
pub fn receiver(apps: &[String]) -> Op {
    let receiver = Op::start();
    for app in apps {
        set_status(&receiver, app, 200);
    }
    receiver
}

/// Sets the response of an app.
pub fn set_status(receiver: &Op, app: &str, status: u16) {
    receiver.reply(&format!("/{app}"), Reply::text(status, "text/plain", ""));
}

pub fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// A gateway with the apps `shop` and `wiki`, the server that receives their logout tokens, and one app without
/// notifications.
pub fn start() -> (Gateway, Op) {
    let apps = names(["shop", "wiki"]);
    let receiver = receiver(&apps);
    (setup(&receiver).start(), receiver)
}

pub fn setup(receiver: &Op) -> Setup {
    Setup::new().toml(&configured(receiver))
}

pub fn configured(receiver: &Op) -> String {
    let silent = toml("https://silent.example", &names(["silent"]));
    let silent = silent.lines().filter(|line| !line.starts_with("backchannel") && !line.starts_with("insecure"));
    let silent: Vec<_> = silent.skip(2).collect();
    let admin = "[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"";
    format!("{}{}\n{admin}", toml(&receiver.issuer, &names(["shop", "wiki"])), silent.join("\n"))
}

#[derive(Clone)]
pub struct Session {
    pub id_token: String,
    pub sid: String,
    pub sub: String,
    pub tokens: Value,
}

/// The authorization URL of an app.
pub fn authorization(app: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("client_id", app).append_pair("response_type", "code");
    query.append_pair("redirect_uri", &format!("https://{app}.example/callback"));
    query.append_pair("scope", "openid offline_access").append_pair("state", "s").append_pair("nonce", "n");
    format!("/oauth2/authorize?{}", query.finish())
}

/// The code that an app gets from a signed-in browser.
pub async fn code(browser: &Browser, app: &str) -> String {
    let answer = browser.get(&authorization(app)).await;
    answer.location_parameter("code").unwrap_or_else(|| panic!("no code: {answer:?}"))
}

/// Redeems a code of an app.
pub async fn redeem(gateway: &Gateway, app: &str, code: &str) -> Answer {
    let redirect_uri = format!("https://{app}.example/callback");
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect_uri)];
    ask(gateway, app, "/oauth2/token", &form).await
}

/// Sends a request of an app with its secret.
pub async fn ask(gateway: &Gateway, app: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{app}:{SECRET}")));
    gateway.browser().ask("POST", path).header("authorization", &basic).body(FORM, encoded(form)).send().await
}

/// Signs a browser that has a session in to an app.
pub async fn sign_in_to(gateway: &Gateway, browser: &Browser, app: &str) -> Session {
    let answer = redeem(gateway, app, &code(browser, app).await).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let tokens = answer.json();
    let id_token = tokens["id_token"].as_str().expect("an ID token").to_owned();
    let claims = claims(&id_token);
    let text = |name: &str| claims[name].as_str().expect("text").to_owned();
    Session { sid: text("sid"), sub: text("sub"), id_token, tokens }
}

/// The status of a refresh by an app.
pub async fn refresh(gateway: &Gateway, app: &str, session: &Session) -> u16 {
    let token = session.tokens["refresh_token"].as_str().expect("a refresh token");
    ask(gateway, app, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await.status
}

/// The logout tokens that an app got so far.
pub fn logout_tokens(receiver: &Op, app: &str) -> Vec<String> {
    receiver.calls_to(&format!("/{app}")).iter().map(token_of).collect()
}

#[track_caller]
fn token_of(call: &Call) -> String {
    assert_eq!(call.header("content-type"), Some(FORM));
    let tokens = call.form("logout_token");
    assert_eq!(tokens.len(), 1);
    tokens.concat()
}

/// Waits until an app has that many logout tokens. Returns them.
pub async fn wait_for_logout_tokens(receiver: &Op, app: &str, count: usize) -> Vec<String> {
    for _ in 0..1000 {
        let reported = logout_tokens(receiver, app);
        if reported.len() >= count {
            assert_eq!(reported.len(), count, "{app}");
            return reported;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{app} got {} logout tokens", logout_tokens(receiver, app).len());
}

/// The claims of a token, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&B64.decode(part).expect("base64url")).expect("JSON")
}

pub fn encoded(form: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}

/// `GET /logout` with these parameters.
pub async fn log_out(browser: &Browser, parameters: &[(&str, &str)]) -> Answer {
    browser.get(&format!("/logout?{}", encoded(parameters))).await
}

/// The value of a hidden field of the confirmation page, if the page has that field.
pub fn field(page: &Answer, name: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}

/// The form of the confirmation page.
#[track_caller]
pub fn hidden(page: &Answer) -> [(&'static str, String); 2] {
    let request = field(page, "request").unwrap_or_else(|| panic!("no form: {page:?}"));
    [("request", request), ("shown_to", field(page, "shown_to").unwrap_or_default())]
}

/// Sends the form of the confirmation page.
pub async fn confirm(browser: &Browser, page: &Answer) -> Answer {
    press(browser, &hidden(page)).await
}

/// Sends a form as the button of the confirmation page does.
pub async fn press(browser: &Browser, form: &[(&str, String)]) -> Answer {
    let form = encoded(&form.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>());
    browser.ask("POST", "/logout/confirm").header("sec-fetch-site", "same-origin").body(FORM, form).send().await
}

/// The reason why a session ended; `NULL` while it is active.
pub fn reason(gateway: &Gateway, sid: &str) -> String {
    gateway.database.words(&format!("SELECT ended_reason FROM sessions WHERE id = '{sid}'")).concat()
}
