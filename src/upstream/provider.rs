//! One provider of any of the three protocols.

use super::failure::{Failure, Fault};
use super::handshake::{AuthorizationGrant, Handshake, LoginRequest, LogoutClaims, StartedLogin};
use super::identity::{Identity, ProviderTokens};
use super::oauth1::OAuth1;
use super::oauth2::OAuth2;
use super::oidc::Oidc;
use super::provider_http::ProviderHttp;
use super::refresh::{RefreshRequest, TokenTypeHint};
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{ProviderLogout, Registration};

/// A provider. An enum instead of a trait: the set of protocols is closed.
#[derive(Clone)]
pub enum Provider {
    /// OpenID Connect Core 1.0.
    Oidc(Oidc),
    /// OAuth 2.0 (RFC 6749) with a proprietary profile API.
    OAuth2(OAuth2),
    /// OAuth 1.0a (RFC 5849) with a proprietary profile API.
    OAuth1(OAuth1),
}

impl Provider {
    /// The configuration that all protocols have in common.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => oidc.registration(),
            Self::OAuth2(oauth2) => oauth2.registration(),
            Self::OAuth1(oauth1) => oauth1.registration(),
        }
    }

    /// The id of the provider: the name of its table in `[providers]`.
    pub fn id(&self) -> &str {
        &self.registration().id
    }

    /// The display name, for the login page.
    pub fn name(&self) -> &str {
        &self.registration().name
    }

    /// The protocol: `oidc`, `oauth2` or `oauth1`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Oidc(_) => "oidc",
            Self::OAuth2(_) => "oauth2",
            Self::OAuth1(_) => "oauth1",
        }
    }

    /// Whether the authorization response has a token and a verifier (OAuth 1.0a) instead of a code.
    pub fn returns_verifier(&self) -> bool {
        matches!(self, Self::OAuth1(_))
    }

    /// Whether a third party may begin a login at the gateway with this provider as the issuer (OpenID Connect Core
    /// §4). OAuth providers have no issuer.
    pub fn is_issuer(&self, iss: &str) -> bool {
        match self {
            Self::Oidc(client) => client.is_issuer(iss),
            Self::OAuth2(_) | Self::OAuth1(_) => false,
        }
    }

    /// Whether a logout at the gateway also logs out at the provider (`logout = "provider"`).
    pub fn logs_out_at_provider(&self) -> bool {
        self.registration().logout == ProviderLogout::Provider
    }

    /// Accepts nothing more from the provider and sends nothing to it, for this reason; with `None` it is in use again.
    /// Returns whether that is a change.
    pub(super) fn suspend(&self, reason: Option<String>) -> bool {
        self.http().suspend(reason)
    }

    /// Whether the provider is suspended, since its stored identities are of another issuer than the configured one.
    pub fn is_suspended(&self) -> bool {
        self.http().suspension().is_some()
    }

    fn http(&self) -> &ProviderHttp {
        match self {
            Self::Oidc(oidc) => oidc.http(),
            Self::OAuth2(oauth2) => oauth2.http(),
            Self::OAuth1(oauth1) => oauth1.http(),
        }
    }

    fn check_suspension(&self) -> Result<(), Failure> {
        let suspended =
            |reason: &String| Err(Failure::token(Fault::Unavailable, reason.clone()).needing_operator(true));
        self.http().suspension().as_deref().map_or(Ok(()), suspended)
    }

    /// Whether a login can probably start: `false` while the provider is suspended, and while no metadata is cached and its
    /// last fetch failed. Makes no request.
    pub fn is_available(&self) -> bool {
        if self.is_suspended() {
            return false;
        }
        match self {
            Self::Oidc(oidc) => oidc.is_available(),
            // Every endpoint is in the configuration.
            Self::OAuth2(_) | Self::OAuth1(_) => true,
        }
    }

    /// Whether a login at this provider may give one of these `acr_values`, as far as is known: never at an OAuth
    /// provider, and not if the cached metadata lists other values. Makes no request.
    pub fn may_give_acr(&self, acr_values: &str) -> bool {
        match self {
            Self::Oidc(oidc) => oidc.may_give_acr(acr_values),
            Self::OAuth2(_) | Self::OAuth1(_) => false,
        }
    }

    /// Starts a login. Fails with [`Fault::Unavailable`](super::Fault::Unavailable) when the provider's metadata is not
    /// available.
    pub async fn begin(&self, request: LoginRequest, now: Timestamp) -> Result<StartedLogin, Failure> {
        self.check_suspension()?;
        match self {
            Self::Oidc(oidc) => oidc.begin(request, now).await,
            Self::OAuth2(oauth2) => oauth2.begin(request),
            Self::OAuth1(oauth1) => oauth1.begin(request, now).await,
        }
    }

    /// Checks the `iss` parameter of an error response (RFC 9207), if it has one: an error without `iss` creates no
    /// session, so it is handled as that error. [`Provider::finish`] checks the `iss` of a successful response.
    pub async fn check_iss(&self, iss: Option<&str>, now: Timestamp) -> Result<(), Failure> {
        self.check_suspension()?;
        if iss.is_none() {
            return Ok(());
        }
        match self {
            Self::Oidc(oidc) => oidc.check_iss(iss, now).await,
            Self::OAuth2(oauth2) => oauth2.check_iss(iss),
            // OAuth 1.0a has no `iss` parameter.
            Self::OAuth1(_) => Ok(()),
        }
    }

    /// Whether the provider announces the parameter `iss` of authorization responses (RFC 9207 §3). OAuth providers have no
    /// metadata.
    pub async fn announces_iss(&self, now: Timestamp) -> Result<bool, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.announces_iss(now).await,
            Self::OAuth2(_) | Self::OAuth1(_) => Ok(false),
        }
    }

    /// Finishes a login. The code is redeemed at most once, whatever the outcome.
    pub async fn finish(
        &self,
        handshake: &Handshake,
        grant: AuthorizationGrant,
        now: Timestamp,
    ) -> Result<Identity, Failure> {
        self.check_suspension()?;
        match self {
            Self::Oidc(oidc) => oidc.finish(handshake, grant, now).await,
            Self::OAuth2(oauth2) => oauth2.finish(handshake, grant, now).await,
            Self::OAuth1(oauth1) => oauth1.finish(handshake, grant, now).await,
        }
    }

    /// Redeems a refresh token. An ID token in the response must have the same subject and audience, and must not be older
    /// than the previous one ([`Failure::requires_reauth`]).
    pub async fn refresh(&self, request: &RefreshRequest<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        self.check_suspension()?;
        match self {
            Self::Oidc(oidc) => oidc.refresh(request, now).await,
            Self::OAuth2(oauth2) => oauth2.refresh(request, now).await,
            // OAuth 1.0a tokens do not expire, and there is no refresh token.
            Self::OAuth1(_) => {
                Err(Failure::token(Fault::Refused, "OAuth 1.0a has no refresh tokens").requiring_reauth())
            }
        }
    }

    /// Revokes a token at the provider (RFC 7009). `false` if the provider has no revocation endpoint.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        self.check_suspension()?;
        match self {
            Self::Oidc(oidc) => oidc.revoke(token, hint, now).await,
            Self::OAuth2(oauth2) => oauth2.revoke(token, hint, now).await,
            Self::OAuth1(_) => Ok(false),
        }
    }

    /// The provider's logout endpoint (OpenID Connect RP-Initiated Logout 1.0), if it has one.
    pub async fn end_session_endpoint(&self, now: Timestamp) -> Option<String> {
        if self.is_suspended() {
            return None;
        }
        match self {
            Self::Oidc(oidc) => oidc.end_session_endpoint(now).await,
            Self::OAuth2(_) | Self::OAuth1(_) => {
                self.registration().endpoints.end_session_endpoint.as_ref().map(ToString::to_string)
            }
        }
    }

    /// Whether a key that the provider publishes, or the client secret, still verifies an ID token that it issued: then it takes
    /// it as `id_token_hint`. Uses the cached keys only; without any, the hint is tried.
    pub fn verifies_hint(&self, id_token: &Plain) -> bool {
        match self {
            Self::Oidc(oidc) => oidc.verifies_hint(id_token),
            Self::OAuth2(_) | Self::OAuth1(_) => true,
        }
    }

    /// Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6); `None` for a protocol without them. Fails with
    /// [`Fault::Unavailable`](super::Fault::Unavailable) when the provider's keys are not available.
    pub async fn verify_logout_token(&self, token: &str, now: Timestamp) -> Option<Result<LogoutClaims, Failure>> {
        match self {
            Self::Oidc(oidc) => Some(match self.check_suspension() {
                Ok(()) => oidc.verify_logout_token(token, now).await,
                Err(suspended) => Err(suspended),
            }),
            Self::OAuth2(_) | Self::OAuth1(_) => None,
        }
    }

    /// Fetches metadata and keys that are missing or older than ten minutes. A background job calls this, so that no login
    /// waits for it.
    pub async fn refresh_documents(&self, now: Timestamp) {
        match self {
            Self::Oidc(oidc) => oidc.refresh_documents(now).await,
            Self::OAuth2(_) | Self::OAuth1(_) => {}
        }
    }
}
