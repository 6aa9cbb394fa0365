//! A user with a browser and one or more identities.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::fake_provider::Op;
use crate::support::{Answer, Begun, Browser, Gateway, Setup};

/// A gateway with a second provider, `other`, and that provider.
pub fn two_providers(toml: &str) -> (Gateway, Op) {
    let other = Op::start();
    (Setup::new().provider("other", &other).toml(toml).start(), other)
}

/// A user with a browser.
pub struct Person {
    pub browser: Browser,
}

impl Person {
    /// Signs in at a provider, in a browser of their own.
    pub async fn at(gateway: &Gateway, provider: &str, who: &str) -> Self {
        let browser = gateway.browser();
        let answer = sign_in(&browser, provider, who).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        Self { browser }
    }

    /// The user at the gateway.
    pub async fn sub(&self) -> String {
        let session = self.browser.fetch("/session").await.json();
        session["sub"].as_str().unwrap_or_else(|| panic!("{session}")).to_owned()
    }

    pub async fn session(&self) -> Value {
        self.browser.fetch("/session").await.json()
    }

    /// `GET /identities`, as `provider/sub`.
    pub async fn identities(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let all = self.identity_objects().await;
        all.iter().map(|identity| format!("{}/{}", text(&identity["provider"]), text(&identity["sub"]))).collect()
    }

    pub async fn identity_objects(&self) -> Vec<Value> {
        let answer = self.browser.fetch("/identities").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["identities"].as_array().expect("a list").clone()
    }

    /// The id of the identity at a provider.
    pub async fn identity_at(&self, provider: &str) -> String {
        let all = self.identity_objects().await;
        let found = all.iter().find(|identity| identity["provider"] == provider);
        found.unwrap_or_else(|| panic!("none at {provider}"))["id"].as_str().expect("an id").to_owned()
    }

    /// Asks, as a page of the gateway's own origin does, for one more identity.
    pub async fn ask_to_link(&self, provider: &str) -> Answer {
        self.post(&format!("/identities/{provider}")).await
    }

    /// The login that gives one more identity.
    pub async fn begin_link(&self, provider: &str) -> Begun {
        let answer = self.ask_to_link(provider).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Begun::at(provider, answer.json()["url"].as_str().expect("a URL").to_owned())
    }

    /// Asks for one more identity, and comes back with it.
    pub async fn link(&self, provider: &str, who: &str) -> Answer {
        let begun = self.begin_link(provider).await;
        self.browser.get(&begun.callback_of(who)).await
    }

    /// `POST`, as a script of the gateway's own origin does.
    pub async fn post(&self, path: &str) -> Answer {
        self.browser.ask("POST", path).for_json().header("sec-fetch-site", "same-origin").send().await
    }

    /// `DELETE`, as a script of the gateway's own origin does.
    pub async fn delete(&self, path: &str) -> Answer {
        self.browser.ask("DELETE", path).for_json().header("sec-fetch-site", "same-origin").send().await
    }

    /// The claims of a fresh access token of this session.
    pub async fn token_claims(&self) -> Value {
        let answer = self.browser.post("/session/token").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        claims(&answer.json()["access_token"])
    }
}

/// Signs in by the browser flow. Returns the response of the callback.
pub async fn sign_in(browser: &Browser, provider: &str, who: &str) -> Answer {
    let begun = browser.begin(provider).await;
    browser.get(&begun.callback_of(who)).await
}

/// The claims of a token, unverified.
#[track_caller]
pub fn claims(token: &Value) -> Value {
    let payload = token.as_str().expect("a token").split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

/// The last recorded step of the login of that state.
pub fn last_step(gateway: &Gateway, begun: &Begun) -> String {
    let hash = crate::support::hexadecimal(vestibule::base::secret::Hashed::of(&begun.state).as_bytes());
    let row = format!("SELECT steps->-1->>'detail' FROM authorization_sessions WHERE state_hash = '\\x{hash}'");
    gateway.database.words(&row).concat()
}

/// The reference of the login of that state.
pub fn reference(gateway: &Gateway, begun: &Begun) -> String {
    let hash = crate::support::hexadecimal(vestibule::base::secret::Hashed::of(&begun.state).as_bytes());
    gateway
        .database
        .words(&format!("SELECT reference FROM authorization_sessions WHERE state_hash = '\\x{hash}'"))
        .concat()
}

/// The kinds of what the audit has, but for sign-ins.
pub fn audit(gateway: &Gateway) -> Vec<String> {
    gateway.database.words("SELECT kind FROM audit_events WHERE kind <> 'login_completed' ORDER BY kind")
}

pub fn address(email: &str) -> Value {
    json!({ "email": email, "email_verified": true })
}
