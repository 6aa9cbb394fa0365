//! Providers of kind `oauth2`.

use url::Url;

use super::endpoints::required;
use super::issuer;
use super::profile::{ProfileCalls, profile, sub_is_known};
use super::raw::RawProvider;
use super::registration::Registration;
use crate::config::layer::findings::Findings;

/// A provider that speaks OAuth 2.0 (RFC 6749) and says who somebody is by an API of its own.
pub struct OAuth2 {
    /// What we agreed on.
    pub registration: Registration,
    /// What an `iss` that comes with an answer must be (RFC 9207), if it is known.
    pub issuer: Option<String>,
    /// Where people are sent.
    pub authorization_endpoint: Url,
    /// Where codes are redeemed.
    pub token_endpoint: Url,
    /// Who somebody is.
    pub profile: ProfileCalls,
}

impl OAuth2 {
    /// Whom a client assertion is for where the operator does not say (RFC 7523 §3): the issuer, where it is known.
    pub fn audience(&self) -> &str {
        self.issuer.as_deref().unwrap_or(self.token_endpoint.as_str())
    }
}

pub(crate) fn oauth2(
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    registration: Option<Registration>,
    at: &mut Findings<'_>,
) -> Option<OAuth2> {
    let profile = profile(key, raw, at);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, raw, at);
    let token_endpoint = required(key, "token_endpoint", &raw.token_endpoint, raw, at);
    sub_is_known(key, raw, at);
    let issuer = match std::mem::take(&mut raw.issuer) {
        none if none.is_empty() => None,
        text => Some(issuer::issuer(&key("issuer"), text, raw.insecure_allow_http, at)?),
    };
    Some(OAuth2 {
        registration: registration?,
        issuer,
        authorization_endpoint: authorization_endpoint?,
        token_endpoint: token_endpoint?,
        profile: profile?,
    })
}
