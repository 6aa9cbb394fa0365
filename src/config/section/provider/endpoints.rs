//! The endpoints of a provider that are given instead of what discovery says.

use url::Url;

use super::raw::RawProvider;
use crate::config::layer::findings::Findings;
use crate::config::section::address;

/// Endpoints that the operator, or a preset, gave instead of discovery's.
#[derive(Default)]
pub struct Endpoints {
    /// Where people are sent.
    pub authorization_endpoint: Option<Url>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<Url>,
    /// Where claims are asked for.
    pub userinfo_endpoint: Option<Url>,
    /// Where keys are fetched.
    pub jwks_uri: Option<Url>,
    /// Where people are signed out.
    pub end_session_endpoint: Option<Url>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
}

pub(crate) fn endpoints(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) -> Endpoints {
    let mut read = |name: &str, text: &str| address::endpoint(&key(name), text, raw.insecure_allow_http, at);
    Endpoints {
        authorization_endpoint: read("authorization_endpoint", &raw.authorization_endpoint),
        token_endpoint: read("token_endpoint", &raw.token_endpoint),
        userinfo_endpoint: read("userinfo_endpoint", &raw.userinfo_endpoint),
        jwks_uri: read("jwks_uri", &raw.jwks_uri),
        end_session_endpoint: read("end_session_endpoint", &raw.end_session_endpoint),
        revocation_endpoint: read("revocation_endpoint", &raw.revocation_endpoint),
    }
}

/// An endpoint without which there is no login.
pub(crate) fn required(
    key: &dyn Fn(&str) -> String,
    name: &str,
    text: &str,
    raw: &RawProvider,
    at: &mut Findings<'_>,
) -> Option<Url> {
    if text.is_empty() {
        at.refuse(&key(name), "is missing", "write the address from the provider's documentation, or name a preset");
        return None;
    }
    address::endpoint(&key(name), text, raw.insecure_allow_http, at)
}
