//! `[providers.<id>.claims]`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::Findings;
use crate::config::section::json_pointer::pointer;
use crate::config::value::pointer::Pointer;

/// Where a profile stands in what the provider says: RFC 6901 pointers into the ID token, then userinfo; empty: nowhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProviderClaims {
    /// who it is there; oidc: always `/sub`
    pub(crate) sub: String,
    /// e-mail address
    pub(crate) email: String,
    /// whether the provider vouches for it
    pub(crate) email_verified: String,
    /// full name
    pub(crate) name: String,
    /// what the person likes to be called
    pub(crate) preferred_username: String,
    /// address of a picture
    pub(crate) picture: String,
    /// names of groups
    pub(crate) groups: String,
}

/// Where each part of a profile stands in what a provider says; none: nowhere.
#[derive(Clone, Debug, Default)]
pub struct ClaimPointers {
    /// Who it is there.
    pub sub: Option<Pointer>,
    /// E-mail address.
    pub email: Option<Pointer>,
    /// Whether the provider vouches for the address.
    pub email_verified: Option<Pointer>,
    /// Full name.
    pub name: Option<Pointer>,
    /// What the person likes to be called.
    pub preferred_username: Option<Pointer>,
    /// Address of a picture.
    pub picture: Option<Pointer>,
    /// Names of groups.
    pub groups: Option<Pointer>,
}

pub(crate) fn claims(key: &dyn Fn(&str) -> String, raw: &RawProviderClaims, at: &mut Findings<'_>) -> ClaimPointers {
    let mut read = |name: &str, text: &str| match text {
        "" => None,
        text => pointer(&key(&format!("claims.{name}")), text, at),
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
