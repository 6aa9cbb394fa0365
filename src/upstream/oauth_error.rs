//! Errors in the responses of OAuth endpoints (RFC 6749 §5.2).

use http::HeaderMap;
use serde_json::{Map, Value};

use super::line::{is_type, read_json};

/// What a provider calls it when it does not accept us: by RFC 6749 §5.2, at GitHub, and, the last two, at Slack.
pub const NOT_THE_CLIENT: [&str; 4] =
    ["invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id"];

/// The error in an answer, if it is one.
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
