//! Normalizing the response of a token endpoint for the libraries: some providers send `expires_in` as a string, scopes as an
//! array, forms instead of JSON, or errors with status 200.

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::failure::{Failure, Fault};
use super::oauth_error::{INVALID_CLIENT_CODES, members};
use super::provider_http::describe_status;
use super::text;

/// A failure at the token request.
pub fn token_failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the token endpoint: {why}"))
}

/// Whether a token response must contain `token_type`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// Required (RFC 6749 §5.1; RT-32).
    Required,
    /// Optional: some OAuth 2.0 providers omit it (Stack Exchange, Instagram, Foursquare) and document the use as a bearer
    /// token. A token of another type is rejected as well.
    BearerByDefault,
}

/// Distinguishes tokens, errors about the request, and failures of the provider, and normalizes the tokens.
pub fn normalize(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    token_type: TokenType,
) -> Result<http::Response<Vec<u8>>, Failure> {
    let is_error_response = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    if !status.is_success() && !is_error_response {
        return Err(token_failure(Fault::InvalidResponse, &describe_status(status)));
    }
    let members = members(headers, body);
    match members {
        Ok(members) if members.get("error").is_some_and(Value::is_string) && !members.contains_key("access_token") => {
            Err(rejected(members.get("error").and_then(Value::as_str).unwrap_or_default()))
        }
        _ if is_error_response => Err(token_failure(Fault::InvalidResponse, &describe_status(status))),
        Ok(members) => normalized_body(&members, token_type).map_err(|why| token_failure(Fault::InvalidResponse, why)),
        Err(why) => Err(token_failure(Fault::InvalidResponse, &why)),
    }
}

/// The reason for the operator contains the error code, but not the provider's description.
fn rejected(code: &str) -> Failure {
    // The second code is GitHub's, the third Slack's; the last one asks for an interaction of the user at the provider.
    const REAUTH_CODES: [&str; 4] =
        ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "interaction_required"];
    let reason = match code {
        code if INVALID_CLIENT_CODES.contains(&code) => format!(
            "the provider rejected the client authentication ({code}): check client_id, client_secret and \
             token_endpoint_auth_method"
        ),
        code if text::is_error_code(code) => format!("the provider rejected the grant ({code})"),
        _ => "the provider rejected the grant with an unknown error".into(),
    };
    let failure = Failure::token(Fault::Refused, reason);
    if REAUTH_CODES.contains(&code) { failure.requiring_reauth() } else { failure }
}

/// The response with only the members that the library reads, in the form of RFC 6749 §5.1.
fn normalized_body(
    members: &Map<String, Value>,
    token_type: TokenType,
) -> Result<http::Response<Vec<u8>>, &'static str> {
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access_token = text("access_token").ok_or("answered without an access token")?;
    let is_bearer = match members.get("token_type") {
        Some(Value::String(name)) => name.eq_ignore_ascii_case("bearer"),
        None | Some(Value::Null) => token_type == TokenType::BearerByDefault,
        Some(_) => false,
    };
    if !is_bearer {
        return Err("answered with an access token that is not a bearer token");
    }
    let whole = [
        ("access_token", Some(Value::from(access_token))),
        ("token_type", Some(Value::from("bearer"))),
        ("expires_in", members.get("expires_in").and_then(seconds).map(Value::from)),
        ("scope", members.get("scope").and_then(scope).map(Value::from)),
        ("refresh_token", text("refresh_token").map(Value::from)),
        ("raw_id_token", text("id_token").map(Value::from)),
    ];
    let present = whole.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(http::Response::new(Value::Object(present.collect()).to_string().into_bytes()))
}

/// A lifetime in seconds from 0 to 10^12, as a number or as a string; a fraction is cut off.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn seconds(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=1e12).contains(&number).then_some(number as u64)
}

