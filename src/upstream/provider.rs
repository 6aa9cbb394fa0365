//! A provider, whatever protocol it speaks.

use super::failure::{Failure, Fault};
use super::handshake::{Answer, Begun, Handshake, LoggedOut, Request};
use super::identity::{Identity, ProviderTokens};
use super::oauth1::OAuth1;
use super::oauth2::OAuth2;
use super::oidc::Oidc;
use super::renewal::{Renewal, TokenTypeHint};
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{ProviderLogout, Registration};

/// A provider. An enum and no trait: the protocols are few, and each is spoken here.
#[derive(Clone)]
pub enum Provider {
    /// OpenID Connect.
    Oidc(Oidc),
    /// OAuth 2.0 with an API of its own for profiles.
    OAuth2(OAuth2),
    /// OAuth 1.0a.
    OAuth1(OAuth1),
}

impl Provider {
    /// What we agreed on with it, whatever protocol it speaks.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => oidc.registration(),
            Self::OAuth2(oauth2) => oauth2.registration(),
            Self::OAuth1(oauth1) => oauth1.registration(),
        }
    }

    /// The key of its table in the configuration.
    pub fn id(&self) -> &str {
        &self.registration().id
    }

    /// What people read on the button.
    pub fn name(&self) -> &str {
        &self.registration().name
    }

    /// The name of its protocol: `oidc`, `oauth2` or `oauth1`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Oidc(_) => "oidc",
            Self::OAuth2(_) => "oauth2",
            Self::OAuth1(_) => "oauth1",
        }
    }

    /// Whether its redirect brings a token and a verifier, as OAuth 1.0a has it, and not a code.
    pub fn answers_with_verifier(&self) -> bool {
        matches!(self, Self::OAuth1(_))
    }

    /// Whether the sign-in there is to end with ours.
    pub fn ends_with_ours(&self) -> bool {
        self.registration().logout == ProviderLogout::Provider
    }

    /// Whether someone could sign in here now, as far as is known: false while the metadata can be had neither fresh
    /// nor stored. Asks nobody.
    pub fn available(&self) -> bool {
        match self {
            Self::Oidc(oidc) => oidc.is_available(),
            // All that is needed stands in the configuration.
            Self::OAuth2(_) | Self::OAuth1(_) => true,
        }
    }

    /// Begins a login. Fails with [`Fault::Unavailable`](super::Fault::Unavailable) where the provider's metadata
    /// cannot be had.
    pub async fn begin(&self, request: Request, now: Timestamp) -> Result<Begun, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.begin(request, now).await,
            Self::OAuth2(oauth2) => oauth2.begin(request),
            Self::OAuth1(oauth1) => oauth1.begin(request, now).await,
        }
    }

    /// Checks the `iss` parameter of an answer (RFC 9207). [`Provider::finish`] does it by itself; an answer that is an
    /// error has no other check.
    pub async fn check_iss(&self, iss: Option<&str>, now: Timestamp) -> Result<(), Failure> {
        match self {
            Self::Oidc(oidc) => oidc.check_iss(iss, now).await,
            Self::OAuth2(oauth2) => oauth2.check_iss(iss),
            // Its standard is older than the parameter.
            Self::OAuth1(_) => Ok(()),
        }
    }

    /// Takes the provider's answer to a login that was begun. The code is redeemed once, and never again whatever
    /// comes of it.
    pub async fn finish(&self, handshake: &Handshake, answer: Answer, now: Timestamp) -> Result<Identity, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.finish(handshake, answer, now).await,
            Self::OAuth2(oauth2) => oauth2.finish(handshake, answer, now).await,
            Self::OAuth1(oauth1) => oauth1.finish(handshake, answer, now).await,
        }
    }

    /// Asks for new tokens by a refresh token. What comes is verified as far as it can be: an ID token has to be of the same
    /// person, for us, and not older than the one before ([`Failure::ends_link`]).
    pub async fn renew(&self, renewal: &Renewal<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.renew(renewal, now).await,
            Self::OAuth2(oauth2) => oauth2.renew(renewal, now).await,
            // Its tokens are good until somebody takes them back, and there is nothing to renew them by.
            Self::OAuth1(_) => Err(Failure::token(Fault::Refused, "OAuth 1.0a renews no token").ending_link()),
        }
    }

    /// Has the provider revoke a token that it issued (RFC 7009). `false` where it has no endpoint for it.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.revoke(token, hint, now).await,
            Self::OAuth2(oauth2) => oauth2.revoke(token, hint, now).await,
            Self::OAuth1(_) => Ok(false),
        }
    }

    /// Where people are signed out at the provider, if it says so.
    pub async fn end_session_endpoint(&self, now: Timestamp) -> Option<String> {
        match self {
            Self::Oidc(oidc) => oidc.end_session_endpoint(now).await,
            Self::OAuth2(_) | Self::OAuth1(_) => {
                self.registration().endpoints.end_session_endpoint.as_ref().map(ToString::to_string)
            }
        }
    }

    /// Verifies a logout token of the provider's (OpenID Connect Back-Channel Logout 1.0 §2.6); `None` where it speaks a
    /// protocol without them. Fails with [`Fault::Unavailable`](super::Fault::Unavailable) where its keys cannot be had.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Option<Result<LoggedOut, Failure>> {
        match self {
            Self::Oidc(oidc) => Some(oidc.logged_out(token, now).await),
            Self::OAuth2(_) | Self::OAuth1(_) => None,
        }
    }

    /// Fetches what is missing or old. Called now and then in the background, so that no login waits for it.
    pub async fn keep_fresh(&self, now: Timestamp) {
        match self {
            Self::Oidc(oidc) => oidc.keep_fresh(now).await,
            Self::OAuth2(_) | Self::OAuth1(_) => {}
        }
    }
}
