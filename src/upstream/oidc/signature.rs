//! Whether the provider signed what is said to be from it: ID tokens, logout tokens, userinfo.

use std::sync::Arc;

use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};

use super::cached::Kept;
use super::jwks::Keys;
use super::jws::{Jws, Signers, Unverified};
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::Registration;

impl RelyingParty {
    /// Verifies a token's signature and gives the key that made it. The `issuer` is the one of the token, which differs from
    /// the configured one where a provider has many tenants. Where a key is named that is not among these, newer ones are
    /// fetched and it is tried once more (RD-07, RD-09).
    pub(super) async fn verify_signature(
        self: &Arc<Self>,
        jws: &Jws<'_>,
        algorithms: &[CoreJwsSigningAlgorithm],
        issuer: &str,
        keys: &Arc<Kept<Keys>>,
        now: Timestamp,
    ) -> Result<CoreJsonWebKey, Unverified> {
        let verify = |keys: &Keys| self.verify_by(keys, jws, algorithms, issuer);
        match verify(&keys.value) {
            Err(Unverified::UnknownKey) => verify(&self.newer_keys(Arc::clone(keys), now).await.value),
            outcome => outcome,
        }
    }

    fn verify_by(
        &self,
        keys: &Keys,
        jws: &Jws<'_>,
        algorithms: &[CoreJwsSigningAlgorithm],
        issuer: &str,
    ) -> Result<CoreJsonWebKey, Unverified> {
        let configured = self.config.issuer.as_str();
        // Only where there are many issuers does it matter which of them a key is said to sign for.
        let both = [configured, issuer];
        let issuers: &[&str] = if issuer == configured { &[] } else { &both };
        let Registration { client_secret, client_secret_previous, .. } = &self.config.registration;
        // Of a provider that signs with our secret it may be the one before, while the two are changed.
        let secrets = [client_secret, client_secret_previous].map(|secret| secret.as_ref().map_or("", Plain::expose));
        jws.verify(&Signers { algorithms, keys, secrets: &secrets, issuers })
    }
}
