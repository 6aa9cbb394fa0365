//! A gateway that accepts clients by URL, a host with their documents, and their requests.

use serde_json::{Value, json};

use crate::fake_provider::{Op, Reply};
use crate::support::app::{self, Tokens, VERIFIER, code};
use crate::support::{Answer, Browser, Gateway, Setup};

/// The path of a client's document at its host.
pub const DOCUMENT: &str = "/client.json";
/// A redirect URI of the documents, on loopback.
pub const OWN_DEVICE: &str = "http://127.0.0.1/cb";

const SETTINGS: &str = "[clients_by_url]\nenabled = true\ninsecure_allow_loopback = true\n\
    scopes = ['openid', 'profile', 'offline_access', 'tools.read', 'tools.write']\nresources = ['tools']\n\
    [resources.tools]\nresource = 'https://tools.example.com/mcp'\nname = 'Tools'\nscopes = ['tools.read', 'tools.write']\n";

/// The host of documents, with a gateway.
pub struct Host {
    pub gateway: Gateway,
    server: Op,
    /// The `client_id`.
    pub id: String,
}

/// The configuration of the gateway.
pub fn setup() -> Setup {
    app::setup().toml(SETTINGS)
}

/// A second replica on the same database, with more configuration.
pub fn beside(gateway: &Gateway, toml: &str) -> Gateway {
    Setup::beside(gateway).toml(app::CLIENTS).toml(SETTINGS).toml(toml).start()
}

impl Host {
    pub fn start() -> Self {
        Self::with("")
    }

    /// With more configuration.
    pub fn with(toml: &str) -> Self {
        let host = Op::start();
        let id = format!("{}{DOCUMENT}", host.issuer);
        let host = Self { gateway: setup().toml(toml).start(), server: host, id };
        host.serve(&json!({}));
        host
    }

    /// A good document of the client, with other members.
    pub fn document(&self, changes: &Value) -> Value {
        let mut document = json!({
            "client_id": self.id, "client_name": "An agent", "redirect_uris": [OWN_DEVICE, "https://app.example/cb"],
            "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        document
    }

    /// Serves the document with these changes.
    pub fn serve(&self, changes: &Value) {
        self.reply(Reply::text(200, "application/json", &self.document(changes).to_string()));
    }

    pub fn reply(&self, reply: Reply) {
        self.server.reply(DOCUMENT, reply);
    }

    /// Another path of the host.
    pub fn reply_at(&self, path: &str, reply: Reply) {
        self.server.reply(path, reply);
    }

    /// How often the document was fetched.
    pub fn fetches(&self) -> usize {
        self.requests_at(DOCUMENT)
    }

    /// How often a path of the host was requested.
    pub fn requests_at(&self, path: &str) -> usize {
        self.server.calls_to(path).len()
    }

    /// The id of another client at the host, whose document is never answered.
    pub fn silent_client(&self, number: usize) -> String {
        self.server.reply(&format!("{DOCUMENT}?{number}"), Reply::Silent);
        format!("{}?{number}", self.id)
    }

    /// How many requests the host got.
    pub fn all_requests(&self) -> usize {
        self.server.calls().len()
    }

    /// What was requested beside the document.
    pub fn other_requests(&self) -> Vec<String> {
        self.server.calls().into_iter().map(|call| call.path).filter(|path| path != DOCUMENT).collect()
    }

    /// The path of a request of the client.
    pub fn path(&self, changes: &[(&str, &str)]) -> String {
        let mut all = vec![
            ("client_id", self.id.as_str()),
            ("redirect_uri", "http://127.0.0.1:4711/cb"),
            ("scope", "openid offline_access"),
        ];
        all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        all.extend_from_slice(changes);
        app::path(&all)
    }

    /// A browser in which `ada` is signed in.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.gateway.browser();
        browser.sign_in("ada").await;
        browser
    }

    /// The consent page of a request in a signed-in browser.
    pub async fn consent_page(&self, browser: &Browser, changes: &[(&str, &str)]) -> Answer {
        let page = browser.get(&self.path(changes)).await.location();
        assert!(page.contains("/oauth2/authorize/agree?"), "{page}");
        browser.get(&page).await
    }

    /// Presses the button of a consent page.
    pub async fn agree(&self, browser: &Browser, page: &Answer) -> Answer {
        let fields = page.form("Continue").fields;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).append_pair("answer", "yes").finish();
        let ask = browser.ask("POST", "/oauth2/authorize/agree").header("sec-fetch-site", "same-origin");
        ask.body("application/x-www-form-urlencoded", form).send().await
    }

    /// The tokens of a request to which the person agrees.
    pub async fn tokens(&self, browser: &Browser, changes: &[(&str, &str)]) -> Tokens {
        let page = self.consent_page(browser, changes).await;
        let code = code(&self.agree(browser, &page).await);
        let resource = changes.iter().find(|(name, _)| *name == "resource").copied();
        Tokens::of(&self.redeem(&code, resource.as_slice()).await)
    }

    pub async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "http://127.0.0.1:4711/cb"),
            ("client_id", self.id.as_str()),
            ("code_verifier", VERIFIER),
        ];
        form.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        app::post(&self.gateway, "/oauth2/token", &form).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", self.id.as_str())];
        app::post(&self.gateway, "/oauth2/token", &form).await
    }
}

/// The status and the code of a refusal in the browser, as a program reads it.
pub async fn refusal(browser: &Browser, path: &str) -> (u16, String) {
    let answer = browser.ask("GET", path).for_json().send().await;
    (answer.status, answer.code())
}
