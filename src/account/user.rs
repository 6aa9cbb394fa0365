//! A user and a profile, as values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::id::UserId;

/// The profile of a person by a provider, cleaned: no control characters, no text longer than its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Profile {
    /// The e-mail address; it identifies nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is verified, as the provider reported it or as the operator assumes; missing if the provider
    /// did not send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Whether `email_verified` is the operator's assumption (`providers.<id>.email_verified = "assume"`). It never links
    /// identities, so [`Profile::stored`] keeps it apart.
    #[serde(skip)]
    pub email_assumed: bool,
    /// The full name, for display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the person prefers; not unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The URL of a picture; the gateway never fetches it.
    // AC-19
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The names of the person's groups at the provider; missing if it sent no groups claim, `[]` if it sent that
    /// there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

/// The member of a stored profile that stands in the place of an assumed `email_verified`.
const ASSUMED: &str = "email_assumed";

impl Profile {
    /// The profile as stored with the identity. An assumed `email_verified` has another name there, so that no search for
    /// verified addresses finds it.
    pub fn stored(&self) -> Value {
        let mut stored = json!(self);
        if let Some(members) = stored.as_object_mut().filter(|_| self.email_assumed) {
            members.remove("email_verified");
            members.insert(ASSUMED.to_owned(), Value::Bool(true));
        }
        stored
    }

    /// A stored profile; empty if it cannot be read.
    pub fn of_stored(stored: Value) -> Self {
        let email_assumed = stored.get(ASSUMED) == Some(&Value::Bool(true));
        let profile: Self = serde_json::from_value(stored).unwrap_or_default();
        let email_verified = if email_assumed { Some(true) } else { profile.email_verified };
        Self { email_verified, email_assumed, ..profile }
    }

    /// Whether the address is verified.
    pub fn has_verified_email(&self) -> bool {
        self.email.is_some() && self.email_verified == Some(true)
    }
}

/// A user as frontends see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct User {
    /// The `sub` of the access tokens; never changes.
    pub sub: UserId,
    /// The profile; in a session, that of the identity by which it was created.
    #[serde(flatten)]
    pub profile: Profile,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AC-04: an assumption is stored where no search for verified addresses finds it, and read back as it was.
    #[test]
    fn an_assumed_verification_is_stored_apart() {
        let email = Some("ada@example.com".to_owned());
        let assumed =
            Profile { email: email.clone(), email_verified: Some(true), email_assumed: true, ..Profile::default() };
        assert_eq!(assumed.stored(), json!({ "email": "ada@example.com", "email_assumed": true }));
        assert_eq!(json!(assumed), json!({ "email": "ada@example.com", "email_verified": true }));
        for email_verified in [None, Some(false), Some(true)] {
            let groups = email_verified.map(|_| Vec::new());
            let stated = Profile { email: email.clone(), email_verified, groups, ..Profile::default() };
            assert_eq!(Profile::of_stored(stated.stored()), stated);
        }
        assert_eq!(Profile::of_stored(assumed.stored()), assumed);
        assert_eq!(Profile::of_stored(json!("x")), Profile::default());
    }
}
