//! What a provider is asked about tokens that it issued before.

use crate::base::secret::Plain;

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
