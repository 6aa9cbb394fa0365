//! Reads the configured endpoints of a provider.

use url::Url;

use super::configured_endpoints::Endpoints;
use super::raw::RawProvider;
use crate::config::layer::validator::Validator;
use crate::config::section::address;

/// Reads the endpoints, each of which may be empty.
pub(crate) fn endpoints(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) -> Endpoints {
    let mut read =
        |name: &str, text: &str| address::endpoint(&key(name), text, raw.registration.insecure_allow_http, validator);
    Endpoints {
        authorization_endpoint: read("authorization_endpoint", &raw.authorization_endpoint),
        token_endpoint: read("token_endpoint", &raw.token_endpoint),
        userinfo_endpoint: read("userinfo_endpoint", &raw.userinfo_endpoint),
        discovery_url: read("discovery_url", &raw.discovery_url),
        jwks_uri: read("jwks_uri", &raw.jwks_uri),
        end_session_endpoint: read("end_session_endpoint", &raw.end_session_endpoint),
        revocation_endpoint: read("revocation_endpoint", &raw.revocation_endpoint),
    }
}

/// Reads the URL of an endpoint that every login needs.
pub(crate) fn required(
    key: &dyn Fn(&str) -> String,
    name: &str,
    text: &str,
    raw: &RawProvider,
    validator: &mut Validator<'_>,
) -> Option<Url> {
    if text.is_empty() {
        validator.reject(&key(name), "is missing", "write the URL from the provider's documentation, or use a preset");
        return None;
    }
    address::endpoint(&key(name), text, raw.registration.insecure_allow_http, validator)
}
