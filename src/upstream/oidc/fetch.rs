//! One call to a provider: what the HTTP client says, in the words of a failed login.

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::client::Shared;
use crate::base::outbound::{OutboundError, Trust};
use crate::upstream::failure::Fault;

/// A call without a usable answer: whose fault it is, and the reason in words.
#[derive(Debug)]
pub struct Unanswered(pub Fault, pub String);

impl From<OutboundError> for Unanswered {
    fn from(error: OutboundError) -> Self {
        let fault = if matches!(error, OutboundError::Timeout) { Fault::Timeout } else { Fault::Answer };
        Self(fault, error.to_string())
    }
}

impl Shared {
    /// Sends one request to the provider, within the provider's time limit.
    pub(super) async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Unanswered> {
        let trust = Url::parse(&request.uri().to_string()).map_or(Trust::Learned, |url| self.trust(&url));
        Ok(self.outbound.send(request, trust, self.config.registration.timeout).await?)
    }

    /// Gets a JSON document from the provider.
    pub(super) async fn get_json(&self, url: &str) -> Result<Value, Unanswered> {
        let request = http::Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| Unanswered(Fault::Answer, "the URL cannot be asked".into()))?;
        let answer = self.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(Unanswered(Fault::Answer, status_in_words(answer.status())));
        }
        read_json(answer.headers(), answer.body()).map_err(|reason| Unanswered(Fault::Answer, reason))
    }

    /// The issuer's own host and what stands in the configuration may live on private addresses.
    fn trust(&self, url: &Url) -> Trust {
        let endpoints = &self.config.registration.endpoints;
        let given = [
            &endpoints.authorization_endpoint,
            &endpoints.token_endpoint,
            &endpoints.userinfo_endpoint,
            &endpoints.jwks_uri,
            &endpoints.end_session_endpoint,
            &endpoints.revocation_endpoint,
        ];
        let issuer = Url::parse(&self.config.issuer).ok();
        let of_issuer = issuer.is_some_and(|issuer| issuer.host().is_some() && issuer.host() == url.host());
        if of_issuer || given.iter().any(|given| given.as_ref() == Some(url)) {
            Trust::Configured
        } else {
            Trust::Learned
        }
    }
}

/// Reads JSON whatever it calls itself, unless it calls itself a page (RD-16). The reason quotes nothing of it.
pub fn read_json(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    if is_type(headers, "text/html") {
        return Err("answered with a page instead of JSON".into());
    }
    serde_json::from_slice(body).map_err(|_| "answered with something that is not JSON".into())
}

/// Whether the media type is the one named, whatever its parameters.
pub fn is_type(headers: &HeaderMap, name: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(name)
}

/// A status that is of no use, in words.
pub fn status_in_words(status: StatusCode) -> String {
    if status.is_redirection() {
        format!("answered {}, and redirects are not followed", status.as_u16())
    } else {
        format!("answered {}", status.as_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-16
    #[test]
    fn a_page_is_no_document_and_everything_else_may_be() {
        let read = |name: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = name {
                headers.insert(header::CONTENT_TYPE, name.parse().expect("a header"));
            }
            read_json(&headers, b"{}").is_ok()
        };
        for good in ["application/json", "application/json; charset=utf-8", "application/jwk-set+json", "text/plain"] {
            assert!(read(Some(good)), "{good}");
        }
        assert!(read(None));
        assert!(!read(Some("text/html")));
        assert!(!read(Some("Text/HTML; charset=utf-8")));
    }
}
