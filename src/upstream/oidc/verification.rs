//! Verifying an ID token: signature first, then claims.

use std::sync::Arc;

use chrono::TimeDelta;

use super::accepted::Accepted;
use super::audience::Audience;
use super::document_cache::Refetch;
use super::id_token::{self, Expected, Verified};
use super::issuer::Issuer;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::base::jws::Jws;
use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;

impl RelyingParty {
    /// Verifies the ID token of a login.
    pub(super) async fn verify(
        self: &Arc<Self>,
        metadata: &Metadata,
        handshake: &Handshake,
        tokens: &ProviderTokens,
        now: Timestamp,
    ) -> Result<Verified, Failure> {
        let missing = || Failure::token(Fault::Refused, "the ID token is missing in the token response");
        let token = tokens.id_token.as_ref().ok_or_else(missing)?;
        let (nonce, max_age) = (Some(handshake.nonce.as_str()), handshake.max_age);
        let expected = Expected { nonce, max_age, ..self.expected(&tokens.access_token) };
        self.verify_as(metadata, &expected, token, now).await.map_err(|error| error.into_failure("the ID token"))
    }

    /// The values that every ID token must have; for a login, `verify` adds `nonce` and `max_age`.
    pub(super) fn expected<'a>(&'a self, access_token: &'a Plain) -> Expected<'a> {
        Expected {
            issuer: Issuer::of(&self.config),
            audience: Audience::of(&self.config),
            nonce: None,
            max_age: None,
            access_token: access_token.expose(),
            leeway: TimeDelta::from_std(self.config.registration.leeway).unwrap_or_default(),
        }
    }

    /// Verifies signature and claims of an ID token.
    pub(super) async fn verify_as(
        self: &Arc<Self>,
        metadata: &Metadata,
        expected: &Expected<'_>,
        token: &Plain,
        now: Timestamp,
    ) -> Result<Verified, TokenError> {
        let jws = Jws::read(token.expose(), &id_token::FORM)?;
        // The claims are not verified yet. Their tenant only selects the keys that may have signed the token.
        let token_issuer = expected.issuer.of_token(&jws.payload)?;
        let accepted = Accepted::for_id_tokens(&self.config, metadata);
        self.verify_signature(&jws, &accepted, &token_issuer.issuer, Refetch::Login, now).await?;
        if let Some(claim) = jws.dropped {
            let provider = &self.config.registration.id;
            tracing::warn!(%provider, claim, "a claim of an ID token is not used: it makes the token larger than 64 KiB");
        }
        id_token::validate(jws, token_issuer, expected, now)
    }
}
