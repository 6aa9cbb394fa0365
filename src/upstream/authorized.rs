//! A request that says in whose name it is made.

use http::Method;
use http::header::{self, HeaderValue};
use url::Url;

/// A request without a body whose `Authorization` no log may show; `None` where the value is none.
pub fn authorized(method: Method, url: &Url, accept: &'static str, value: &str) -> Option<http::Request<Vec<u8>>> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    let request = http::Request::builder().method(method).uri(url.as_str());
    request.header(header::ACCEPT, accept).header(header::AUTHORIZATION, value).body(Vec::new()).ok()
}
