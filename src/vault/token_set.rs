//! The tokens of one identity, in the form that is sealed.

use serde::{Deserialize, Serialize};

use crate::base::id::SubId;
use crate::base::seal::{Ring, UnsealError};
use crate::base::secret::Plain;
use crate::config::Registration;
use crate::upstream::{PreviousIdToken, ProviderTokens};

/// The version of a row: a new random value at each write. The seal is bound to it, and a conditional write compares it.
pub type Version = uuid::Uuid;

/// A provider's tokens for one identity. Serialized only to be sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenSet {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<PreviousIdToken>,
    /// The `client_id` to which the provider issued them.
    client_id: String,
    /// The requested scopes, separated by spaces.
    #[serde(rename = "asked")]
    requested_scope: String,
}

impl TokenSet {
    /// The tokens that a login returned.
    pub fn of_login(registration: &Registration, tokens: &ProviderTokens) -> Self {
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            token_secret: text(tokens.token_secret.as_ref()),
            refresh_token: text(tokens.refresh_token.as_ref()),
            scope: tokens.scope.clone(),
            id_token: tokens.id_token.as_ref().and_then(PreviousIdToken::read),
            client_id: registration.client_id.clone(),
            requested_scope: registration.scopes.join(" "),
        }
    }

    /// This set after a refresh. A value that the response omits keeps its previous one (RFC 6749 §6).
    pub fn refreshed(&self, tokens: &ProviderTokens) -> Self {
        let id_token = tokens.id_token.as_ref().and_then(PreviousIdToken::read);
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            token_secret: None,
            refresh_token: text(tokens.refresh_token.as_ref()).or_else(|| self.refresh_token.clone()),
            scope: tokens.scope.clone().or_else(|| self.scope.clone()),
            // Later ID tokens are compared with the nonce of the first one (OpenID Connect Core §12.2).
            id_token: match (id_token, &self.id_token) {
                (Some(new), Some(first)) => Some(PreviousIdToken { iat: new.iat, nonce: first.nonce.clone() }),
                (new, first) => new.or_else(|| first.clone()),
            },
            client_id: self.client_id.clone(),
            requested_scope: self.requested_scope.clone(),
        }
    }

    /// Whether the set has a refresh token.
    pub fn has_refresh_token(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// Keeps the refresh token of the previous login when this login returned none. Some providers issue one only at the
    /// first consent (Google), and it stays valid. A refresh token of another client, or for other scopes, is not kept.
    pub fn keep_refresh_token_of(&mut self, previous: Self) {
        let same_grant = previous.client_id == self.client_id && previous.requested_scope == self.requested_scope;
        if self.refresh_token.is_none() && same_grant {
            self.refresh_token = previous.refresh_token;
        }
    }

    /// Whether this set has the refresh token of `used`, and a refresh replaced it by the one of `new`.
    pub fn has_spent_refresh_token(&self, used: &Self, new: &Self) -> bool {
        self.refresh_token == used.refresh_token && self.refresh_token != new.refresh_token
    }

    /// A copy with the refresh token of another set.
    #[must_use]
    pub fn with_refresh_token_of(&self, other: &Self) -> Self {
        Self { refresh_token: other.refresh_token.clone(), ..self.clone() }
    }

    /// The access token of the provider, decrypted.
    pub fn access_token(&self) -> Plain {
        Plain::new(self.access_token.as_str())
    }

    /// The refresh token; OAuth 1.0a and some OAuth 2.0 providers issue none.
    pub fn refresh_token(&self) -> Option<Plain> {
        self.refresh_token.as_deref().map(Plain::new)
    }

    /// The secret of an OAuth 1.0a access token.
    pub fn token_secret(&self) -> Option<Plain> {
        self.token_secret.as_deref().map(Plain::new)
    }

    /// The granted scopes, separated by spaces.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The claims with which the next ID token is compared.
    pub fn id_token(&self) -> Option<&PreviousIdToken> {
        self.id_token.as_ref()
    }

    /// Seals the set for one version of one row.
    pub fn seal(&self, ring: &Ring, sub_id: SubId, version: Version) -> Vec<u8> {
        // Serializing strings and an integer to JSON does not fail.
        let json = serde_json::to_vec(self).unwrap_or_default();
        ring.seal(&associated_data(sub_id, version), &json)
    }

    /// Unseals a set. Fails for another row or another version than it was sealed for.
    pub fn open(ring: &Ring, sub_id: SubId, version: Version, sealed: &[u8]) -> Result<Self, UnsealError> {
        let json = ring.open(&associated_data(sub_id, version), sealed)?;
        serde_json::from_slice(&json).map_err(|_| UnsealError::Broken)
    }
}

