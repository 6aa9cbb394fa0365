//! A browser of a signed-in user.

use serde_json::Value;

use crate::support::{Answer, Browser, Gateway};

pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
pub const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

/// A browser of a signed-in user.
pub struct Device {
    pub browser: Browser,
    pub sid: String,
    pub sub: String,
}

impl Device {
    pub async fn sign_in(gateway: &Gateway, who: &str) -> Self {
        Self::with(gateway, who, FIREFOX).await
    }

    /// With a user agent of its own.
    pub async fn with(gateway: &Gateway, who: &str, user_agent: &str) -> Self {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let back = browser.ask("GET", &begun.callback_of(who)).header("user-agent", user_agent).send().await;
        assert_eq!(back.status, 303, "{back:?}");
        let session = browser.fetch("/session").await.json();
        let text = |name: &str| session[name].as_str().expect("text").to_owned();
        Self { sid: text("sid"), sub: text("sub"), browser }
    }

    /// The list of `GET /sessions`.
    pub async fn sessions(&self) -> Vec<Value> {
        let answer = self.browser.fetch("/sessions").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["sessions"].as_array().expect("a list").clone()
    }

    /// `DELETE`, as a script of the gateway's own origin does.
    pub async fn delete(&self, path: &str) -> Answer {
        self.browser.ask("DELETE", path).for_json().header("sec-fetch-site", "same-origin").send().await
    }

    /// The status of `GET /session`: 200, or 401 once it is over.
    pub async fn status(&self) -> u16 {
        self.browser.fetch("/session").await.status
    }

    /// Waits until the session is over: what another process has ended is known from the feed.
    pub async fn ends(&self) {
        self.browser.ends().await;
    }

    /// An access token for this session.
    pub async fn token(&self) -> String {
        let answer = self.browser.post("/session/token").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

/// Inserts an app session with that parent and the same timeouts.
pub fn app_under(gateway: &Gateway, parent: &str, client: &str) {
    gateway.database.execute(&format!(
        "INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, last_activity_at, not_after,
                               created_at)
         SELECT gen_random_uuid(), user_id, sub_id, provider, '{client}', id, auth_time, last_activity_at, not_after,
                created_at
         FROM sessions WHERE id = '{parent}'"
    ));
}

/// The reason why a session ended; `NULL` while it is active.
pub fn reason(gateway: &Gateway, sid: &str) -> String {
    gateway.database.words(&format!("SELECT ended_reason FROM sessions WHERE id = '{sid}'")).concat()
}
