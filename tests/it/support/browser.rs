//! A browser: it stores cookies and follows no redirects.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use super::answer::{Answer, parameter};
use super::wait::BOUND;
use crate::fake_provider::Op;

/// One HTTP client for all tests. It keeps no connection, because each test has its own runtime.
#[expect(clippy::disallowed_methods, reason = "the tests stand outside the gateway")]
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().redirect(redirect::Policy::none()).pool_max_idle_per_host(0).no_proxy();
    builder.build().expect("a client")
});

/// A browser. A clone is another tab of the same one.
#[derive(Clone)]
pub struct Browser {
    base: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

#[derive(Clone, Debug)]
pub struct Begun {
    /// The URL of the authorization request.
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub provider: String,
}

impl Begun {
    /// From the URL of an authorization request.
    #[track_caller]
    pub fn at(provider: &str, url: String) -> Self {
        let value = |name| parameter(&url, name).unwrap_or_else(|| panic!("no {name} in {url}"));
        Self { state: value("state"), nonce: value("nonce"), provider: provider.to_owned(), url }
    }

    /// The code that the fake provider would issue for a user.
    pub fn code(&self, sub: &str) -> String {
        Op::code(sub, &self.nonce)
    }

    /// The path and query of the callback with these parameters.
    pub fn callback(&self, parameters: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("/callback/{}?{query}", self.provider)
    }

    /// The path and query of the provider's redirect.
    pub fn callback_of(&self, sub: &str) -> String {
        self.callback(&[("code", &self.code(sub)), ("state", &self.state)])
    }

    /// The body by which a frontend exchanges a user's code.
    pub fn exchange_of(&self, sub: &str) -> Value {
        json!({"provider": self.provider, "code": self.code(sub), "state": self.state})
    }
}

impl Browser {
    /// A new browser. `base` is the prefix of every path.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookies: Arc::default() }
    }

    /// A browser with the same cookies, at another replica.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), cookies: Arc::new(Mutex::new(self.cookies().clone())) }
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies().insert(name.to_owned(), value.to_owned());
    }

    pub fn forget_cookie(&self, name: &str) {
        self.cookies().remove(name);
    }

    /// A request, not yet sent. It accepts HTML, as a navigation does.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = CLIENT.request(method, url);
        let cookies: Vec<_> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        Ask { browser: self.clone(), request, accept: "text/html,application/xhtml+xml,*/*;q=0.8" }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    /// Sends a GET that accepts JSON, as a script does.
    pub async fn fetch(&self, path: &str) -> Answer {
        self.ask("GET", path).for_json().send().await
    }

    /// Posts without a body, from a page of the gateway.
    pub async fn post(&self, path: &str) -> Answer {
        self.ask("POST", path).header("sec-fetch-site", "same-origin").send().await
    }

    /// Posts JSON, as a script does.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).for_json().json(body).send().await
    }

    /// Begins a login by the browser flow.
    pub async fn begin(&self, provider: &str) -> Begun {
        Begun::at(provider, self.get(&format!("/login/{provider}")).await.location())
    }

    /// Begins a login by the SPA flow.
    pub async fn begin_json(&self, provider: &str) -> Begun {
        let answer = self.fetch(&format!("/oauth2/url/?provider={provider}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Begun::at(provider, answer.json()["url"].as_str().expect("a URL").to_owned())
    }

    /// Waits until `GET /session` is refused: what another process has ended is known from the feed.
    pub async fn ends(&self) -> Answer {
        let began = std::time::Instant::now();
        loop {
            let answer = self.fetch("/session").await;
            if answer.status == 401 {
                return answer;
            }
            assert!(began.elapsed() < BOUND, "the session is still live: {answer:?}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Signs in at the fake provider `op` by the browser flow.
    pub async fn sign_in(&self, sub: &str) -> Answer {
        let begun = self.begin("op").await;
        let answer = self.get(&begun.callback_of(sub)).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        answer
    }

    /// Signs in at the fake provider `op` by the SPA flow. Returns the token response.
    pub async fn sign_in_json(&self, sub: &str) -> Value {
        let begun = self.begin_json("op").await;
        let answer = self.post_json("/oauth2/token/", &begun.exchange_of(sub)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    fn keep(&self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let (name, rest) = line.split_once('=').expect("a cookie");
            if line.contains("Max-Age=0") {
                self.cookies().remove(name);
            } else {
                let value = rest.split(';').next().unwrap_or_default();
                self.cookies().insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A request, not yet sent.
pub struct Ask {
    browser: Browser,
    request: RequestBuilder,
    accept: &'static str,
}

impl Ask {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a header whose value is not text.
    pub fn header_value(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn for_json(mut self) -> Self {
        self.accept = "application/json";
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// With a body of a media type.
    pub fn body(self, media_type: &str, body: impl Into<reqwest::Body>) -> Self {
        let mut typed = self.header("content-type", media_type);
        typed.request = typed.request.body(body);
        typed
    }

    /// Sends it and keeps the cookies of the answer.
    pub async fn send(self) -> Answer {
        let answer = self.request.header("accept", self.accept).send().await.expect("an answer");
        let answer = Answer::of(answer).await;
        self.browser.keep(&answer);
        answer
    }
}