fn associated_data(sub_id: SubId, version: Version) -> String {
    format!("provider_tokens:{sub_id}:{version}")
}

fn text(token: Option<&Plain>) -> Option<String> {
    token.map(|token| token.expose().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use uuid::Uuid;

    use super::*;
    use crate::base::seal::generate_key;

    fn tokens(access_token: &str, refresh_token: Option<&str>) -> ProviderTokens {
        ProviderTokens {
            id_token: None,
            access_token: Plain::new(access_token),
            refresh_token: refresh_token.map(Plain::new),
            token_secret: None,
            scope: Some("mail".into()),
            expires_in: Some(300),
        }
    }

    fn of_login(access_token: &str, refresh_token: Option<&str>) -> TokenSet {
        TokenSet::of_login(&Registration::example(), &tokens(access_token, refresh_token))
    }

    fn refresh_token(tokens: &TokenSet) -> Option<String> {
        tokens.refresh_token().map(|token| token.expose().to_owned())
    }

    #[test]
    fn a_sealed_set_opens_only_for_its_row_and_version() {
        let ring = Ring::parse([generate_key().expose()]).map_err(|_| "a ring").expect("a ring");
        let (row, version) = (SubId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let sealed = of_login("a", Some("r")).seal(&ring, row, version);
        let opened = TokenSet::open(&ring, row, version, &sealed).expect("our own");
        assert_eq!((opened.access_token().expose(), refresh_token(&opened).as_deref()), ("a", Some("r")));
        assert!(TokenSet::open(&ring, SubId(Uuid::from_u128(2)), version, &sealed).is_err());
        assert!(TokenSet::open(&ring, row, Uuid::from_u128(3), &sealed).is_err());
    }

    /// Google issues a refresh token at the first consent only.
    #[test]
    fn a_login_without_a_refresh_token_keeps_the_previous_one_of_the_same_client_and_scopes() {
        let after = |mut new: TokenSet, previous: TokenSet| {
            new.keep_refresh_token_of(previous);
            refresh_token(&new)
        };
        assert_eq!(after(of_login("b", None), of_login("a", Some("old"))).as_deref(), Some("old"));
        assert_eq!(after(of_login("b", Some("new")), of_login("a", Some("old"))).as_deref(), Some("new"));
        let other_client = TokenSet { client_id: "another".into(), ..of_login("a", Some("old")) };
        assert_eq!(after(of_login("b", None), other_client), None);
        let other_scopes = TokenSet { requested_scope: "openid".into(), ..of_login("a", Some("old")) };
        assert_eq!(after(of_login("b", None), other_scopes), None);
    }

    #[test]
    fn a_refresh_keeps_the_values_that_the_response_omits() {
        let login = of_login("a", Some("r1"));
        let sparse = ProviderTokens { scope: None, ..tokens("b", None) };
        let refreshed = login.refreshed(&sparse);
        assert_eq!((refreshed.access_token().expose(), refresh_token(&refreshed).as_deref()), ("b", Some("r1")));
        assert_eq!(refreshed.scope(), Some("mail"));
        assert_eq!(refresh_token(&login.refreshed(&tokens("b", Some("r2")))).as_deref(), Some("r2"));
    }

    #[test]
    fn the_nonce_of_the_first_id_token_and_the_iat_of_the_last_are_kept() {
        let jwt = |claims: &str| Some(Plain::new(format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims))));
        let first = ProviderTokens { id_token: jwt(r#"{"iat":1,"nonce":"n"}"#), ..tokens("a", Some("r")) };
        let login = TokenSet::of_login(&Registration::example(), &first);
        assert_eq!(login.id_token(), Some(&PreviousIdToken { iat: 1, nonce: Some("n".into()) }));
        let second = ProviderTokens { id_token: jwt(r#"{"iat":2.5}"#), ..tokens("b", None) };
        let refreshed = login.refreshed(&second);
        assert_eq!(refreshed.id_token(), Some(&PreviousIdToken { iat: 2, nonce: Some("n".into()) }));
        assert_eq!(refreshed.refreshed(&tokens("c", None)).id_token(), refreshed.id_token());
    }
}
