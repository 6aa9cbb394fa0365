//! What an app asks for, as a value (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;

/// A request that was read and found good. It is kept as it is; nothing changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Whether that is a loopback address or has a private-use scheme, so that the person has to agree (RFC 8252 §8.6).
    pub installed: bool,
    /// What comes back with the answer, byte for byte.
    pub state: Option<String>,
    /// The scopes, separated by spaces; those among them that the client may have.
    pub scope: String,
    /// What the ID token must carry.
    pub nonce: Option<String>,
    /// The PKCE challenge, by S256.
    pub challenge: Option<String>,
    /// What the person should be shown.
    pub prompt: Prompt,
    /// How many seconds ago the person may have been authenticated.
    pub max_age: Option<u32>,
    /// Who is probably going to sign in.
    pub login_hint: Option<String>,
    /// Wanted authentication context classes.
    pub acr_values: Option<String>,
    /// Languages that the person prefers.
    pub ui_locales: Option<String>,
    /// The provider to sign in at, so that nobody has to choose.
    pub provider: Option<String>,
    /// Whom the token is for, if not for all of the client's audience (RFC 8707).
    pub resource: Option<String>,
    /// The user that the app expects, by its `id_token_hint`.
    pub hinted_user: Option<UserId>,
}

/// `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the parameter, which is a set of them")]
pub struct Prompt {
    /// Nothing at all may be shown.
    pub none: bool,
    /// The person signs in again.
    pub login: bool,
    /// The person agrees.
    pub consent: bool,
    /// The person chooses who to be.
    pub select_account: bool,
}

impl Prompt {
    /// Reads the parameter; `None` for words that are not known and for `none` beside others.
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

    /// What the provider is asked to show. Whether the person agrees to the app is ours to ask.
    pub fn at_provider(self) -> Option<String> {
        let words = [(self.login, "login"), (self.select_account, "select_account")];
        let words: Vec<_> = words.into_iter().filter_map(|(asked, word)| asked.then_some(word)).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AZ-23
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
