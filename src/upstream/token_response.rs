//! Normalizing the response of a token endpoint for the libraries: some providers send `expires_in` as a string, scopes as an
//! array, forms instead of JSON, or errors with status 200.

use http::StatusCode;
use serde_json::{Map, Value};

use super::client_response::ClientResponse;
use super::error_response::{INVALID_GRANT_CODES, ProviderError, members};
use super::failure::{Failure, Fault, GrantState};

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
pub fn normalize(answer: &ClientResponse, token_type: TokenType) -> Result<http::Response<Vec<u8>>, Failure> {
    read(answer, token_type).map_err(|failure| match failure.grant {
        // An error response: the request was not carried out.
        GrantState::Unknown if answer.response.status().is_client_error() => {
            Failure { grant: GrantState::Unspent, ..failure }
        }
        _ => failure,
    })
}

fn read(answer: &ClientResponse, token_type: TokenType) -> Result<http::Response<Vec<u8>>, Failure> {
    let (status, headers) = (answer.response.status(), answer.response.headers());
    let is_error_response = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let unusable = |why: &str| Err(token_failure(Fault::InvalidResponse, why));
    if !status.is_success() && !is_error_response {
        return unusable(&answer.describe());
    }
    let members = members(status, headers, answer.response.body());
    let has_token = members.as_ref().is_ok_and(|members| members.contains_key("access_token"));
    if !has_token && let Some(why) = answer.client_rejection() {
        let failure = Failure::token(Fault::Refused, why).needing_operator(true);
        return Err(Failure { grant: GrantState::Unspent, ..failure });
    }
    let error = members.as_ref().ok().filter(|_| !has_token).and_then(ProviderError::of_members);
    if let Some(error) = error {
        return Err(rejected(&error, answer));
    }
    match members {
        _ if is_error_response => unusable(&answer.describe()),
        Ok(members) => normalized_body(&members, token_type).or_else(unusable),
        Err(why) => unusable(&why),
    }
}

/// The provider rejected the code or the refresh token. If the client is accepted and the response names no temporary
/// problem, a further attempt with the same refresh token fails too, whatever the code of the error is.
fn rejected(error: &ProviderError, answer: &ClientResponse) -> Failure {
    let description = error.describe(&answer.sent);
    if error.is_temporary() {
        return token_failure(Fault::InvalidResponse, &format!("has a temporary problem{description}"));
    }
    let is_invalid = INVALID_GRANT_CODES.contains(&error.code());
    let is_missing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.response.status());
    if is_missing && !is_invalid {
        // A proxy or a framework answers in this way while the provider is not available.
        return token_failure(Fault::InvalidResponse, &answer.describe());
    }
    let Rejection { what, remedy, needs_operator } = rejection(error.code(), is_invalid);
    let failure = Failure::token(Fault::Refused, format!("{what}{description}; {remedy}"));
    let failure = failure.requiring_reauth().needing_operator(needs_operator);
    Failure { grant: if is_invalid { GrantState::Invalid } else { GrantState::Unspent }, ..failure }
}

/// What a rejection of the token request means, for the log.
struct Rejection {
    what: &'static str,
    remedy: &'static str,
    /// Whether each further login fails in the same way.
    needs_operator: bool,
}

