//! One call to a provider: what the HTTP client says, in the words of a failed login.

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::failure::Fault;
use crate::base::outbound::OutboundError;

/// A call without a usable answer: whose fault it is, and the reason in words.
#[derive(Debug)]
pub struct Unanswered(pub Fault, pub String);

impl From<OutboundError> for Unanswered {
    fn from(error: OutboundError) -> Self {
        let fault = if matches!(error, OutboundError::Timeout) { Fault::Timeout } else { Fault::Answer };
        Self(fault, error.to_string())
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
