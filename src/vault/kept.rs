//! What is sealed of a provider's tokens: all of them, and what their successors are held against.

use serde::{Deserialize, Serialize};

use crate::base::id::SubId;
use crate::base::seal::{Ring, Unsealable};
use crate::base::secret::Plain;
use crate::config::Registration;
use crate::upstream::{IdTokenMark, ProviderTokens};

/// Which writing of a row it is. The seal is bound to it, and whoever saw another one writes nothing.
pub type Version = uuid::Uuid;

/// The tokens. Serialized only to be sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<IdTokenMark>,
    /// The client that they were issued to.
    client_id: String,
    /// The scopes that were asked for, with spaces between them.
    asked: String,
}

impl Kept {
    /// What a login gave.
    pub fn of_login(registration: &Registration, tokens: &ProviderTokens) -> Self {
        let text = |token: &Option<Plain>| token.as_ref().map(|token| token.expose().to_owned());
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            token_secret: text(&tokens.token_secret),
            refresh_token: text(&tokens.refresh_token),
            scope: tokens.scope.clone(),
            id_token: tokens.id_token.as_ref().and_then(IdTokenMark::read),
            client_id: registration.client_id.clone(),
            asked: registration.scopes.join(" "),
        }
    }

    /// What a refresh gave in the place of these. What the provider did not send again stays (RFC 6749 §6).
    pub fn renewed(&self, tokens: &ProviderTokens) -> Self {
        let text = |token: &Option<Plain>| token.as_ref().map(|token| token.expose().to_owned());
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            token_secret: None,
            refresh_token: text(&tokens.refresh_token).or_else(|| self.refresh_token.clone()),
            scope: tokens.scope.clone().or_else(|| self.scope.clone()),
            // The nonce of the first one counts (OpenID Connect Core §12.2).
            id_token: match (tokens.id_token.as_ref().and_then(IdTokenMark::read), &self.id_token) {
                (Some(new), Some(first)) => Some(IdTokenMark { iat: new.iat, nonce: first.nonce.clone() }),
                (new, first) => new.or_else(|| first.clone()),
            },
            client_id: self.client_id.clone(),
            asked: self.asked.clone(),
        }
    }

    /// Whether the provider gave something to get new ones by.
    pub fn can_be_renewed(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// Takes the refresh token over from the login before, where the provider gave none this time. Some give one at the
    /// first consent only (Google), and the one from then stays good. But what was issued to another client, or for other
    /// scopes, is not what this login stands for.
    pub fn take_over(&mut self, before: Self) {
        let same = before.client_id == self.client_id && before.asked == self.asked;
        if self.refresh_token.is_none() && same {
            self.refresh_token = before.refresh_token;
        }
    }

    /// Whether these have the refresh token that was shown for `new`, and the provider has replaced it since.
    pub fn waits_for(&self, shown: &Self, new: &Self) -> bool {
        self.refresh_token == shown.refresh_token && self.refresh_token != new.refresh_token
    }

    /// The same with the refresh token of others.
    #[must_use]
    pub fn with_refresh_token_of(&self, others: &Self) -> Self {
        Self { refresh_token: others.refresh_token.clone(), ..self.clone() }
    }

    /// The access token.
    pub fn access_token(&self) -> Plain {
        Plain::new(self.access_token.as_str())
    }

    /// The refresh token.
    pub fn refresh_token(&self) -> Option<Plain> {
        self.refresh_token.as_deref().map(Plain::new)
    }

    /// The secret that belongs to an OAuth 1.0a access token.
    pub fn token_secret(&self) -> Option<Plain> {
        self.token_secret.as_deref().map(Plain::new)
    }

    /// What the access token is good for.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// What the next ID token is held against.
    pub fn id_token(&self) -> Option<&IdTokenMark> {
        self.id_token.as_ref()
    }

    /// Seals them for that version of that row, and for no other place.
    pub fn seal(&self, ring: &Ring, of: SubId, version: Version) -> Vec<u8> {
        // Only texts and a number are in it, so it has a form in JSON.
        let json = serde_json::to_vec(self).unwrap_or_default();
        ring.seal(&place(of, version), &json)
    }

    /// Opens what was sealed for that version of that row.
    pub fn open(ring: &Ring, of: SubId, version: Version, sealed: &[u8]) -> Result<Self, Unsealable> {
        let json = ring.open(&place(of, version), sealed)?;
        serde_json::from_slice(&json).map_err(|_| Unsealable::Broken)
    }
}

