//! Errors in the responses of OAuth endpoints (RFC 6749 §5.2).

use http::HeaderMap;
use serde_json::{Map, Value};

use super::provider_http::{is_type, read_json};

/// Error codes for a failed client authentication: of RFC 6749 §5.2, of GitHub, and (the last two) of Slack.
pub const INVALID_CLIENT_CODES: [&str; 4] =
    ["invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id"];

/// The `error` member of a response, if it has one.
pub fn error_code(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    Some(members(headers, body).ok()?.get("error")?.as_str()?.to_owned())
}

/// The members of an error or token response, form-encoded or JSON.
pub fn members(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, String> {
    if is_type(headers, "application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect());
    }
    match read_json(headers, body)? {
        Value::Object(members) => Ok(members),
        _ => Err("answered with JSON that is not an object".into()),
    }
}
