//! Mistakes of an integration that a refused response of a provider shows. The text is for the operator: it is logged, and
//! recorded with the login.

use super::input::Flow;

/// A mistake of the frontend, or of its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The login began in the other flow than this one, in which its `state` arrived.
    OtherFlow(Flow),
    /// The login began with `code_challenge`, and the exchange has no `code_verifier`.
    NoVerifier,
    /// The exchange has a `code_verifier`, and the login began without `code_challenge`.
    NeedlessVerifier,
    /// The `code_verifier` does not fit.
    OtherVerifier,
}

impl Mistake {
    /// The mistake and the remedy.
    pub fn text(self, provider: &str) -> String {
        match self {
            Self::OtherFlow(Flow::Browser) => format!(
                "the login began in the SPA flow (GET /oauth2/url), and its response came to /callback/{provider}, which completes \
                 logins of the browser flow only: set providers.{provider}.redirect_uri to the URL of the frontend's page that receives \
                 the code, and register that URL at the provider"
            ),
            Self::OtherFlow(Flow::Spa) => format!(
                "the login began in the browser flow (GET /login/{provider}), and its state came to POST /oauth2/token: let the \
                 frontend begin with GET /oauth2/url"
            ),
            Self::NoVerifier => {
                "code_verifier is missing in POST /oauth2/token: the login began with code_challenge".to_owned()
            }
            Self::NeedlessVerifier => {
                "code_verifier came in POST /oauth2/token, and the login began without code_challenge".to_owned()
            }
            Self::OtherVerifier => {
                "code_verifier in POST /oauth2/token does not fit the code_challenge with which the login began"
                    .to_owned()
            }
        }
    }
}
