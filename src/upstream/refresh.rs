//! Refreshing and revoking tokens: the values of these requests, and their time limits.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::client_authentication::max_calls;
use super::numeric_date;
use crate::base::lenient_json;
use crate::base::secret::Plain;
use crate::config::Registration;

/// The documents that a refresh may have to fetch before the request: metadata and keys.
const DOCUMENT_FETCHES: u32 = 2;
/// The key fetches after the token request: a wait for the fetch of another caller, which may time out, then its own
/// fetch.
const KEY_FETCHES: u32 = 2;

/// The time limit for fetching the provider's documents before a refresh. The refresh token has not been sent yet.
pub(super) fn max_preparation_duration(registration: &Registration) -> Duration {
    registration.timeout * DOCUMENT_FETCHES
}

/// The time limit of a whole refresh: the sum of the limits of its requests. An earlier cancellation could lose a new refresh
/// token that the provider has already issued.
pub fn max_refresh_duration(registration: &Registration) -> Duration {
    max_preparation_duration(registration) + registration.timeout * (max_calls(registration) + KEY_FETCHES)
}

/// A refresh token, and the values with which the response is compared.
pub struct RefreshRequest<'a> {
    /// The refresh token to redeem.
    pub refresh_token: &'a Plain,
    /// The expected subject identifier; at a multi-tenant provider with the tenant as a prefix.
    pub sub: &'a str,
    /// The previous ID token, if the provider issued one.
    pub previous_id_token: Option<&'a PreviousIdToken>,
}

/// The claims of an ID token with which the next one is compared (OpenID Connect Core §12.2).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PreviousIdToken {
    /// The `iat` claim, in seconds since 1970.
    pub iat: i64,
    /// The `nonce` claim; the next ID token may omit it, but must not have another value (§12.2).
    pub nonce: Option<String>,
}

impl PreviousIdToken {
    /// Reads the claims of an ID token without verifying it; the caller passes one that is already verified.
    pub fn read(id_token: &Plain) -> Option<Self> {
        let payload = id_token.expose().split('.').nth(1)?;
        let payload = lenient_json::read(&URL_SAFE_NO_PAD.decode(payload).ok()?)?;
        let claims = payload.as_object()?;
        let iat = numeric_date::read(claims, "iat").ok()??.timestamp();
        Some(Self { iat, nonce: claims.get("nonce").and_then(Value::as_str).map(String::from) })
    }
}

/// The type of a token to revoke (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// A refresh token. The provider should also revoke the access tokens of its grant (RFC 7009 §2.1).
    RefreshToken,
    /// An access token. The provider may also revoke its refresh token (RFC 7009 §2.1).
    AccessToken,
}

impl TokenTypeHint {
    /// The value of the parameter `token_type_hint`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RefreshToken => "refresh_token",
            Self::AccessToken => "access_token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_limit_of_a_refresh_covers_all_of_its_requests() {
        let timeout = Duration::from_secs(60);
        let one = Registration { timeout, ..Registration::example() };
        assert_eq!(max_refresh_duration(&one), timeout * 5);
        let two = Registration { client_secret_previous: Some(Plain::new("old")), ..one };
        assert_eq!(max_refresh_duration(&two), timeout * 6);
        assert!(max_preparation_duration(&two) < max_refresh_duration(&two));
    }
}
