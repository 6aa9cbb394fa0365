//! Verifying the signature of ID tokens, logout tokens and signed userinfo with the provider's keys.

use std::sync::Arc;

use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};

use super::document_cache::Fetched;
use super::jws::{Jws, TokenError, VerificationKeys};
use super::key_set::KeySet;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::Registration;

impl RelyingParty {
    /// Verifies the signature of a token and returns its key. `issuer` is the token's issuer, which at a multi-tenant
    /// provider
    /// differs from the configured one. If no key matches, newer keys are fetched and tried once (RD-07, RD-09).
    pub(super) async fn verify_signature(
        self: &Arc<Self>,
        jws: &Jws<'_>,
        algorithms: &[CoreJwsSigningAlgorithm],
        issuer: &str,
        keys: &Arc<Fetched<KeySet>>,
        now: Timestamp,
    ) -> Result<CoreJsonWebKey, TokenError> {
        let verify = |keys: &KeySet| self.verify_with(keys, jws, algorithms, issuer);
        match verify(&keys.value) {
            Err(TokenError::UnknownKey) => verify(&self.newer_keys(Arc::clone(keys), now).await.value),
            outcome => outcome,
        }
    }

    fn verify_with(
        &self,
        keys: &KeySet,
        jws: &Jws<'_>,
        algorithms: &[CoreJwsSigningAlgorithm],
        issuer: &str,
    ) -> Result<CoreJsonWebKey, TokenError> {
        let configured = self.config.issuer.as_str();
        // The issuer of a key matters only at a multi-tenant provider.
        let both = [configured, issuer];
        let issuers: &[&str] = if issuer == configured { &[] } else { &both };
        let Registration { client_secret, client_secret_previous, .. } = &self.config.registration;
        // During a change of the client secret, HMAC signatures may be made with the previous one.
        let secrets = [client_secret, client_secret_previous].map(|secret| secret.as_ref().map_or("", Plain::expose));
        jws.verify(&VerificationKeys { algorithms, keys, secrets: &secrets, issuers })
    }
}
