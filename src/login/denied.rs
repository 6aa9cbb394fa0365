//! An error response of a provider to the authorization request (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).

use super::failure::LoginFailure;
use super::refusal::Code;
use crate::upstream::{ProviderError, Sent, request_remedy};

/// Error codes that only the operator can act on: the provider rejects the request of the gateway and not the person.
const REJECTED_REQUESTS: [&str; 10] = [
    "invalid_scope",
    "unauthorized_client",
    "unsupported_response_type",
    "unsupported_response_mode",
    "invalid_request",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_target",
];

/// The failure of a login after an error response. `redirect_uri`: of the authorization request.
pub fn failure(error: &ProviderError, sent: &Sent, redirect_uri: &str) -> LoginFailure {
    let described = error.describe(sent);
    if let Some(code) = REJECTED_REQUESTS.into_iter().find(|code| *code == error.code()) {
        let remedy = request_remedy(error, redirect_uri);
        let reason = format!("the provider rejected the authorization request{described}: {remedy}");
        return LoginFailure {
            counted_error: Some(code),
            needs_operator: true,
            ..LoginFailure::denied(Code::ProviderError, reason)
        };
    }
    let code = if error.is_temporary() { Code::ProviderError } else { Code::ProviderDenied };
    LoginFailure::denied(code, format!("the provider answered with an error{described}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_tells_whether_the_person_or_the_request_is_rejected() {
        let of = |code: &str, description: &str| {
            failure(&ProviderError::new(code, Some(description)), &Sent::default(), "https://gw.example/cb")
        };
        for code in REJECTED_REQUESTS {
            let failure = of(code, "");
            assert_eq!(
                (failure.code, failure.needs_operator, failure.counted_error),
                (Code::ProviderError, true, Some(code))
            );
            assert!(failure.reason.contains(&format!("({code}): ")), "{}", failure.reason);
        }
        for code in ["access_denied", "login_required", "consent_required", "interaction_required", "x", "", "<b>"] {
            let failure = of(code, "no");
            assert_eq!(
                (failure.code, failure.needs_operator, failure.counted_error),
                (Code::ProviderDenied, false, None)
            );
        }
        for code in ["server_error", "temporarily_unavailable"] {
            assert_eq!((of(code, "").code, of(code, "").counted_error), (Code::ProviderError, None));
        }
        let reason = of("access_denied", "Not you, ada@example.com\n!").reason;
        assert_eq!(
            reason,
            "the provider answered with an error (access_denied), it said \"Not you, [e-mail address] !\""
        );
    }
}
