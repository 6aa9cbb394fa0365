//! A user as administrators see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::user::Profile;
use crate::base::clock::{Timestamp, TimestampSchema};
use crate::base::id::{SubId, UserId};

/// A user's row, as the admin API and the command line show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "UserRecord")]
pub struct Record {
    /// The user's id: the `sub` of issued tokens.
    pub sub: UserId,
    /// The profile as the last login left it.
    #[serde(flatten)]
    pub profile: Profile,
    /// When an administrator disabled the user; null if enabled.
    #[schemars(with = "Option<TimestampSchema>")]
    pub disabled_at: Option<Timestamp>,
    /// The time of the first sign-in.
    #[schemars(with = "TimestampSchema")]
    pub created_at: Timestamp,
    /// When a login last updated the profile.
    #[schemars(with = "TimestampSchema")]
    pub updated_at: Timestamp,
}

/// A pair `(provider, sub)` that identifies a user.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The id of the identity at the gateway.
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
    #[schemars(with = "TimestampSchema")]
    pub created_at: Timestamp,
    /// The time of its last sign-in.
    #[schemars(with = "TimestampSchema")]
    pub last_login_at: Timestamp,
    /// When it will be unlinked, as the user requested; a session of the user can cancel that.
    #[schemars(with = "Option<TimestampSchema>")]
    pub unlink_at: Option<Timestamp>,
}

/// An identity with the stored claims of its last login.
#[derive(Clone, Debug, Deserialize)]
pub struct IdentityWithClaims {
    /// The identity at its provider, as on the account page.
    #[serde(flatten)]
    pub identity: Identity,
    /// The claims as the provider sent them; an object.
    #[serde(default)]
    pub claims: Value,
}
