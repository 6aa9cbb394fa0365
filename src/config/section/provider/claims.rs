//! `[providers.<id>.claims]`: where each claim is in the provider's response.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::Validator;
use crate::config::section::json_pointer::pointer;
use crate::config::value::pointer::Pointer;

/// Where each claim is in the provider's response: RFC 6901 pointers into the ID token, then userinfo; empty: the provider has none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProviderClaims {
    /// identifier of the user at the provider; oidc: always `/sub`
    pub(crate) sub: String,
    /// e-mail address of the user
    pub(crate) email: String,
    /// whether the provider verified the e-mail address
    pub(crate) email_verified: String,
    /// full name of the user
    pub(crate) name: String,
    /// user name that the user prefers
    pub(crate) preferred_username: String,
    /// URL of a picture
    pub(crate) picture: String,
    /// list of group names
    pub(crate) groups: String,
}

/// Where each claim is in the provider's response; `None` where the provider has no such claim.
#[derive(Clone, Debug, Default)]
pub struct ClaimPointers {
    /// The identifier of the user at the provider.
    pub sub: Option<Pointer>,
    /// The user's e-mail address.
    pub email: Option<Pointer>,
    /// Whether the provider verified the address.
    pub email_verified: Option<Pointer>,
    /// The user's full name.
    pub name: Option<Pointer>,
    /// The user name that the user prefers.
    pub preferred_username: Option<Pointer>,
    /// The URL of a picture.
    pub picture: Option<Pointer>,
    /// The names of the user's groups.
    pub groups: Option<Pointer>,
}

pub(crate) fn claims(
    key: &dyn Fn(&str) -> String,
    raw: &RawProviderClaims,
    validator: &mut Validator<'_>,
) -> ClaimPointers {
    let mut read = |name: &str, text: &str| match text {
        "" => None,
        text => pointer(&key(&format!("claims.{name}")), text, validator),
    };
    ClaimPointers {
        sub: read("sub", &raw.sub),
        email: read("email", &raw.email),
        email_verified: read("email_verified", &raw.email_verified),
        name: read("name", &raw.name),
        preferred_username: read("preferred_username", &raw.preferred_username),
        picture: read("picture", &raw.picture),
        groups: read("groups", &raw.groups),
    }
}
