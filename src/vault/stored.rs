//! Tokens as they were read from the database, and what the vault hands out of them.

use super::freshness::{TokenFreshness, freshness};
use super::store::ProviderTokenRow;
use super::token_set::{TokenSet, Version};
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::SubId;
use crate::base::seal::Ring;
use crate::base::secret::Plain;
use crate::upstream::Fault;

/// An access token of a provider that has not expired.
pub struct ProviderAccessToken {
    /// The value of the token.
    pub access_token: Plain,
    /// The token secret (OAuth 1.0a only).
    pub token_secret: Option<Plain>,
    /// The granted scopes, separated by spaces, if the provider named them.
    pub scope: Option<String>,
    /// The expiry, if the provider named one.
    pub expires_at: Option<Timestamp>,
}

impl ProviderAccessToken {
    /// The access token of a token set that was issued at this time. A lifetime of zero says nothing about its expiry.
    pub fn of(tokens: &TokenSet, issued_at: Timestamp, expires_at: Option<Timestamp>) -> Self {
        Self {
            access_token: tokens.access_token(),
            token_secret: tokens.token_secret(),
            scope: tokens.scope().map(String::from),
            expires_at: expires_at.filter(|expires_at| *expires_at > issued_at),
        }
    }
}

/// Why the vault has no access token to hand out.
#[derive(Debug, thiserror::Error)]
pub enum ProviderTokenError {
    /// The user has no identity at that provider.
    #[error("not linked")]
    NotLinked,
    /// The provider is configured without `store_tokens`.
    #[error("tokens are not stored")]
    NotStored,
    /// The user has to log in at the provider again, or the session was neither made through this identity nor linked it.
    #[error("reauth required")]
    ReauthRequired,
    /// The stored token has expired and the provider issued no new one.
    #[error("the provider gave no token")]
    Provider(Fault),
    /// The database statement failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The tokens of one identity as they were read, unsealed.
pub struct StoredTokens {
    /// Primary key in `subs`.
    pub sub_id: SubId,
    /// The subject identifier at the provider.
    pub sub: String,
    /// The version of the row that was read.
    pub version: Version,
    /// The tokens, after the seal was opened.
    pub tokens: TokenSet,
    /// The expiry of the access token, if known.
    pub expires_at: Option<Timestamp>,
    /// When this version was written.
    pub updated_at: Timestamp,
    /// Whether a refresh may start.
    pub lease: LeaseState,
}

/// Whether a refresh of an identity's tokens may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// No lease, or one that has run out.
    Free,
    /// Another attempt is in progress.
    Taken,
    /// The last attempt failed, and its back-off has not ended.
    BackingOff,
}

impl StoredTokens {
    /// Unseals a row. A row that does not unseal is not changed: another replica may have its key.
    pub fn open(ring: &Ring, row: ProviderTokenRow, now: Timestamp) -> Result<Self, ProviderTokenError> {
        let ProviderTokenRow {
            sub_id, sub, version, sealed, expires_at, updated_at, lease_holder, lease_until, ..
        } = row;
        let (Some(version), Some(sealed), Some(updated_at)) = (version, sealed, updated_at) else {
            return Err(ProviderTokenError::ReauthRequired);
        };
        let tokens = TokenSet::open(ring, sub_id, version, &sealed).map_err(|error| {
            tracing::error!(identity = %sub_id, %error, "provider tokens cannot be unsealed");
            ProviderTokenError::ReauthRequired
        })?;
        let lease = match (lease_holder, lease_until.filter(|until| *until > now)) {
            (_, None) => LeaseState::Free,
            (Some(_), Some(_)) => LeaseState::Taken,
            (None, Some(_)) => LeaseState::BackingOff,
        };
        Ok(Self { sub_id, sub, version, tokens, expires_at, updated_at, lease })
    }

    /// The freshness of the access token at `now`.
    pub fn freshness(&self, now: Timestamp) -> TokenFreshness {
        freshness(self.updated_at, self.expires_at, now)
    }

    /// The stored access token, whatever its freshness.
    pub fn access_token(&self) -> ProviderAccessToken {
        ProviderAccessToken::of(&self.tokens, self.updated_at, self.expires_at)
    }

    /// The stored access token, or an error with `fault` when it has expired.
    pub fn unexpired(&self, now: Timestamp, fault: Fault) -> Result<ProviderAccessToken, ProviderTokenError> {
        if self.freshness(now) == TokenFreshness::Expired {
            Err(ProviderTokenError::Provider(fault))
        } else {
            Ok(self.access_token())
        }
    }
}
