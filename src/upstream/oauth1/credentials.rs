//! Parsing the credentials in a provider's response (RFC 5849 §2.1 and §2.3), and its errors.

use http::{HeaderMap, StatusCode, header};
use url::form_urlencoded;

use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::provider_http::describe_status;
use crate::upstream::text;

/// The longest token or secret, in bytes.
const MAX_TOKEN: usize = 4096;

/// Temporary credentials or token credentials.
pub struct Credentials {
    /// `oauth_token`: the identifier.
    pub token: Plain,
    /// `oauth_token_secret`: the shared secret, possibly empty.
    pub secret: Plain,
    /// `oauth_callback_confirmed`: whether the provider accepted the callback URL.
    pub callback_confirmed: bool,
}

/// Parses a response as a form, whatever its media type: some providers label it as HTML or plain text.
pub fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Credentials, Failure> {
    let pairs: Vec<_> = form_urlencoded::parse(body).collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref());
    let failed = |fault, why: &str| Err(Failure::token(fault, format!("the provider {why}")));
    if matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return failed(Fault::Refused, &rejection(status, value("oauth_problem").or(problem(headers))));
    }
    if !status.is_success() {
        return failed(Fault::InvalidResponse, &describe_status(status));
    }
    if let Some(problem) = value("oauth_problem") {
        return failed(Fault::Refused, &rejection(status, Some(problem)));
    }
    let is_valid = |text: &&str| text.len() <= MAX_TOKEN && text::is_clean(text);
    let token = value("oauth_token").filter(|token| !token.is_empty()).filter(is_valid);
    match (token, value("oauth_token_secret").filter(is_valid)) {
        (Some(token), Some(secret)) => Ok(Credentials {
            token: Plain::new(token),
            secret: Plain::new(secret),
            callback_confirmed: value("oauth_callback_confirmed") == Some("true"),
        }),
        _ => failed(Fault::InvalidResponse, "answered without a token and its secret"),
    }
}

/// `oauth_problem` of the Problem Reporting extension, in a `WWW-Authenticate` header.
fn problem(headers: &HeaderMap) -> Option<&str> {
    let challenge = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let value = challenge.split("oauth_problem=").nth(1)?.trim_start_matches('"');
    value.split(['"', ',', '&', ' ']).next()
}

/// The reason for the operator contains the provider's error code, but no other text of it.
fn rejection(status: StatusCode, problem: Option<&str>) -> String {
    let named = problem.filter(|code| text::is_error_code(code)).map(|code| format!(" ({code})")).unwrap_or_default();
    let advice = match problem {
        Some("timestamp_refused") => ": check the clock of this machine",
        Some("consumer_key_unknown" | "consumer_key_rejected" | "signature_invalid" | "signature_method_rejected")
        | None => ": check client_id, client_secret, signature_method, and the callback URL registered there",
        _ => "",
    };
    format!("rejected a signed request with {}{named}{advice}", status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, challenge: Option<&'static str>, body: &str) -> Result<Credentials, (Fault, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "text/html".parse().expect("a header"));
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge.parse().expect("a header"));
        }
        let read = read(StatusCode::from_u16(status).expect("a status"), &headers, body.as_bytes());
        read.map_err(|failure| (failure.fault, failure.reason))
    }

    #[test]
    fn credentials_are_parsed_from_a_form_of_any_media_type() {
        let body = "oauth_token=a%20b&oauth_token_secret=c%26&oauth_callback_confirmed=true&user_id=1";
        let read = outcome(200, None, body).expect("credentials");
        assert_eq!((read.token.expose(), read.secret.expose(), read.callback_confirmed), ("a b", "c&", true));
        let read = outcome(200, None, "oauth_token=a&oauth_token_secret=").expect("credentials");
        assert_eq!((read.secret.expose(), read.callback_confirmed), ("", false));
        let not = outcome(200, None, "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=True");
        assert!(!not.expect("credentials").callback_confirmed);
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
        let (fault_, reason) = fault(401, "Failed to validate oauth signature and token 4711");
        assert!(fault_ == Fault::Refused && reason.contains("401") && reason.contains("client_secret"), "{reason}");
        assert!(!reason.contains("4711"));
        let (fault_, reason) = fault(200, "oauth_problem=permission_denied");
        assert!(fault_ == Fault::Refused && reason.contains("(permission_denied)"), "{reason}");
        let challenge = "OAuth realm=\"x\", oauth_problem=\"timestamp_refused\", a=b";
        let (fault_, reason) = outcome(401, Some(challenge), "").err().expect("a failure");
        assert!(fault_ == Fault::Refused && reason.contains("(timestamp_refused): check the clock"), "{reason}");
        assert!(!fault(400, "oauth_problem=%3Cscript%3E").1.contains("script"));
    }
}
