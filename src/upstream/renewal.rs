//! What a provider is asked about tokens that it issued before.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::client_authentication::most_calls;
use super::numeric_date;
use crate::base::secret::Plain;
use crate::config::Registration;

/// The provider's documents that a renewal may have to wait for before it shows the refresh token: metadata and keys.
const DOCUMENTS: u32 = 2;
/// Newer keys afterwards: somebody else's fetch that hangs, and then its own.
const NEWER_KEYS: u32 = 2;

/// How long a renewal waits for the provider's documents. To give up here does no harm: nothing was shown yet.
pub(super) fn longest_preparation(registration: &Registration) -> Duration {
    registration.timeout * DOCUMENTS
}

/// How long a whole renewal may take. Its calls have their limits, and are no more than this counts; to break it off later
/// may lose a refresh token that has come by then.
pub fn longest_renewal(registration: &Registration) -> Duration {
    longest_preparation(registration) + registration.timeout * (most_calls(registration) + NEWER_KEYS)
}

/// A refresh token, and what its successors are held against.
pub struct Renewal<'a> {
    /// The refresh token.
    pub refresh_token: &'a Plain,
    /// Whose it is at the provider.
    pub sub: &'a str,
    /// The ID token that came last with it, where one did.
    pub id_token: Option<&'a IdTokenMark>,
}

/// What the next ID token is held against (OpenID Connect Core §12.2).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IdTokenMark {
    /// Its `iat`, in epoch seconds.
    pub iat: i64,
    /// Its `nonce`.
    pub nonce: Option<String>,
}

impl IdTokenMark {
    /// Reads the claims of an ID token without verifying it; the caller passes one that is already verified.
    pub fn read(id_token: &Plain) -> Option<Self> {
        let payload = id_token.expose().split('.').nth(1)?;
        let claims: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let iat = numeric_date::at(&claims, "iat").ok()??.timestamp();
        Some(Self { iat, nonce: claims.get("nonce").and_then(Value::as_str).map(String::from) })
    }
}

/// Which token is to be revoked (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// A refresh token.
    RefreshToken,
    /// An access token.
    AccessToken,
}

impl TokenTypeHint {
    /// The value of `token_type_hint`.
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
    fn a_renewal_has_time_for_all_of_its_calls() {
        let timeout = Duration::from_secs(60);
        let one = Registration { timeout, ..Registration::example() };
        assert_eq!(longest_renewal(&one), timeout * 5);
        let two = Registration { client_secret_previous: Some(Plain::new("old")), ..one };
        assert_eq!(longest_renewal(&two), timeout * 6);
        assert!(longest_preparation(&two) < longest_renewal(&two));
    }
}
