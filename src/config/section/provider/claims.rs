//! `[providers.<id>.claims]`: the positions of the claims in the provider's response.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::value::local::Given;
use crate::config::value::pointer::Pointer;

/// Where each claim is in the provider's response: RFC 6901 pointers into the ID token, then userinfo; empty: the provider has none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimPointers {
    /// identifier of the user at the provider; oidc: always `/sub`
    #[serde(with = "Given::<Pointer>")]
    pub sub: Option<Pointer>,
    /// e-mail address of the user
    #[serde(with = "Given::<Pointer>")]
    pub email: Option<Pointer>,
    /// whether the provider verified the e-mail address
    #[serde(with = "Given::<Pointer>")]
    pub email_verified: Option<Pointer>,
    /// full name of the user
    #[serde(with = "Given::<Pointer>")]
    pub name: Option<Pointer>,
    /// user name that the user prefers
    #[serde(with = "Given::<Pointer>")]
    pub preferred_username: Option<Pointer>,
    /// URL of a picture
    #[serde(with = "Given::<Pointer>")]
    pub picture: Option<Pointer>,
    /// list of group names
    #[serde(with = "Given::<Pointer>")]
    pub groups: Option<Pointer>,
}
