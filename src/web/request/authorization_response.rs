//! Reads the authorization response of a provider from the parameters of the callback, query or form.

use super::extract::Parameters;
use crate::base::secret::Plain;
use crate::login::AuthorizationResponse;
use crate::upstream::{AuthorizationGrant, ProviderError};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The names of the parameters that are read.
const KNOWN: [&str; 13] = [
    "code",
    "state",
    "iss",
    "user",
    "error",
    "error_description",
    "error_message",
    "error_reason",
    "oauth_token",
    "oauth_verifier",
    "oauth_problem",
    "oauth_problem_advice",
    "denied",
];

/// The parameters of an encoded query or form.
pub fn parameters(encoded: &str) -> Result<Parameters, Problem> {
    Parameters::parse_known(encoded, &KNOWN)
}

/// The response of RFC 6749 §4.1.2: a code or an error (RA-14).
pub fn with_code(parameters: &Parameters) -> Result<AuthorizationResponse, Problem> {
    let iss = parameters.get("iss").map(str::to_owned);
    match (parameters.get("code"), parameters.get("error")) {
        (Some(code), None) => {
            let code = Plain::new(code);
            Ok(AuthorizationResponse::Granted(AuthorizationGrant::Code {
                code,
                iss,
                iss_is_required: false,
                user: None,
            }))
        }
        (None, error) => match (error, description(parameters)) {
            (None, None) => Err(Refusal::InvalidRequest.into()),
            (error, description) => {
                let error = ProviderError::new(error.unwrap_or_default(), description);
                Ok(AuthorizationResponse::Denied { error, iss })
            }
        },
        (Some(_), Some(_)) => Err(Refusal::InvalidRequest.into()),
    }
}

/// The response of RFC 5849 §2.2 (OAuth 1.0a). The RFC defines no refusal. Providers send `denied` with the token,
/// `oauth_problem` of the Problem Reporting extension, `error`, or a token without a verifier.
pub fn with_verifier(parameters: &Parameters) -> Result<AuthorizationResponse, Problem> {
    let problem = parameters.get("oauth_problem").or(parameters.get("error"));
    let denied = parameters.get("denied").map(|_| "denied");
    let error = problem.or(denied).map(|code| ProviderError::new(code, description(parameters)));
    match (parameters.get("oauth_token"), parameters.get("oauth_verifier"), error) {
        (Some(token), Some(verifier), None) => {
            let (token, verifier) = (Plain::new(token), Plain::new(verifier));
            Ok(AuthorizationResponse::Granted(AuthorizationGrant::Verifier { token, verifier }))
        }
        (_, None, Some(error)) => Ok(AuthorizationResponse::Denied { error, iss: None }),
        (Some(_), None, None) => {
            let error = ProviderError::new("", Some("no oauth_verifier"));
            Ok(AuthorizationResponse::Denied { error, iss: None })
        }
        _ => Err(Refusal::InvalidRequest.into()),
    }
}

/// The parameters that describe an error of the provider. Facebook uses other names than RFC 6749 §4.1.2.1, and the
/// Problem Reporting extension of OAuth 1.0a has its own.
fn description(parameters: &Parameters) -> Option<&str> {
    let names = ["error_description", "error_message", "error_reason", "oauth_problem_advice"];
    names.into_iter().find_map(|name| parameters.get(name))
}
