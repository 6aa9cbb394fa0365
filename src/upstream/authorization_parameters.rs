//! The parameters of an authorization request that the libraries do not set (RFC 6749 §4.1.1).

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};

use crate::base::secret::Plain;
use crate::config::{Pkce, Registration, ResponseMode};

/// Additional parameters of an authorization request, and the PKCE code verifier.
pub struct AuthorizationParameters {
    /// The code verifier (RFC 7636) whose challenge is among the parameters; `None` when PKCE is off.
    pub verifier: Option<String>,
    /// The parameters, each name once. The validation of the configuration keeps `extra_params` from containing reserved names.
    pub parameters: Vec<(String, String)>,
}

/// Builds the parameters. A configured parameter overrides one of `another_account`, and that the hint of the caller with the same
/// name.
pub fn authorization_parameters<const N: usize>(
    registration: &Registration,
    another_account: Vec<(String, String)>,
    hints: [(&str, Option<String>); N],
) -> AuthorizationParameters {
    let mut parameters = Vec::new();
    if registration.response_mode == ResponseMode::FormPost {
        parameters.push(("response_mode".to_owned(), "form_post".to_owned()));
    }
    let hints = hints.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    for (name, value) in registration.extra_params.iter().cloned().chain(another_account).chain(hints) {
        if parameters.iter().all(|(taken, _)| *taken != name) {
            parameters.push((name, value));
        }
    }
    let verifier = (registration.pkce != Pkce::Off).then(|| Plain::random().expose().to_owned());
    // Sent whether or not the metadata lists PKCE: a provider without PKCE ignores it (RA-21).
    if let Some((challenge, method)) = verifier.as_deref().and_then(|verifier| challenge(registration.pkce, verifier)) {
        parameters.push(("code_challenge".to_owned(), challenge));
        parameters.push(("code_challenge_method".to_owned(), method.to_owned()));
    }
    AuthorizationParameters { verifier, parameters }
}

fn challenge(pkce: Pkce, verifier: &str) -> Option<(String, &'static str)> {
    match pkce {
        Pkce::S256 => {
            let verifier = PkceCodeVerifier::new(verifier.to_owned());
            Some((PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned(), "S256"))
        }
        Pkce::Plain => Some((verifier.to_owned(), "plain")),
        Pkce::Off => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(registration: &Registration, prompt: Option<&str>) -> Vec<(String, String)> {
        authorization_parameters(registration, Vec::new(), [("prompt", prompt.map(String::from)), ("login_hint", None)])
            .parameters
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    /// RA-16
    #[test]
    fn names_are_unique_and_the_configuration_overrides_hints() {
        let mut registration = Registration { pkce: Pkce::Off, ..Registration::example() };
        registration.extra_params = vec![pair("prompt", "login"), pair("hd", "a"), pair("hd", "b")];
        assert_eq!(parameters(&registration, None), [pair("prompt", "login"), pair("hd", "a")]);
        assert_eq!(parameters(&registration, Some("none")), [pair("prompt", "login"), pair("hd", "a")]);
        registration.response_mode = ResponseMode::FormPost;
        assert_eq!(parameters(&registration, None)[0], pair("response_mode", "form_post"));
    }

    /// RA-21: the example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_derived_from_the_verifier() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let hashed = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge(Pkce::S256, verifier), Some((hashed.to_owned(), "S256")));
        assert_eq!(challenge(Pkce::Plain, verifier), Some((verifier.to_owned(), "plain")));
        let result =
            authorization_parameters(&Registration { pkce: Pkce::Off, ..Registration::example() }, Vec::new(), []);
        assert!(result.verifier.is_none() && result.parameters.is_empty());
    }
}
