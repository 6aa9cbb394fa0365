//! A response with its body.

use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.text().await.expect("a body") }
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    /// The stable code of a problem.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status, "{body}");
        assert_eq!(body["type"], "about:blank", "{body}");
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
        body["code"].as_str().expect("a code").to_owned()
    }

    /// The status and the stable code of a problem.
    #[track_caller]
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.code())
    }

    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The `Set-Cookie` line of a cookie.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let mut lines = self.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text"));
        lines.find(|line| line.split_once('=').is_some_and(|(known, _)| known == name)).map(str::to_owned)
    }

    /// The `Location` of a redirect.
    #[track_caller]
    pub fn location(&self) -> String {
        assert!(matches!(self.status, 302 | 303), "{self:?}");
        self.header("location").to_owned()
    }

    /// A parameter of the `Location`.
    #[track_caller]
    pub fn location_parameter(&self, name: &str) -> Option<String> {
        parameter(&self.location(), name)
    }

    /// Whether it is an HTML page.
    pub fn is_page(&self) -> bool {
        self.header("content-type") == "text/html; charset=utf-8" && self.body.starts_with("<!doctype html>")
    }
}

/// A parameter of a URL; fails if it is repeated.
#[track_caller]
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).expect("a URL");
    let mut values = url.query_pairs().filter(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let value = values.next();
    assert_eq!(values.next(), None, "{name} comes twice in {url}");
    value
}
