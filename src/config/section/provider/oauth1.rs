//! Providers of kind `oauth1` (OAuth 1.0a).

use url::Url;

use super::choice::SignatureMethod;
use super::endpoints::required;
use super::profile::{ProfileCalls, profile, require_sub_pointer};
use super::raw::RawProvider;
use super::registration::Registration;
use crate::config::layer::validator::Validator;
use crate::config::value::public_url::is_protected;

/// An OAuth 1.0a provider (RFC 5849). The user's profile comes from its API.
pub struct OAuth1 {
    /// The keys that all provider kinds share; `client_id` is the consumer key.
    pub registration: Registration,
    /// The endpoint for temporary credentials (RFC 5849 §2.1).
    pub request_token_endpoint: Url,
    /// The resource owner authorization endpoint, to which the browser is redirected (RFC 5849 §2.2).
    pub authorization_endpoint: Url,
    /// The endpoint for token credentials (RFC 5849 §2.3).
    pub access_token_endpoint: Url,
    /// How requests are signed (RFC 5849 §3.4).
    pub signature_method: SignatureMethod,
    /// The requests for the user's profile.
    pub profile: ProfileCalls,
}

pub(crate) fn validate(
    key: &dyn Fn(&str) -> String,
    raw: RawProvider,
    registration_is_valid: Option<()>,
    validator: &mut Validator<'_>,
) -> Option<OAuth1> {
    let profile = profile(key, &raw, validator);
    let request_token_endpoint = required(key, "request_token_endpoint", &raw.request_token_endpoint, &raw, validator);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, &raw, validator);
    let access_token_endpoint = required(key, "access_token_endpoint", &raw.access_token_endpoint, &raw, validator);
    require_sub_pointer(key, &raw, validator);
    registration_is_valid?;
    let oauth1 = OAuth1 {
        registration: raw.registration,
        request_token_endpoint: request_token_endpoint?,
        authorization_endpoint: authorization_endpoint?,
        access_token_endpoint: access_token_endpoint?,
        signature_method: raw.signature_method,
        profile: profile?,
    };
    if oauth1.signature_method == SignatureMethod::Plaintext && !signed_endpoints(&oauth1).all(is_protected) {
        // RFC 5849 §3.4.4
        let remedy =
            "use https:// in every endpoint, or set signature_method to another value, for example \"HMAC-SHA1\"";
        validator.reject(&key("signature_method"), "\"PLAINTEXT\" sends the secrets over http", remedy);
    }
    Some(oauth1)
}

/// The endpoints of signed requests.
fn signed_endpoints(oauth1: &OAuth1) -> impl Iterator<Item = &Url> {
    oauth1.profile.endpoints().chain([&oauth1.request_token_endpoint, &oauth1.access_token_endpoint])
}
