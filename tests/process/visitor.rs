//! A user with a browser that stores cookies and runs no script.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Proxy, RequestBuilder};
use url::Url;

use crate::page::Page;

/// The browser of a user.
pub struct Visitor {
    client: Client,
    jar: Arc<Jar>,
}

impl Visitor {
    pub fn new() -> Self {
        Self::at([127, 0, 0, 1].into())
    }

    /// A visitor with that address.
    pub fn at(address: IpAddr) -> Self {
        Self::with(|client| client.local_address(address))
    }

    /// A visitor that navigates through an HTTP proxy for `https`, and accepts any certificate.
    pub fn through(port: u16) -> Self {
        let proxy = Proxy::https(format!("http://127.0.0.1:{port}")).expect("a URL");
        let navigating = [("sec-fetch-mode", "navigate"), ("accept", "text/html,application/xhtml+xml")];
        let parsed =
            |(name, value): (&'static str, _)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let navigating: HeaderMap = navigating.into_iter().map(parsed).collect();
        Self::with(|client| client.proxy(proxy).tls_danger_accept_invalid_certs(true).default_headers(navigating))
    }

    #[expect(clippy::disallowed_methods, reason = "the visitor is not the gateway")]
    fn with(change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).no_proxy().timeout(Duration::from_secs(30));
        // A connection for each request, because the gateway may close an idle one.
        let client = client.redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0);
        let client = change(client).build().expect("a client");
        Self { client, jar }
    }

    /// Keeps cookies for the host of a URL.
    pub fn keep(&self, url: &str, cookies: &str) {
        let url = Url::parse(url).expect("a URL");
        for cookie in cookies.split("; ") {
            self.jar.add_cookie_str(&format!("{cookie}; Path=/; Secure"), &url);
        }
    }

    /// All cookies for a URL, as they are sent.
    pub fn cookies(&self, url: &str) -> String {
        let cookies = self.jar.cookies(&Url::parse(url).expect("a URL"));
        cookies.map(|header| header.to_str().expect("text").to_owned()).unwrap_or_default()
    }

    /// A request, not yet sent.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> RequestBuilder {
        self.client.request(method, url.as_ref())
    }

    /// Sends a request and reads the complete response.
    pub async fn send(request: RequestBuilder) -> Page {
        let answer = request.send().await.expect("an answer");
        let (url, status, headers) = (answer.url().clone(), answer.status(), answer.headers().clone());
        Page { url, status, headers, body: answer.text().await.expect("a body") }
    }

    /// Whether a server answers with 200 at this URL.
    pub async fn reaches(&self, url: &str) -> bool {
        self.request(Method::GET, url).send().await.is_ok_and(|answer| answer.status() == 200)
    }

    pub async fn get(&self, url: impl AsRef<str>) -> Page {
        Self::send(self.request(Method::GET, url)).await
    }

    /// The status of a page, if there is a response within two seconds.
    pub async fn try_get(&self, url: impl AsRef<str>) -> Option<u16> {
        self.try_get_within(Duration::from_secs(2), url).await
    }

    /// The status of a page, if there is a response within `limit`.
    pub async fn try_get_within(&self, limit: Duration, url: impl AsRef<str>) -> Option<u16> {
        Some(self.request(Method::GET, url).timeout(limit).send().await.ok()?.status().as_u16())
    }

    /// Follows the redirects of a page within the same origin, until `until` is reached.
    pub async fn follow(&self, page: Page, until: &str) -> Page {
        let mut page = page;
        for _ in 0..12 {
            match page.location() {
                Some(next) if !next.as_str().starts_with(until) => page = self.get(next).await,
                _ => return page,
            }
        }
        panic!("redirected for ever, at last to {page}");
    }

    pub async fn post(&self, url: impl AsRef<str>, fields: &[(String, String)]) -> Page {
        Self::send(self.request(Method::POST, url).form(fields)).await
    }

    /// Fills in the first form of a page.
    pub async fn submit(&self, page: &Page, values: &[(&str, &str)]) -> Page {
        let form = page.form().unwrap_or_else(|| panic!("no form on {page}"));
        let mut fields = form.fields;
        fields.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(form.action, &fields).await
    }

    /// Chooses a user or a failure at the pretend provider. Returns its redirect.
    pub async fn decide(&self, authorization_url: &Url, choices: &[(&str, &str)]) -> Url {
        let mut fields: Vec<_> = authorization_url.query_pairs().into_owned().collect();
        fields.extend(choices.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let decided = self.post(authorization_url.join("/authorize/decision").expect("a URL"), &fields).await;
        decided.location().unwrap_or_else(|| panic!("the provider does not redirect back: {decided}"))
    }

    /// A POST by a script of a page of that origin.
    pub async fn post_from(&self, origin: &str, path: &str) -> Page {
        Self::send(self.request(Method::POST, format!("{origin}{path}")).header("origin", origin)).await
    }
}

/// A parameter of a URL's query.
pub fn param(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("no {name} in {url}"))
}
