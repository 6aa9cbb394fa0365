//! An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;
use crate::client::SelfDescription;
use crate::grant::AnswerMode;

/// A validated request. It is stored as it is and never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The `client_id` of a registered client.
    pub client_id: String,
    /// The `redirect_uri`, which the client has registered.
    pub redirect_uri: String,
    /// Whether that URI is on loopback or has a private-use scheme, which requires consent (RFC 8252 §8.6).
    pub installed: bool,
    /// Whether it was pushed (RFC 9126): its parameters are not for other browsers. Replicas of earlier versions do not write
    /// it.
    #[serde(default)]
    pub pushed: bool,
    /// `response_mode`. Replicas of earlier versions do not write it.
    #[serde(default)]
    pub mode: AnswerMode,
    /// `state`, returned byte for byte.
    pub state: Option<String>,
    /// The requested scopes that the client may have, separated by spaces.
    pub scope: String,
    /// `nonce`, for the ID token.
    pub nonce: Option<String>,
    /// The `code_challenge` of the method S256 (RFC 7636 §4.2).
    pub challenge: Option<String>,
    /// `prompt`: what the person is to be shown.
    pub prompt: Prompt,
    /// The `max_age`: how old the authentication may be, in seconds.
    pub max_age: Option<u32>,
    /// The `login_hint`, which the provider gets.
    pub login_hint: Option<String>,
    /// The `acr_values`, in the order of preference; the provider gets them.
    pub acr_values: Option<String>,
    /// The `ui_locales`, which the provider gets.
    pub ui_locales: Option<String>,
    /// `provider`: the provider that skips the chooser.
    pub provider: Option<String>,
    /// `resource`: the only audience of the token (RFC 8707); `None` for the client's whole audience.
    pub resource: Option<String>,
    /// The user that `id_token_hint` names.
    pub hinted_user: Option<UserId>,
    /// What the client says of itself, where it is one by URL: such a client requires consent. Replicas of earlier versions do
    /// not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_url: Option<SelfDescription>,
}

/// The values of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the parameter, which is a set of them")]
pub struct Prompt {
    /// `none`: no page may be shown.
    pub none: bool,
    /// `login`: the person signs in again.
    pub login: bool,
    /// `consent`: the person is asked for consent.
    pub consent: bool,
    /// `select_account`: the person chooses an account.
    pub select_account: bool,
}

impl Prompt {
    /// Parses the parameter; `None` for unknown values and for `none` beside others.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => return None,
            }
        }
        let others = prompt.login || prompt.consent || prompt.select_account;
        (!(prompt.none && others)).then_some(prompt)
    }

    /// The `prompt` for the provider. Consent to the app is asked for here and not at the provider.
    pub fn at_provider(self) -> Option<String> {
        let words = [(self.login, "login"), (self.select_account, "select_account")];
        let words: Vec<_> = words.into_iter().filter_map(|(asked, word)| asked.then_some(word)).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AZ-23: `none` beside another value is refused.
    #[test]
    fn prompt_is_a_set_of_known_words() {
        assert_eq!(Prompt::parse(""), Some(Prompt::default()));
        let both = Prompt { login: true, select_account: true, ..Prompt::default() };
        assert_eq!(Prompt::parse("select_account login"), Some(both));
        assert_eq!(both.at_provider().as_deref(), Some("login select_account"));
        let none = Prompt { none: true, ..Prompt::default() };
        assert_eq!(Prompt::parse("none"), Some(none));
        for bad in ["none login", "NONE", "create", "login none consent"] {
            assert_eq!(Prompt::parse(bad), None, "{bad}");
        }
    }
}
