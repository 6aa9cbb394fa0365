//! The public interface of one OpenID provider.

use std::sync::Arc;

use super::accepted::Accepted;
use super::begin;
use super::document_cache::Fetched;
use super::id_token::Verified;
use super::issuer::{Issuer, other_issuer};
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::user_parameter;
use crate::base::clock::Timestamp;
use crate::base::db::Db;
use crate::base::outbound::Outbound;
use crate::base::secret::Plain;
use crate::config::{self, Registration};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::from_claims::{ClaimSources, identity};
use crate::upstream::handshake::{AuthorizationGrant, Handshake, LoginRequest, LogoutClaims, StartedLogin};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::provider_http::ProviderHttp;
use crate::upstream::refresh::{RefreshRequest, TokenTypeHint, max_preparation_duration};
use crate::upstream::revocation::RevocationEndpoint;

/// An OpenID provider. Clones are cheap and share the cached documents.
#[derive(Clone)]
pub struct Oidc(Arc<RelyingParty>);

impl Oidc {
    /// Creates the client from the configuration. It sends no request; the first use fetches the metadata.
    pub fn new(config: config::Oidc, db: Db, outbound: Outbound) -> Self {
        Self(Arc::new(RelyingParty::new(config, db, outbound)))
    }

    /// The HTTP client of this provider.
    pub fn http(&self) -> &ProviderHttp {
        &self.0.http
    }

    /// The configuration that all protocols have in common.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Whether metadata is cached, or no fetch of it has failed yet.
    pub fn is_available(&self) -> bool {
        self.0.documents.is_available()
    }

    /// Whether the cached metadata leaves it open that the provider gives one of these `acr_values`.
    pub fn may_give_acr(&self, acr_values: &str) -> bool {
        let Some(metadata) = self.0.documents.metadata.current() else { return true };
        let Some(known) = &metadata.value.acr_values else { return true };
        acr_values.split(' ').any(|wanted| known.iter().any(|known| known.as_str() == wanted))
    }

    /// Starts a login: builds the authorization request, and pushes it if configured (RFC 9126).
    pub async fn begin(&self, request: LoginRequest, now: Timestamp) -> Result<StartedLogin, Failure> {
        let metadata = self.metadata(now).await?;
        let begun = begin::begin(&self.0.config, &metadata.value, request)?;
        self.0.push(&metadata.value, begun, now).await
    }

    /// Whether `iss` is the issuer of this provider, or of one of its allowed tenants.
    pub fn is_issuer(&self, iss: &str) -> bool {
        Issuer::of(&self.0.config).matches(iss)
    }

    /// Checks `iss` before the code is sent to the provider (RFC 9207 §2.4). Another issuer is rejected, and so is a missing
    /// `iss` that the metadata announces (RA-08, RA-09).
    pub async fn check_iss(&self, iss: Option<&str>, now: Timestamp) -> Result<(), Failure> {
        let rejected = |why: &str| Err(Failure::token(Fault::Refused, why));
        match iss {
            Some(iss) if self.is_issuer(iss) => Ok(()),
            Some(iss) => {
                let why = other_issuer(iss, &self.0.config.issuer);
                rejected(&format!("the authorization response {why}"))
            }
            None if self.announces_iss(now).await? => {
                rejected("the authorization response lacks the announced iss parameter")
            }
            None => Ok(()),
        }
    }

    /// Whether the metadata announces the parameter `iss` (RFC 9207 §3).
    pub async fn announces_iss(&self, now: Timestamp) -> Result<bool, Failure> {
        let metadata = self.metadata(now).await?;
        Ok(metadata.value.announces_iss)
    }

