//! Who someone is here, as a value.

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;

/// What a provider says of a person, cleaned and bounded: no control characters, no text longer than its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the provider vouches for the address; only a real `true` counts.
    pub email_verified: bool,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the person likes to be called; unique nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Address of a picture; never fetched by us (AC-19).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Names of groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A user as frontends see one.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The `sub` of our tokens.
    pub sub: UserId,
    /// The profile: of a session, that of the identity which it was made through.
    #[serde(flatten)]
    pub profile: Profile,
}
