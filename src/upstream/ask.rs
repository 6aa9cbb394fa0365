//! What an authorization request says beside what the libraries say by themselves (RFC 6749 §4.1.1).

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};

use crate::base::secret::Plain;
use crate::config::{Pkce, Registration, ResponseMode};

/// The rest of an authorization request.
pub struct Asked {
    /// The code verifier (RFC 7636) that the parameters have the challenge of.
    pub verifier: Option<String>,
    /// The parameters, each name once, which the rules of the configuration keep from being one of ours.
    pub parameters: Vec<(String, String)>,
}

/// What is asked of a provider. What the caller wants of this login wins over what is configured for all.
pub fn ask<const N: usize>(registration: &Registration, hinted: [(&str, Option<String>); N]) -> Asked {
    let mut parameters = Vec::new();
    if registration.response_mode == ResponseMode::FormPost {
        parameters.push(("response_mode".to_owned(), "form_post".to_owned()));
    }
    parameters.extend(hinted.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    for (name, value) in &registration.extra_params {
        if parameters.iter().all(|(taken, _)| taken != name) {
            parameters.push((name.clone(), value.clone()));
        }
    }
    let verifier = (registration.pkce != Pkce::Off).then(|| Plain::random().expose().to_owned());
    // Sent whatever the metadata says of it: a provider that knows nothing of PKCE ignores it (RA-21).
    if let Some((challenge, method)) = verifier.as_deref().and_then(|verifier| challenge(registration.pkce, verifier)) {
        parameters.push(("code_challenge".to_owned(), challenge));
        parameters.push(("code_challenge_method".to_owned(), method.to_owned()));
    }
    Asked { verifier, parameters }
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

    fn said(registration: &Registration, prompt: Option<&str>) -> Vec<(String, String)> {
        ask(registration, [("prompt", prompt.map(String::from)), ("login_hint", None)]).parameters
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    /// RA-16
    #[test]
    fn no_name_stands_twice_and_the_callers_wish_wins() {
        let mut registration = Registration { pkce: Pkce::Off, ..Registration::example() };
        registration.extra_params = vec![pair("prompt", "login"), pair("hd", "a"), pair("hd", "b")];
        assert_eq!(said(&registration, None), [pair("prompt", "login"), pair("hd", "a")]);
        assert_eq!(said(&registration, Some("none")), [pair("prompt", "none"), pair("hd", "a")]);
        registration.response_mode = ResponseMode::FormPost;
        assert_eq!(said(&registration, None)[0], pair("response_mode", "form_post"));
    }

    /// RA-21: with the example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_verifier() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let hashed = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge(Pkce::S256, verifier), Some((hashed.to_owned(), "S256")));
        assert_eq!(challenge(Pkce::Plain, verifier), Some((verifier.to_owned(), "plain")));
        let asked = ask(&Registration { pkce: Pkce::Off, ..Registration::example() }, []);
        assert!(asked.verifier.is_none() && asked.parameters.is_empty());
    }
}