/// Scopes as an array, or separated by commas or spaces.
fn scope(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace(',', " ")),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::header;
    use serde_json::json;

    use super::*;

    fn normalized(status: u16, content_type: &'static str, body: &str) -> Result<Value, (Fault, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a header"));
        let outcome =
            normalize(StatusCode::from_u16(status).expect("a status"), &headers, body.as_bytes(), TokenType::Required);
        let body = outcome.map_err(|failure| (failure.fault, failure.reason))?.into_body();
        Ok(serde_json::from_slice(&body).expect("JSON"))
    }

    fn ok(body: &Value) -> Result<Value, (Fault, String)> {
        normalized(200, "application/json", &body.to_string())
    }

    /// RT-32, RT-33
    #[test]
    fn nonstandard_values_are_normalized() {
        let answer = ok(&json!({
            "access_token": "a", "token_type": "bEaReR", "expires_in": "3600", "scope": ["openid", 1, "email"],
            "refresh_token": "", "id_token": "x.y.z", "error": null,
        }));
        let expected = json!({
            "access_token": "a", "token_type": "bearer", "expires_in": 3600, "scope": "openid email",
            "raw_id_token": "x.y.z",
        });
        assert_eq!(answer, Ok(expected));
        let of = |name: &str, value: Value| {
            let mut body = json!({"access_token": "a", "token_type": "Bearer"});
            body[name] = value;
            ok(&body).map(|answer| answer[name].clone())
        };
        assert_eq!(of("expires_in", json!(59.9)), Ok(json!(59)));
        for odd in [json!(-1), json!("soon"), json!(1e300), json!(null), json!([1])] {
            assert_eq!(of("expires_in", odd), Ok(Value::Null));
        }
        assert_eq!(of("scope", json!("a,b")), Ok(json!("a b")));
        let form = normalized(200, "application/x-www-form-urlencoded", "access_token=a&token_type=bearer&scope=a+b");
        assert_eq!(form, Ok(json!({"access_token": "a", "token_type": "bearer", "scope": "a b"})));
        let script = normalized(200, "text/javascript", r#"{"access_token":"a","token_type":"Bearer"}"#);
        assert!(script.is_ok());
    }

    /// RT-32
    #[test]
    fn only_bearer_tokens_are_accepted() {
        for bad in [json!("mac"), json!(null), json!(""), json!(1), json!("DPoP")] {
            let outcome = ok(&json!({"access_token": "a", "token_type": bad}));
            assert_eq!(outcome.expect_err("refused").0, Fault::InvalidResponse, "{bad}");
        }
        assert_eq!(ok(&json!({"token_type": "Bearer"})).expect_err("refused").0, Fault::InvalidResponse);
        let tolerant = |token_type: Value| {
            let body = json!({"access_token": "a", "token_type": token_type}).to_string();
            normalize(StatusCode::OK, &HeaderMap::new(), body.as_bytes(), TokenType::BearerByDefault).is_ok()
        };
        assert!(tolerant(json!(null)) && tolerant(json!("Bearer")));
        assert!(!tolerant(json!("mac")) && !tolerant(json!("")) && !tolerant(json!(1)));
    }

    /// FI-07
    #[test]
    fn failures_of_the_provider_are_distinguished_from_error_responses() {
        let json = "application/json";
        let refused = normalized(400, json, r#"{"error":"invalid_grant","error_description":"secret stuff"}"#);
        let (fault, reason) = refused.expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("(invalid_grant)") && !reason.contains("stuff"));
        let (fault, reason) = normalized(401, json, r#"{"error":"invalid_client"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("client_secret"));
        let (_, reason) = normalized(200, json, r#"{"error":"incorrect_client_credentials"}"#).expect_err("refused");
        assert!(reason.contains("(incorrect_client_credentials)") && reason.contains("client_secret"));
        let (fault, reason) = normalized(200, json, r#"{"error":"bad_verification_code"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("bad_verification_code"));
        let (fault, reason) = normalized(400, json, r#"{"error":"<script>"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && !reason.contains("script"));
        for (status, content_type, body) in [
            (500, json, r#"{"error":"invalid_grant"}"#),
            (502, "text/html", "<html>"),
            (429, json, r#"{"error":"slow_down"}"#),
            (302, json, "{}"),
            (400, "text/html", "<html>"),
            (400, json, "{}"),
            (404, json, ""),
            (200, json, ""),
            (200, json, "{"),
            (200, json, "[]"),
            (200, "text/html", r#"{"access_token":"a","token_type":"Bearer"}"#),
        ] {
            let (fault, reason) = normalized(status, content_type, body).expect_err("a failure");
            assert_eq!(fault, Fault::InvalidResponse, "{status} {body}: {reason}");
        }
    }
}
