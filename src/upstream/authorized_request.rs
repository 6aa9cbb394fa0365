//! Requests with an `Authorization` header.

use http::Method;
use http::header::{self, HeaderValue};
use url::Url;

/// A request without a body. The `Authorization` value is marked as sensitive, so that logs do not show it. `None` if
/// it is not a valid header value.
pub fn authorized_request(
    method: Method,
    url: &Url,
    accept: &'static str,
    value: &str,
) -> Option<http::Request<Vec<u8>>> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    let mut request = http::Request::builder().uri(url.as_str());
    if method == Method::POST {
        // The HTTP client omits `Content-Length` for an empty body, and some servers require it (RFC 9110 §8.6).
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
    fn the_authorization_header_is_marked_as_sensitive() {
        let url = Url::parse("https://op.example/userinfo").expect("a URL");
        let request = |value: &str| authorized_request(Method::GET, &url, "application/json", value);
        let good = request("Bearer access").expect("a request");
        assert!(good.headers()[header::AUTHORIZATION].is_sensitive() && !format!("{good:?}").contains("access"));
        assert!(request("Bearer a\nb").is_none());
    }
}
