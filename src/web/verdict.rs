//! What a provider says when it sends the browser back, in the address or by a form.

use super::extract::Parameters;
use super::problem::Problem;
use crate::base::secret::Plain;
use crate::login::AuthorizationResponse;
use crate::upstream::{AuthorizationGrant, is_error_code};

/// By RFC 6749 §4.1.2. Both a code and an error, or neither, is nonsense (RA-14).
pub fn with_code(parameters: &Parameters) -> Result<AuthorizationResponse, Problem> {
    let iss = parameters.get("iss").map(str::to_owned);
    match (parameters.get("code"), parameters.get("error")) {
        (Some(code), None) => {
            let code = Plain::new(code);
            Ok(AuthorizationResponse::Granted(AuthorizationGrant::Code {
                code,
                iss,
                iss_may_be_missing: false,
                user: None,
            }))
        }
        (None, Some(error)) => Ok(AuthorizationResponse::Denied { error: known_error(error), iss }),
        _ => Err(Problem::invalid_request()),
    }
}

/// By RFC 5849 §2.2, which has no word for a no. Providers have several: `denied` with the token, `oauth_problem` of the
/// Problem Reporting extension, `error` as others have it, or a token without a verifier.
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
        _ => Err(Problem::invalid_request()),
    }
}

/// An error code as it may stand in logs: what strangers write does not get there.
fn known_error(error: &str) -> String {
    if is_error_code(error) { error.to_owned() } else { "an unknown error".to_owned() }
}