/// The meaning of an error code of RFC 6749 §5.2, with the remedy. `is_invalid`: the code rejects the grant.
fn rejection(code: &str, is_invalid: bool) -> Rejection {
    if is_invalid {
        return Rejection {
            what: "the provider rejected the grant",
            remedy: "the code or the refresh token has expired, was used before or revoked, or is of another client or redirect URI",
            needs_operator: false,
        };
    }
    let (what, remedy, needs_operator) = match code {
        "unauthorized_client" => (
            "the provider does not allow this client the grant",
            "allow this client the authorization code flow and refresh tokens there",
            true,
        ),
        "unsupported_grant_type" => (
            "the token endpoint does not know the grant",
            "check token_endpoint, and what this client may use there",
            true,
        ),
        "invalid_scope" => {
            ("the provider rejected the scopes", "check scopes: each must be allowed for this client there", true)
        }
        "invalid_request" => (
            "the provider calls the token request invalid",
            "check what this client requires there (token_endpoint_auth_method, pkce), and the redirect URI",
            false,
        ),
        _ => ("the provider rejected the token request", "check what this client requires there", false),
    };
    Rejection { what, remedy, needs_operator }
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
    use serde_json::json;

    use super::*;
    use crate::upstream::sent::Sent;

    fn answer(status: u16, content_type: &str, body: &str) -> ClientResponse {
        let response = http::Response::builder().status(status).header("content-type", content_type);
        let response = response.body(body.as_bytes().to_vec()).expect("a response");
        let mut sent = Sent::default();
        sent.add("the-refresh-token");
        ClientResponse::new(response, sent, "client_id and client_secret".into())
    }

    fn normalized(status: u16, content_type: &'static str, body: &str) -> Result<Value, (Fault, String)> {
        let outcome = normalize(&answer(status, content_type, body), TokenType::Required);
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

    /// The case `oauth2-error-object`, with the other shapes of an error.
    #[test]
    fn an_error_of_any_shape_is_a_refusal() {
        let facebook = json!({"error": {"message": "used before", "type": "OAuthException", "code": 100}});
        for (status, content_type, body) in [
            (400, "application/json", facebook.clone()),
            (200, "application/json", facebook.clone()),
            (400, "text/html", facebook.clone()),
            (403, "text/javascript; charset=UTF-8", facebook),
            (200, "application/json", json!({"ok": false})),
            (200, "application/json", json!({"ok": false, "error": "code_already_used"})),
            (200, "application/json", json!({"errcode": 40163, "errmsg": "code been used"})),
            (400, "application/json", json!({"error_description": "alone"})),
            (400, "application/json", json!({"error": 7})),
            (400, "application/json", json!({"error": ["x"]})),
            (200, "application/json", json!({"error": true})),
        ] {
            let failure = normalize(&answer(status, content_type, &body.to_string()), TokenType::Required);
            let failure = failure.expect_err("a refusal");
            assert_eq!((failure.fault, failure.requires_reauth), (Fault::Refused, true), "{body}");
        }
        let token = json!({"access_token": "a", "token_type": "Bearer", "error": null, "errcode": 0, "ok": true});
        assert!(ok(&token).is_ok());
        let transient = json!({"error": {"type": "OAuthException", "code": 2, "is_transient": true}}).to_string();
        let failure =
            normalize(&answer(400, "application/json", &transient), TokenType::Required).expect_err("a failure");
        assert_eq!((failure.fault, failure.requires_reauth), (Fault::InvalidResponse, false));
        let client = normalize(&answer(401, "application/json", "{}"), TokenType::Required).expect_err("a refusal");
        assert_eq!((client.fault, client.requires_reauth, client.needs_operator), (Fault::Refused, false, true));
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
            normalize(&answer(200, "application/json", &body), TokenType::BearerByDefault).is_ok()
        };
        assert!(tolerant(json!(null)) && tolerant(json!("Bearer")));
        assert!(!tolerant(json!("mac")) && !tolerant(json!("")) && !tolerant(json!(1)));
    }

    /// FI-07
    #[test]
    fn failures_of_the_provider_are_distinguished_from_error_responses() {
        let json = "application/json";
        let refused = |status, body: &str| {
            let (fault, reason) = normalized(status, json, body).expect_err("refused");
            assert_eq!(fault, Fault::Refused, "{reason}");
            reason
        };
        let reason =
            refused(400, r#"{"error":"invalid_grant","error_description":"no the-refresh-token of ada@op.example"}"#);
        let expected =
            "the provider rejected the grant (invalid_grant), it said \"no [sent value] of [e-mail address]\"";
        assert!(reason.starts_with(expected) && reason.contains("used before"), "{reason}");
        for (status, body) in [
            (401, r#"{"error":"invalid_client"}"#),
            (401, r#"{"error":"unauthorized_client"}"#),
            (401, "<html>"),
            (200, r#"{"error":"incorrect_client_credentials"}"#),
        ] {
            let reason = refused(status, body);
            assert!(reason.contains("the client authentication (") && reason.contains("client_secret"), "{reason}");
        }
        assert!(refused(401, r#"{"error":"invalid_grant"}"#).contains("rejected the grant"));
        for (code, what) in [
            ("unauthorized_client", "does not allow this client the grant (unauthorized_client); allow this client"),
            ("unsupported_grant_type", "does not know the grant (unsupported_grant_type); check token_endpoint"),
            ("invalid_scope", "rejected the scopes (invalid_scope); check scopes"),
            ("invalid_request", "calls the token request invalid (invalid_request); check what"),
            ("other", "rejected the token request (other); check what"),
        ] {
            let reason = refused(400, &format!("{{\"error\":\"{code}\"}}"));
            assert!(reason.contains(what), "{reason}");
        }
        for (body, expected) in [
            (r#"{"error":"invalid_grant"}"#, GrantState::Invalid),
            (r#"{"ok":false,"error":"bad_refresh_token"}"#, GrantState::Invalid),
            (r#"{"error":"unauthorized_client"}"#, GrantState::Unspent),
            (r#"{"error":"invalid_scope"}"#, GrantState::Unspent),
            (r#"{"error":"Forbidden"}"#, GrantState::Unspent),
            (r#"{"error":{"type":"OAuthException"}}"#, GrantState::Unspent),
        ] {
            let failure = normalize(&answer(400, json, body), TokenType::Required).expect_err("refused");
            assert_eq!((failure.requires_reauth, failure.grant), (true, expected), "{body}");
        }
        assert!(refused(200, r#"{"error":"bad_verification_code"}"#).contains("bad_verification_code"));
        assert!(refused(400, r#"{"error":"<script>"}"#).contains("it said \"<script>\""));
        let (fault, reason) = normalized(400, json, r#"{"error":"temporarily_unavailable"}"#).expect_err("a failure");
        assert!(fault == Fault::InvalidResponse && reason.contains("temporary"), "{reason}");
        for (status, content_type, body) in [
            (500, json, r#"{"error":"invalid_grant"}"#),
            (502, "text/html", "<html>"),
            (429, json, r#"{"error":"slow_down"}"#),
            (302, json, "{}"),
            (400, "text/html", "<html>"),
            (400, json, "{}"),
            (404, json, ""),
            (404, json, r#"{"status":404,"error":"Not Found"}"#),
            (405, json, r#"{"error":"Method Not Allowed"}"#),
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
