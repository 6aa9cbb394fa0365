//! A user as administrators see it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::id::{SubId, UserId};

/// A user's row, as the admin API and the command line show it.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The user's id: the `sub` of issued tokens.
    pub sub: UserId,
    /// The profile as the last login left it.
    #[serde(flatten)]
    pub profile: Profile,
    /// When an administrator disabled the user; `None` if enabled.
    pub disabled_at: Option<Timestamp>,
    /// The time of the first sign-in.
    pub created_at: Timestamp,
    /// When a login last updated the profile.
    pub updated_at: Timestamp,
}

/// A pair `(provider, sub)` that identifies a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// The row's id, in our database.
    pub id: SubId,
    /// The provider's id in the configuration.
    pub provider: String,
    /// The `sub` at the provider.
    pub sub: String,
    /// The e-mail address that the provider last reported.
    pub email: Option<String>,
    /// Whether the provider reported the address as verified.
    pub email_verified: bool,
    /// The time of its first sign-in.
    pub created_at: Timestamp,
    /// The time of its last sign-in.
    pub last_login_at: Timestamp,
    /// When it is unlinked, as the user requested; a session of the user can take that back.
    pub unlink_at: Option<Timestamp>,
}

/// An identity with the stored claims of its last login.
#[derive(Clone, Debug, Deserialize)]
pub struct IdentityWithClaims {
    /// The identity.
    #[serde(flatten)]
    pub identity: Identity,
    /// The claims as the provider sent them; an object.
    #[serde(default)]
    pub claims: Value,
}
