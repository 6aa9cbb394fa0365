//! A user and a profile, as values.

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;

/// What a provider reports about a person, cleaned: no control characters, no text longer than its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The e-mail address; it identifies nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the provider reported the address as verified; only the JSON value `true` counts.
    pub email_verified: bool,
    /// The full name, for display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the person prefers; not unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The URL of a picture; the gateway never fetches it (AC-19).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The names of the person's groups at the provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// A user as frontends see it.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The user's id: the `sub` of issued tokens.
    pub sub: UserId,
    /// The profile; in a session, that of the identity by which it was created.
    #[serde(flatten)]
    pub profile: Profile,
}
