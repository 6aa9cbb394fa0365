//! Parsing the credentials in a provider's response (RFC 5849 §2.1 and §2.3), and its errors.

use http::{StatusCode, header};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::base::secret::Plain;
use crate::upstream::challenge::challenge_parameter;
use crate::upstream::error_response::{ProviderError, describe_response};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::sent::Sent;
use crate::upstream::text;

/// The longest token or secret, in bytes.
const MAX_TOKEN: usize = 4096;

/// Temporary credentials or token credentials.
pub struct Credentials {
    /// The parameter `oauth_token`: the identifier of the credentials (RFC 5849 §2.1).
    pub token: Plain,
    /// `oauth_token_secret`: the shared secret, possibly empty.
    pub secret: Plain,
    /// `oauth_callback_confirmed`: whether the provider accepted the callback URL.
    pub callback_confirmed: bool,
}

/// Parses a response as a form, whatever its media type: some providers label it as HTML or plain text.
pub fn read(response: &http::Response<Vec<u8>>, sent: &Sent) -> Result<Credentials, Failure> {
    let status = response.status();
    let pairs: Vec<_> = form_urlencoded::parse(response.body()).collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref());
    let failed = |fault, why: &str| Err(Failure::token(fault, format!("the provider {why}")));
    let problem = value("oauth_problem").map(str::to_owned).or_else(|| in_challenge(response, "oauth_problem"));
    let is_refusal = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    if is_refusal || (status.is_success() && problem.is_some()) {
        let advice = value("oauth_problem_advice").map(str::to_owned);
        let advice = advice.or_else(|| in_challenge(response, "oauth_problem_advice"));
        let error = match (problem.as_deref(), value("error"), value("error_description")) {
            (Some(problem), ..) => Some(ProviderError::new(problem, advice.as_deref())),
            (None, Some(error), description) => Some(ProviderError::new(error, description)),
            (None, None, _) => ProviderError::find(response),
        };
        return failed(Fault::Refused, &rejection(status, &error.unwrap_or_default(), sent));
    }
    if !status.is_success() {
        return failed(Fault::InvalidResponse, &describe_response(response, sent));
    }
    let is_valid = |text: &&str| text.len() <= MAX_TOKEN && text::is_clean(text);
    let token = value("oauth_token").filter(|token| !token.is_empty()).filter(is_valid);
    match (token, value("oauth_token_secret").filter(is_valid)) {
        (Some(token), Some(secret)) => Ok(Credentials {
            token: Plain::new(token),
            secret: Plain::new(secret),
            // Authlib sends `True`.
            callback_confirmed: value("oauth_callback_confirmed")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }),
        _ => failed(Fault::InvalidResponse, "answered without a token and its secret"),
    }
}

/// A parameter of a challenge (Problem Reporting extension), form-encoded.
fn in_challenge(response: &http::Response<Vec<u8>>, name: &str) -> Option<String> {
    let challenge = response.headers().get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let value = challenge_parameter(challenge, name)?;
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

/// The reason for the operator, with the error of the provider and the remedy.
fn rejection(status: StatusCode, error: &ProviderError, sent: &Sent) -> String {
    let remedy = match error.code() {
        "timestamp_refused" | "invalid_timestamp" => ": check the clock of this machine",
        "permission_denied" | "permission_unknown" | "user_refused" | "additional_authorization_required" => "",
        _ => ": check client_id, client_secret, signature_method, and the callback URL registered there",
    };
    format!("rejected a signed request with {}{}{remedy}", status.as_u16(), error.describe(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, challenge: Option<&'static str>, body: &str) -> Result<Credentials, (Fault, String)> {
        let mut response = http::Response::builder().status(status).header("content-type", "text/html");
        if let Some(challenge) = challenge {
            response = response.header("www-authenticate", challenge);
        }
        let mut sent = Sent::default();
        sent.add("the-sent-signature");
        let read = read(&response.body(body.as_bytes().to_vec()).expect("a response"), &sent);
        read.map_err(|failure| (failure.fault, failure.reason))
    }

    #[test]
    fn credentials_are_parsed_from_a_form_of_any_media_type() {
        let body = "oauth_token=a%20b&oauth_token_secret=c%26&oauth_callback_confirmed=true&user_id=1";
        let read = outcome(200, None, body).expect("credentials");
        assert_eq!((read.token.expose(), read.secret.expose(), read.callback_confirmed), ("a b", "c&", true));
        let read = outcome(200, None, "oauth_token=a&oauth_token_secret=").expect("credentials");
        assert_eq!((read.secret.expose(), read.callback_confirmed), ("", false));
        for (value, expected) in [("True", true), ("TRUE", true), ("false", false), ("1", false), ("", false)] {
            let form = format!("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed={value}");
            assert_eq!(outcome(200, None, &form).expect("credentials").callback_confirmed, expected, "{value}");
        }
    }

    #[test]
    fn rejections_are_distinguished_from_invalid_responses() {
        let fault = |status, body: &str| outcome(status, None, body).err().expect("a failure");
        for body in ["", "{}", "<html>", "oauth_token=a", "oauth_token=&oauth_token_secret=b", "oauth_token_secret=b"] {
            assert_eq!(fault(200, body).0, Fault::InvalidResponse, "{body}");
        }
        assert_eq!(
            fault(200, &format!("oauth_token={}&oauth_token_secret=b", "a".repeat(5000))).0,
            Fault::InvalidResponse
        );
        for status in [302, 404, 429, 500, 503] {
            assert_eq!(fault(status, "oauth_token=a&oauth_token_secret=b").0, Fault::InvalidResponse, "{status}");
        }
        let check = ": check client_id, client_secret, signature_method, and the callback URL registered there";
        for (status, challenge, body, expected) in [
            (
                401,
                None,
                "Failed to validate oauth signature the-sent-signature and token",
                format!("401, it said \"Failed to validate oauth signature [sent value] and token\"{check}"),
            ),
            (200, None, "oauth_problem=permission_denied", "200 (permission_denied)".to_owned()),
            (
                401,
                Some("OAuth realm=\"x\", oauth_problem=\"timestamp_refused\", a=b"),
                "",
                "401 (timestamp_refused): check the clock of this machine".to_owned(),
            ),
            (
                401,
                None,
                "oauth_problem=signature_invalid&oauth_problem_advice=Use%20HMAC-SHA1",
                format!("401 (signature_invalid), it said \"Use HMAC-SHA1\"{check}"),
            ),
            (
                401,
                Some("OAuth oauth_problem=\"nonce_used\", oauth_problem_advice=\"A%20new%20one\""),
                "",
                format!("401 (nonce_used), it said \"A new one\"{check}"),
            ),
            (
                400,
                None,
                "error=invalid_request&error_description=Invalid+nonce+format.",
                format!("400 (invalid_request), it said \"Invalid nonce format.\"{check}"),
            ),
            (
                401,
                None,
                "{\"errors\":[{\"code\":32,\"message\":\"Could not authenticate you.\"}]}",
                format!("401 (32), it said \"Could not authenticate you.\"{check}"),
            ),
            (400, None, "oauth_problem=%3Cscript%3E", format!("400, it said \"<script>\"{check}")),
        ] {
            let (fault, reason) = outcome(status, challenge, body).err().expect("a failure");
            assert_eq!(
                (fault, reason),
                (Fault::Refused, format!("the provider rejected a signed request with {expected}"))
            );
        }
    }
}
