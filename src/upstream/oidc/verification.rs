//! Verifying an ID token: signature first, then claims.

use std::sync::Arc;

use chrono::TimeDelta;

use super::document_cache::Fetched;
use super::id_token::{self, Expected, Verified};
use super::issuer::Issuer;
use super::jws::{Jws, TokenError};
use super::key_set::KeySet;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::signing_algorithms;
use crate::base::clock::Timestamp;
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
        keys: &Arc<Fetched<KeySet>>,
        now: Timestamp,
    ) -> Result<Verified, Failure> {
        let missing = || Failure::token(Fault::Refused, "the ID token is missing in the token response");
        let token = tokens.id_token.as_ref().ok_or_else(missing)?;
        let (nonce, max_age) = (Some(handshake.nonce.as_str()), handshake.max_age);
        let expected = Expected { nonce, max_age, ..self.expected(&tokens.access_token) };
        self.verify_as(metadata, &expected, token, keys, now).await
    }

    /// The values that every ID token must have; for a login, `verify` adds `nonce` and `max_age`.
    pub(super) fn expected<'a>(&'a self, access_token: &'a Plain) -> Expected<'a> {
        Expected {
            issuer: Issuer::of(&self.config),
            client_id: &self.config.registration.client_id,
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
        keys: &Arc<Fetched<KeySet>>,
        now: Timestamp,
    ) -> Result<Verified, Failure> {
        let verified = async {
            let jws = Jws::read(token.expose())?;
            // The claims are not verified yet. Their tenant only selects the keys that may have signed the token.
            let token_issuer = expected.issuer.of_token(&jws.payload)?;
            let algorithms = signing_algorithms::algorithms(&self.config, metadata);
            let key = self.verify_signature(&jws, &algorithms, &token_issuer.issuer, keys, now).await?;
            id_token::validate(jws, &key, token_issuer, expected, now)
        };
        verified.await.map_err(|why: TokenError| {
            let is_clock = matches!(why, TokenError::Clock(_));
            Failure::token(Fault::Refused, format!("the ID token {why}")).needing_operator(is_clock)
        })
    }
}
