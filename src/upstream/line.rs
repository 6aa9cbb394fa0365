//! The way to a provider whose every endpoint stands in the configuration.

use http::header::{self, HeaderValue};
use url::Url;

use super::fetch::Unanswered;
use crate::base::outbound::{Outbound, Trust};
use crate::config::Registration;

/// The HTTP client, as one provider is asked with it.
pub struct Line<'a> {
    outbound: &'a Outbound,
    registration: &'a Registration,
}

impl<'a> Line<'a> {
    /// To the provider of that registration.
    pub fn new(outbound: &'a Outbound, registration: &'a Registration) -> Self {
        Self { outbound, registration }
    }

    /// Sends a request to an address of the configuration, which may be a private one, within the provider's time limit.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Unanswered> {
        Ok(self.outbound.send(request, Trust::Configured, self.registration.timeout).await?)
    }
}

/// A request without a body whose `Authorization` no log may show; `None` where the value is none.
pub fn authorized(
    method: http::Method,
    url: &Url,
    accept: &'static str,
    authorization: &str,
) -> Option<http::Request<Vec<u8>>> {
    let mut value = HeaderValue::from_str(authorization).ok()?;
    value.set_sensitive(true);
    let request = http::Request::builder().method(method).uri(url.as_str());
    request.header(header::ACCEPT, accept).header(header::AUTHORIZATION, value).body(Vec::new()).ok()
}
