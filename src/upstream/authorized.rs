//! A request that says in whose name it is made.

use http::Method;
use http::header::{self, HeaderValue};
use url::Url;

/// A request without a body whose `Authorization` no log may show; `None` where the value is none.
pub fn authorized(method: Method, url: &Url, accept: &'static str, value: &str) -> Option<http::Request<Vec<u8>>> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    let mut request = http::Request::builder().uri(url.as_str());
    if method == Method::POST {
        // The client leaves it out where there is no body, and some servers insist on it (RFC 9110 §8.6).
        request = request.header(header::CONTENT_LENGTH, 0);
    }
    let request = request.method(method);
    request.header(header::ACCEPT, accept).header(header::AUTHORIZATION, value).body(Vec::new()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-22
    #[test]
    fn no_log_may_show_in_whose_name_it_is() {
        let url = Url::parse("https://op.example/userinfo").expect("a URL");
        let request = |value: &str| authorized(Method::GET, &url, "application/json", value);
        let good = request("Bearer access").expect("a request");
        assert!(good.headers()[header::AUTHORIZATION].is_sensitive() && !format!("{good:?}").contains("access"));
        assert!(request("Bearer a\nb").is_none());
    }
}
