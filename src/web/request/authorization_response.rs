//! Reads the authorization response of a provider from the parameters of the callback, query or form.

use super::extract::Parameters;
use crate::base::secret::Plain;
use crate::login::AuthorizationResponse;
use crate::upstream::{AuthorizationGrant, is_error_code};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The response of RFC 6749 §4.1.2. Exactly one of `code` and `error` must be present (RA-14).
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
        (None, Some(error)) => Ok(AuthorizationResponse::Denied { error: known_error(error), iss }),
        _ => Err(Refusal::InvalidRequest.into()),
    }
}

/// The response of RFC 5849 §2.2 (OAuth 1.0a). The RFC defines no refusal. Providers send `denied` with the token,
/// `oauth_problem` of the Problem Reporting extension, `error`, or a token without a verifier.
pub fn with_verifier(parameters: &Parameters) -> Result<AuthorizationResponse, Problem> {
    let word = parameters.get("oauth_problem").or(parameters.get("error")).map(known_error);
    let no = word.or(parameters.get("denied").map(|_| "denied".to_owned()));
    match (parameters.get("oauth_token"), parameters.get("oauth_verifier"), no) {
        (Some(token), Some(verifier), None) => {
            let (token, verifier) = (Plain::new(token), Plain::new(verifier));
            Ok(AuthorizationResponse::Granted(AuthorizationGrant::Verifier { token, verifier }))
        }
        (_, None, Some(no)) => Ok(AuthorizationResponse::Denied { error: no, iss: None }),
        (Some(_), None, None) => {
            Ok(AuthorizationResponse::Denied { error: "without oauth_verifier".to_owned(), iss: None })
        }
        _ => Err(Refusal::InvalidRequest.into()),
    }
}

/// The error code, if it has the form of one (lowercase letters and underscores). Other input is not logged.
fn known_error(error: &str) -> String {
    if is_error_code(error) { error.to_owned() } else { "an unknown error".to_owned() }
}
