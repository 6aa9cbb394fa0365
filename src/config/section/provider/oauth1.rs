//! Providers of kind `oauth1`.

use url::Url;

use super::choice::SignatureMethod;
use super::endpoints::required;
use super::profile::{ProfileCalls, profile, sub_is_known};
use super::raw::RawProvider;
use super::registration::Registration;
use crate::config::layer::findings::Findings;
use crate::config::value::public_url::is_private;

/// A provider that speaks OAuth 1.0a (RFC 5849).
pub struct OAuth1 {
    /// What we agreed on; `client_id` is the consumer key.
    pub registration: Registration,
    /// Where temporary credentials are asked for (§2.1).
    pub request_token_endpoint: Url,
    /// Where people are sent (§2.2).
    pub authorization_endpoint: Url,
    /// Where token credentials are asked for (§2.3).
    pub access_token_endpoint: Url,
    /// How requests are signed (§3.4).
    pub signature_method: SignatureMethod,
    /// Who somebody is.
    pub profile: ProfileCalls,
}

pub(crate) fn oauth1(
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    registration: Option<Registration>,
    at: &mut Findings<'_>,
) -> Option<OAuth1> {
    let profile = profile(key, raw, at);
    let request_token_endpoint = required(key, "request_token_endpoint", &raw.request_token_endpoint, raw, at);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, raw, at);
    let access_token_endpoint = required(key, "access_token_endpoint", &raw.access_token_endpoint, raw, at);
    sub_is_known(key, raw, at);
    let oauth1 = OAuth1 {
        registration: registration?,
        request_token_endpoint: request_token_endpoint?,
        authorization_endpoint: authorization_endpoint?,
        access_token_endpoint: access_token_endpoint?,
        signature_method: raw.signature_method,
        profile: profile?,
    };
    if oauth1.signature_method == SignatureMethod::Plaintext && !signed(&oauth1).all(is_private) {
        // RFC 5849 §3.4.4
        let remedy = "write https:// in every endpoint, or another method as \"HMAC-SHA1\"";
        at.refuse(&key("signature_method"), "\"PLAINTEXT\" sends the secrets themselves over http", remedy);
    }
    Some(oauth1)
}

/// Where requests go that are signed.
fn signed(oauth1: &OAuth1) -> impl Iterator<Item = &Url> {
    oauth1.profile.endpoints().chain([&oauth1.request_token_endpoint, &oauth1.access_token_endpoint])
}
