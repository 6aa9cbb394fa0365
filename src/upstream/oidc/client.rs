//! One OpenID provider, and we as its relying party.

use std::sync::Arc;

use super::begin;
use super::cached::Kept;
use super::discovery::Metadata;
use super::id_token::Verified;
use super::issuer::Issuer;
use super::relying_party::RelyingParty;
use super::user_parameter;
use crate::base::clock::Timestamp;
use crate::base::db::Db;
use crate::base::outbound::Outbound;
use crate::base::secret::Plain;
use crate::config::{self, Registration};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{Answer, Begun, Handshake, LoggedOut, Request};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::recognise::{Said, identity};
use crate::upstream::renewal::{Renewal, TokenTypeHint, longest_preparation};
use crate::upstream::revocation::Revocation;

/// An OpenID provider. Cheap to clone; every clone shares what was learned of it.
#[derive(Clone)]
pub struct Oidc(Arc<RelyingParty>);

impl Oidc {
    /// Takes it from the configuration. Asks it nothing.
    pub fn new(config: config::Oidc, db: Db, outbound: Outbound) -> Self {
        Self(Arc::new(RelyingParty::new(config, db, outbound)))
    }

    /// What we agreed on.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Whether its metadata is there, or was not asked for yet.
    pub fn is_available(&self) -> bool {
        self.0.documents.may_be_had()
    }

    /// Begins a login.
    pub async fn begin(&self, request: Request, now: Timestamp) -> Result<Begun, Failure> {
        let metadata = self.metadata(now).await?;
        let begun = begin::begin(&self.0.config, &metadata.value, request)?;
        let pushed = self.0.push(&metadata.value, begun, now).await;
        pushed.inspect_err(|failure| {
            tracing::warn!(provider = self.registration().id, reason = failure.reason, "cannot begin a login");
        })
    }

    /// RFC 9207 §2.4: an answer of another issuer, or one without the `iss` that the provider promises, ends the login
    /// before anyone is told the code (RA-08, RA-09).
    pub async fn check_iss(&self, iss: Option<&str>, now: Timestamp) -> Result<(), Failure> {
        let refused = |why: &str| Err(Failure::token(Fault::Refused, why));
        match iss {
            Some(iss) if Issuer::of(&self.0.config).may_be(iss) => Ok(()),
            Some(_) => refused("the answer came from another issuer (iss parameter)"),
            None => {
                let metadata = self.metadata(now).await?;
                if metadata.value.additional_metadata().authorization_response_iss_parameter_supported {
                    return refused("the provider's answer lacks the iss parameter it promises");
                }
                Ok(())
            }
        }
    }

    /// Takes the provider's answer.
    pub async fn finish(&self, handshake: &Handshake, answer: Answer, now: Timestamp) -> Result<Identity, Failure> {
        let Answer::Code { code, iss, iss_may_be_missing, user } = answer else {
            return Err(Failure::of_another_protocol());
        };
        if iss.is_some() || !iss_may_be_missing {
            self.check_iss(iss.as_deref(), now).await?;
        }
        let metadata = self.metadata(now).await?;
        let metadata = &metadata.value;
        // Before the code is redeemed: without keys it would be spent in vain.
        let keys = self.0.keys(now).await.map_err(unavailable)?;
        let tokens = self.0.redeem(metadata, handshake, &code, now).await?;
        let verified = self.0.verify(metadata, handshake, &tokens, &keys, now).await?;
        if iss.is_some_and(|iss| iss != verified.issuer) {
            return Err(Failure::token(Fault::Refused, "the answer and the ID token are of two issuers"));
        }
        let userinfo = self.0.ask_userinfo(metadata, &verified, &tokens, &keys, now).await?;
        let names = user.as_deref().and_then(user_parameter::names);
        let Verified { user, auth_time, claims, .. } = verified;
        let said = Said { first: claims, userinfo, names };
        Ok(identity(self.registration(), user, auth_time, said, tokens))
    }

    /// Asks for new tokens by a refresh token.
    pub async fn renew(&self, renewal: &Renewal<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        let documents = async {
            let metadata = self.metadata(now).await?;
            // Before the refresh token is shown: without keys it could be spent in vain.
            Ok((metadata, self.0.keys(now).await.map_err(unavailable)?))
        };
        let late = |_| Failure::token(Fault::Timeout, "metadata and keys did not come in time");
        let limit = longest_preparation(self.registration());
        let (metadata, keys) = tokio::time::timeout(limit, documents).await.map_err(late)??;
        self.0.renew(&metadata.value, &keys, renewal, now).await
    }

    /// Revokes a token (RFC 7009). `false` where the provider has no endpoint for it.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        let metadata = self.metadata(now).await?;
        match &metadata.value.additional_metadata().revocation_endpoint {
            Some(endpoint) => {
                let there = Revocation { endpoint: endpoint.as_str(), audience: &self.0.config.issuer };
                there.revoke(&self.0.line, self.registration(), token, hint, now).await.map(|()| true)
            }
            None => Ok(false),
        }
    }

    /// Where people are signed out at the provider, if it says so.
    pub async fn end_session_endpoint(&self, now: Timestamp) -> Option<String> {
        if let Some(given) = &self.registration().endpoints.end_session_endpoint {
            return Some(given.to_string());
        }
        let metadata = self.0.metadata(now).await.ok()?;
        metadata.value.additional_metadata().end_session_endpoint.as_ref().map(ToString::to_string)
    }

    /// Verifies a logout token.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Result<LoggedOut, Failure> {
        self.0.logged_out(token, now).await
    }

    /// Fetches what is missing or old.
    pub async fn keep_fresh(&self, now: Timestamp) {
        self.0.keep_fresh(now).await;
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Kept<Metadata>>, Failure> {
        self.0.metadata(now).await.map_err(unavailable)
    }
}

fn unavailable(reason: String) -> Failure {
    Failure::token(Fault::Unavailable, reason)
}
