//! Verifying the signature of ID tokens, logout tokens and signed userinfo with the provider's keys.

use std::sync::Arc;

use super::accepted::Accepted;
use super::document_cache::{Missing, Refetch};
use super::id_token;
use super::relying_party::RelyingParty;
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::base::jws::Jws;
use crate::base::secret::Plain;
use crate::config::{self, Registration};
use crate::upstream::numeric_date;

impl RelyingParty {
    /// Fetches the keys, unless they are cached or the client secret signs. A login calls this before it redeems the code:
    /// without keys the tokens could not be verified.
    pub(super) async fn prepare_keys(self: &Arc<Self>, accepted: &Accepted, now: Timestamp) -> Result<(), Missing> {
        if !accepted.needs_keys() {
            return Ok(());
        }
        match self.keys(now).await {
            // The token may be signed by the client secret.
            Err(_) if accepted.has_hmac() => Ok(()),
            fetched => fetched.map(drop),
        }
    }

    /// Verifies the signature of a token. `issuer` is the token's issuer, which at a multi-tenant provider differs from the
    /// configured one. If no key verifies it, newer keys are fetched and tried once, within the limit `refetch` (RD-07, RD-09).
    pub(super) async fn verify_signature(
        self: &Arc<Self>,
        jws: &Jws<'_>,
        accepted: &Accepted,
        issuer: &str,
        refetch: Refetch,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        accepted.check(jws.algorithm)?;
        if jws.algorithm.is_hmac() {
            return self.verify_by_secret(jws);
        }
        let configured = self.config.issuer.as_str();
        // The issuer of a key matters only at a multi-tenant provider.
        let both = [configured, issuer];
        let issuers: &[&str] = if issuer == configured { &[] } else { &both };
        let keys = self.keys(now).await?;
        let Err(unverified) = keys.value.verify(jws, issuers) else { return Ok(()) };
        let newer = self.newer_keys(Arc::clone(&keys), refetch, now).await;
        if Arc::ptr_eq(&newer, &keys) {
            return Err(unverified.into());
        }
        Ok(newer.value.verify(jws, issuers)?)
    }

    /// Whether the cached keys or the client secret verify an ID token; `true` if no keys are cached.
    pub(super) fn verifies_hint(&self, id_token: &str) -> bool {
        let Ok(jws) = Jws::read(id_token, &id_token::FORM) else { return false };
        if jws.algorithm.is_hmac() {
            return self.verify_by_secret(&jws).is_ok();
        }
        let Some(keys) = self.documents.keys.current() else { return true };
        // Another replica may have fetched the key of a token that is newer than these keys.
        let iat = numeric_date::read(&jws.payload, "iat").ok().flatten();
        // The issuer of a key was checked when the token was issued.
        iat.is_some_and(|iat| iat >= keys.fetched_at) || keys.value.verify(&jws, &[]).is_ok()
    }

    /// During a change of the client secret, HMAC signatures may be made with the previous one.
    fn verify_by_secret(&self, jws: &Jws<'_>) -> Result<(), TokenError> {
        let Registration { client_secret, client_secret_previous, .. } = &self.config.registration;
        let secrets = [client_secret, client_secret_previous].into_iter().flatten().map(Plain::expose);
        let mut reason = "is signed with a client secret that is too short for it";
        for secret in secrets.filter(|secret| secret.len() >= config::Oidc::MIN_HMAC_SECRET) {
            if jws.is_signed_by_secret(secret.as_bytes()) {
                return Ok(());
            }
            reason = "has a wrong signature: it is not made with client_secret";
        }
        Err(reason.into())
    }
}
