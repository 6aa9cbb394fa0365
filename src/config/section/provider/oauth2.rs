//! Providers of kind `oauth2` (OAuth 2.0 without OpenID Connect).

use url::Url;

use super::endpoints::required;
use super::issuer;
use super::profile::{ProfileCalls, profile, require_sub_pointer};
use super::raw::RawProvider;
use super::registration::Registration;
use crate::config::layer::validator::Validator;

/// An OAuth 2.0 provider (RFC 6749). The user's profile comes from its API.
pub struct OAuth2 {
    /// The keys that all provider kinds share.
    pub registration: Registration,
    /// The required `iss` of an authorization response (RFC 9207), if it is known.
    pub issuer: Option<String>,
    /// The URL of the authorization endpoint.
    pub authorization_endpoint: Url,
    /// The URL of the token endpoint.
    pub token_endpoint: Url,
    /// The requests for the user's profile.
    pub profile: ProfileCalls,
}

impl OAuth2 {
    /// The default `aud` of a client assertion (RFC 7523 §3): the issuer if it is known, else the token endpoint.
    pub fn audience(&self) -> &str {
        self.issuer.as_deref().unwrap_or(self.token_endpoint.as_str())
    }
}

pub(crate) fn validate(
    key: &dyn Fn(&str) -> String,
    mut raw: RawProvider,
    registration_is_valid: Option<()>,
    validator: &mut Validator<'_>,
) -> Option<OAuth2> {
    let profile = profile(key, &raw, validator);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, &raw, validator);
    let token_endpoint = required(key, "token_endpoint", &raw.token_endpoint, &raw, validator);
    require_sub_pointer(key, &raw, validator);
    let issuer = match std::mem::take(&mut raw.issuer) {
        none if none.is_empty() => None,
        text => Some(issuer::issuer(&key("issuer"), text, raw.registration.insecure_allow_http, validator)?),
    };
    registration_is_valid?;
    Some(OAuth2 {
        registration: raw.registration,
        issuer,
        authorization_endpoint: authorization_endpoint?,
        token_endpoint: token_endpoint?,
        profile: profile?,
    })
}
