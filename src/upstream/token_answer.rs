//! A token endpoint's answer, judged and put into the form that the libraries read: real providers send `expires_in` as
//! text, scopes as a list, forms instead of JSON, or errors with status 200.

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::failure::{Failure, Fault};
use super::line::status_in_words;
use super::oauth_error::{NOT_THE_CLIENT, members};
use super::text;

/// A failure of the token call.
pub fn token_failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the token endpoint: {why}"))
}

/// Whether a token answer has to name the type of its token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// As RFC 6749 §5.1 has it (RT-32).
    Required,
    /// Some providers of plain OAuth 2.0 leave it out (Stack Exchange, Instagram, Foursquare), and their documents say
    /// that the token is to be used as a bearer token. A token of another type is refused all the same.
    BearerUnlessSaid,
}

/// Tells tokens from errors, and errors of ours from those of theirs.
pub fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    token_type: TokenType,
) -> Result<http::Response<Vec<u8>>, Failure> {
    let refusal = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    if !status.is_success() && !refusal {
        return Err(token_failure(Fault::Answer, &status_in_words(status)));
    }
    let members = members(headers, body);
    match members {
        Ok(members) if members.get("error").is_some_and(Value::is_string) && !members.contains_key("access_token") => {
            Err(refused(members.get("error").and_then(Value::as_str).unwrap_or_default()))
        }
        _ if refusal => Err(token_failure(Fault::Answer, &status_in_words(status))),
        Ok(members) => mend(&members, token_type).map_err(|why| token_failure(Fault::Answer, why)),
        Err(why) => Err(token_failure(Fault::Answer, &why)),
    }
}

/// The provider's error code goes to the operator, if it is a code; its description never does.
fn refused(code: &str) -> Failure {
    // The second is GitHub's word, the third Slack's; the last one says that the person has to do something there.
    const ENDS: [&str; 4] = ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "interaction_required"];
    let reason = match code {
        code if NOT_THE_CLIENT.contains(&code) => format!(
            "the provider does not accept us as a client ({code}): check client_id, client_secret and \
             token_endpoint_auth_method"
        ),
        code if text::is_error_code(code) => format!("the provider refused the grant ({code})"),
        _ => "the provider refused the grant with an odd error".into(),
    };
    let failure = Failure::token(Fault::Refused, reason);
    if ENDS.contains(&code) { failure.ending_link() } else { failure }
}

/// The answer with nothing but what the library is to read, in the form that it reads.
fn mend(members: &Map<String, Value>, token_type: TokenType) -> Result<http::Response<Vec<u8>>, &'static str> {
    let said = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access_token = said("access_token").ok_or("answered without an access token")?;
    let is_bearer = match members.get("token_type") {
        Some(Value::String(said)) => said.eq_ignore_ascii_case("bearer"),
        None | Some(Value::Null) => token_type == TokenType::BearerUnlessSaid,
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
        ("refresh_token", said("refresh_token").map(Value::from)),
        ("raw_id_token", said("id_token").map(Value::from)),
    ];
    let present = whole.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(http::Response::new(Value::Object(present.collect()).to_string().into_bytes()))
}

/// A life in seconds, as a number or as text.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn seconds(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=1e12).contains(&number).then_some(number as u64)
}

/// Scopes as a list, or with commas between them.
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

    fn judged(status: u16, content_type: &'static str, body: &str) -> Result<Value, (Fault, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a header"));
        let outcome =
            judge(StatusCode::from_u16(status).expect("a status"), &headers, body.as_bytes(), TokenType::Required);
        let body = outcome.map_err(|failure| (failure.fault, failure.reason))?.into_body();
        Ok(serde_json::from_slice(&body).expect("JSON"))
    }

    fn ok(body: &Value) -> Result<Value, (Fault, String)> {
        judged(200, "application/json", &body.to_string())
    }

    /// RT-32, RT-33
    #[test]
    fn what_providers_bend_is_mended() {
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
        let form = judged(200, "application/x-www-form-urlencoded", "access_token=a&token_type=bearer&scope=a+b");
        assert_eq!(form, Ok(json!({"access_token": "a", "token_type": "bearer", "scope": "a b"})));
        let script = judged(200, "text/javascript", r#"{"access_token":"a","token_type":"Bearer"}"#);
        assert!(script.is_ok());
    }

    /// RT-32
    #[test]
    fn only_bearer_tokens_are_taken() {
        for bad in [json!("mac"), json!(null), json!(""), json!(1), json!("DPoP")] {
            let outcome = ok(&json!({"access_token": "a", "token_type": bad}));
            assert_eq!(outcome.expect_err("refused").0, Fault::Answer, "{bad}");
        }
        assert_eq!(ok(&json!({"token_type": "Bearer"})).expect_err("refused").0, Fault::Answer);
        let tolerant = |token_type: Value| {
            let body = json!({"access_token": "a", "token_type": token_type}).to_string();
            judge(StatusCode::OK, &HeaderMap::new(), body.as_bytes(), TokenType::BearerUnlessSaid).is_ok()
        };
        assert!(tolerant(json!(null)) && tolerant(json!("Bearer")));
        assert!(!tolerant(json!("mac")) && !tolerant(json!("")) && !tolerant(json!(1)));
    }

    /// FI-07
    #[test]
    fn answers_of_no_use_are_told_from_refusals() {
        let json = "application/json";
        let refused = judged(400, json, r#"{"error":"invalid_grant","error_description":"secret stuff"}"#);
        let (fault, reason) = refused.expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("(invalid_grant)") && !reason.contains("stuff"));
        let (fault, reason) = judged(401, json, r#"{"error":"invalid_client"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("client_secret"));
        let (_, reason) = judged(200, json, r#"{"error":"incorrect_client_credentials"}"#).expect_err("refused");
        assert!(reason.contains("(incorrect_client_credentials)") && reason.contains("client_secret"));
        let (fault, reason) = judged(200, json, r#"{"error":"bad_verification_code"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("bad_verification_code"));
        let (fault, reason) = judged(400, json, r#"{"error":"<script>"}"#).expect_err("refused");
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
            let (fault, reason) = judged(status, content_type, body).expect_err("of no use");
            assert_eq!(fault, Fault::Answer, "{status} {body}: {reason}");
        }
    }
}