fn place(of: SubId, version: Version) -> String {
    format!("provider_tokens:{of}:{version}")
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

    fn of_login(access_token: &str, refresh_token: Option<&str>) -> Kept {
        Kept::of_login(&Registration::example(), &tokens(access_token, refresh_token))
    }

    fn refresh_token(kept: &Kept) -> Option<String> {
        kept.refresh_token().map(|token| token.expose().to_owned())
    }

    #[test]
    fn what_was_sealed_opens_in_its_row_and_version_only() {
        let ring = Ring::parse([generate_key().expose()]).map_err(|_| "a ring").expect("a ring");
        let (row, version) = (SubId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let sealed = of_login("a", Some("r")).seal(&ring, row, version);
        let opened = Kept::open(&ring, row, version, &sealed).expect("our own");
        assert_eq!((opened.access_token().expose(), refresh_token(&opened).as_deref()), ("a", Some("r")));
        assert!(Kept::open(&ring, SubId(Uuid::from_u128(2)), version, &sealed).is_err());
        assert!(Kept::open(&ring, row, Uuid::from_u128(3), &sealed).is_err());
    }

    /// Google gives a refresh token at the first consent only.
    #[test]
    fn the_refresh_token_of_the_login_before_is_kept_where_it_stands_for_the_same() {
        let kept = |mut now: Kept, before: Kept| {
            now.take_over(before);
            refresh_token(&now)
        };
        assert_eq!(kept(of_login("b", None), of_login("a", Some("old"))).as_deref(), Some("old"));
        assert_eq!(kept(of_login("b", Some("new")), of_login("a", Some("old"))).as_deref(), Some("new"));
        let other_client = Kept { client_id: "another".into(), ..of_login("a", Some("old")) };
        assert_eq!(kept(of_login("b", None), other_client), None);
        let other_scopes = Kept { asked: "openid".into(), ..of_login("a", Some("old")) };
        assert_eq!(kept(of_login("b", None), other_scopes), None);
    }

    #[test]
    fn a_refresh_keeps_what_the_provider_did_not_send_again() {
        let login = of_login("a", Some("r1"));
        let quiet = ProviderTokens { scope: None, ..tokens("b", None) };
        let renewed = login.renewed(&quiet);
        assert_eq!((renewed.access_token().expose(), refresh_token(&renewed).as_deref()), ("b", Some("r1")));
        assert_eq!(renewed.scope(), Some("mail"));
        assert_eq!(refresh_token(&login.renewed(&tokens("b", Some("r2")))).as_deref(), Some("r2"));
    }

    #[test]
    fn the_nonce_of_the_first_id_token_counts_and_the_time_of_the_last() {
        let jwt = |claims: &str| Some(Plain::new(format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims))));
        let first = ProviderTokens { id_token: jwt(r#"{"iat":1,"nonce":"n"}"#), ..tokens("a", Some("r")) };
        let kept = Kept::of_login(&Registration::example(), &first);
        assert_eq!(kept.id_token(), Some(&IdTokenMark { iat: 1, nonce: Some("n".into()) }));
        let second = ProviderTokens { id_token: jwt(r#"{"iat":2.5}"#), ..tokens("b", None) };
        let kept = kept.renewed(&second);
        assert_eq!(kept.id_token(), Some(&IdTokenMark { iat: 2, nonce: Some("n".into()) }));
        assert_eq!(kept.renewed(&tokens("c", None)).id_token(), kept.id_token());
    }
}
