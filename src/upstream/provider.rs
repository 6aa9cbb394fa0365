//! A provider, whatever protocol it speaks.

use super::failure::Failure;
use super::handshake::{Answer, Begun, Handshake, LoggedOut, Request};
use super::identity::Identity;
use super::oidc::Oidc;
use crate::base::clock::Instant;
use crate::config::{ProviderLogout, Registration};

/// A provider. An enum and no trait: the protocols are few, and each is spoken here.
#[derive(Clone)]
pub enum Provider {
    /// OpenID Connect.
    Oidc(Oidc),
}

impl Provider {
    /// What we agreed on with it, whatever protocol it speaks.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => oidc.registration(),
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

    /// The name of its protocol: `oidc`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Oidc(_) => "oidc",
        }
    }

    /// Whether the sign-in there is to end with ours.
    pub fn ends_with_ours(&self) -> bool {
        self.registration().logout == ProviderLogout::Provider
    }

    /// Whether someone could sign in here now, as far as is known: false while the metadata can be had neither fresh
    /// nor stored. Asks nobody.
    #[expect(clippy::unused_async, reason = "a kind of provider that has to look may come")]
    pub async fn available(&self, _now: Instant) -> bool {
        match self {
            Self::Oidc(oidc) => oidc.is_available(),
        }
    }

    /// Begins a login. Fails with [`Fault::Unavailable`](super::Fault::Unavailable) where the provider's metadata
    /// cannot be had.
    pub async fn begin(&self, request: Request, now: Instant) -> Result<Begun, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.begin(request, now).await,
        }
    }

    /// Checks the `iss` parameter of an answer (RFC 9207). [`Provider::finish`] does it by itself; an answer that is an
    /// error has no other check.
    pub async fn check_iss(&self, iss: Option<&str>, now: Instant) -> Result<(), Failure> {
        match self {
            Self::Oidc(oidc) => oidc.check_iss(iss, now).await,
        }
    }

    /// Takes the provider's answer to a login that was begun. The code is redeemed once, and never again whatever
    /// comes of it.
    pub async fn finish(&self, handshake: &Handshake, answer: Answer, now: Instant) -> Result<Identity, Failure> {
        match self {
            Self::Oidc(oidc) => oidc.finish(handshake, answer, now).await,
        }
    }

    /// Where people are signed out at the provider, if it says so.
    pub async fn end_session_endpoint(&self, now: Instant) -> Option<String> {
        match self {
            Self::Oidc(oidc) => oidc.end_session_endpoint(now).await,
        }
    }

    /// Verifies a logout token of the provider's (OpenID Connect Back-Channel Logout 1.0 §2.6); `None` where it speaks a
    /// protocol without them. Fails with [`Fault::Unavailable`](super::Fault::Unavailable) where its keys cannot be had.
    pub async fn logged_out(&self, token: &str, now: Instant) -> Option<Result<LoggedOut, Failure>> {
        match self {
            Self::Oidc(oidc) => Some(oidc.logged_out(token, now).await),
        }
    }

    /// Fetches what is missing or old. Called now and then in the background, so that no login waits for it.
    pub async fn keep_fresh(&self, now: Instant) {
        match self {
            Self::Oidc(oidc) => oidc.keep_fresh(now).await,
        }
    }
}
