//! A user as administrators see one.

use serde::{Deserialize, Serialize};

use super::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::id::{SubId, UserId};

/// What is on record of a user.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The `sub` of our tokens.
    pub sub: UserId,
    /// The profile as the last login left it.
    #[serde(flatten)]
    pub profile: Profile,
    /// Since when the user may not enter.
    pub disabled_at: Option<Timestamp>,
    /// When the user first came.
    pub created_at: Timestamp,
    /// When a login last refreshed the profile.
    pub updated_at: Timestamp,
}

/// A pair `(provider, sub)` that names a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// Its id here.
    pub id: SubId,
    /// The provider.
    pub provider: String,
    /// Who it is there.
    pub sub: String,
    /// The e-mail address that the provider last said.
    pub email: Option<String>,
    /// Whether the provider vouches for it.
    pub email_verified: bool,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_login_at: Timestamp,
}