    /// Finishes a login: redeems the code, verifies the ID token, requests userinfo if configured.
    pub async fn finish(
        &self,
        handshake: &Handshake,
        grant: AuthorizationGrant,
        now: Timestamp,
    ) -> Result<Identity, Failure> {
        let AuthorizationGrant::Code { code, iss, iss_is_required, user } = grant else {
            return Err(Failure::wrong_protocol());
        };
        if iss.is_none() && iss_is_required {
            let why =
                "the iss parameter is missing, which is required because another provider has the same redirect_uri";
            return Err(Failure::token(Fault::Refused, why));
        }
        self.check_iss(iss.as_deref(), now).await?;
        let metadata = self.metadata(now).await?;
        let metadata = &metadata.value;
        // Before the code is redeemed: without keys the tokens could not be verified.
        self.0.prepare_keys(&Accepted::for_id_tokens(&self.0.config, metadata), now).await?;
        let tokens = self.0.redeem_code(metadata, handshake, &code, now).await?;
        let verified = self.0.verify(metadata, handshake, &tokens, now).await?;
        if iss.is_some_and(|iss| iss != verified.issuer) {
            return Err(Failure::token(
                Fault::Refused,
                "the authorization response and the ID token are of different issuers",
            ));
        }
        let userinfo = self.0.userinfo_claims(metadata, &verified, &tokens, now).await?;
        let names = user.as_deref().and_then(user_parameter::names);
        self.0.note_algorithm(verified.algorithm);
        let Verified { qualified_sub, auth_time, algorithm, claims, .. } = verified;
        let sources = ClaimSources { id_token: claims, userinfo, names };
        let identity = identity(self.registration(), qualified_sub, auth_time, sources, tokens);
        Ok(Identity { id_token_algorithm: Some(algorithm), ..identity })
    }

    /// Redeems a refresh token and verifies the response.
    pub async fn refresh(&self, request: &RefreshRequest<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        let documents = async {
            let metadata = self.metadata(now).await?;
            // Before the refresh token is sent: without keys the response could not be verified.
            self.0.prepare_keys(&Accepted::for_id_tokens(&self.0.config, &metadata.value), now).await?;
            Ok::<_, Failure>(metadata)
        };
        let late = |_| Failure::token(Fault::NotSent, "metadata and keys were not fetched in time");
        let limit = max_preparation_duration(self.registration());
        let metadata = tokio::time::timeout(limit, documents).await.map_err(late)??;
        self.0.refresh(&metadata.value, request, now).await
    }

    /// Revokes a token (RFC 7009). `false` if the provider has no endpoint for it.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        let metadata = self.metadata(now).await?;
        match &metadata.value.revocation_endpoint {
            Some(endpoint) => {
                let endpoint = RevocationEndpoint {
                    endpoint: endpoint.as_str(),
                    audience: &self.0.config.issuer,
                    method: self.0.auth_method(),
                };
                endpoint.revoke(&self.0.http, self.registration(), token, hint, now).await.map(|()| true)
            }
            None => Ok(false),
        }
    }

    /// The logout endpoint: the configured one, else that of the metadata.
    pub async fn end_session_endpoint(&self, now: Timestamp) -> Option<String> {
        if let Some(configured) = &self.registration().endpoints.end_session_endpoint {
            return Some(configured.to_string());
        }
        let metadata = self.0.metadata(now).await.ok()?;
        metadata.value.end_session_endpoint.as_ref().map(ToString::to_string)
    }

    /// Whether the cached keys or the client secret verify an ID token.
    pub fn verifies_hint(&self, id_token: &Plain) -> bool {
        self.0.verifies_hint(id_token.expose())
    }

    /// Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).
    pub async fn verify_logout_token(&self, token: &str, now: Timestamp) -> Result<LogoutClaims, Failure> {
        self.0.verify_logout_token(token, now).await
    }

    /// Fetches documents that are missing or older than ten minutes.
    pub async fn refresh_documents(&self, now: Timestamp) {
        self.0.refresh_documents(now).await;
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Fetched<Metadata>>, Failure> {
        self.0.metadata(now).await.map_err(Failure::from)
    }
}
