//! What a person has agreed to give an app.

use serde::Deserialize;

use crate::base::clock::Timestamp;
use crate::base::id::{ConsentId, UserId};

/// A stored consent, as the account page lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct Consent {
    /// The id of the row.
    pub id: ConsentId,
    /// The `client_id` of the app.
    pub client_id: String,
    /// The resource that the access is for (RFC 8707); empty for the client's whole audience.
    pub resource: String,
    /// The scopes, in alphabetical order.
    pub scopes: Vec<String>,
    /// When the person last agreed.
    pub agreed_at: Timestamp,
}

/// What a person is asked to agree to, or has agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentTerms {
    /// The user who is asked.
    pub user: UserId,
    /// The `client_id` of the app.
    pub client_id: String,
    /// The resource; empty for the client's whole audience.
    pub resource: String,
    /// The origin of the redirect URI.
    pub origin: String,
    /// The scopes of the authorization request, or those that were allowed.
    pub scopes: Vec<String>,
}
