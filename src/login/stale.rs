//! A login that the provider could not complete, since its own session of this login was gone: Keycloak answers
//! `temporarily_unavailable` to the tab of a browser in which another tab has signed in meanwhile.
//!
//! The login goes on with the session that the browser has, where it asked for nothing but a sign-in; else it begins once more.
//! A login that began once more does not do so again, so there is no loop.

use super::authorization_session::{Claimed, Linking};
use super::fail::fail;
use super::failure::LoginFailure;
use super::refusal::{Code, LoginRefusal};
use crate::app::App;
use crate::base::id::{AuthorizationRequestId, Reference};
use crate::session::SignedIn;
use crate::upstream::LoginHints;

/// The `error` of such a response (RFC 6749 §4.1.2.1).
pub(super) const STALE: &str = "temporarily_unavailable";

/// What of the response and of the request is needed to go on.
pub(super) struct StaleParts {
    /// What the provider said, for the log.
    pub reason: String,
    /// The parameters of the caller.
    pub hints: LoginHints,
    /// Whether this login began once more already.
    pub is_repeated: bool,
}

/// A claimed login that the provider could not complete. It has no terminal status yet.
pub struct StaleLogin {
    provider: String,
    claimed: Claimed,
    parts: StaleParts,
}

impl StaleLogin {
    pub(super) fn new(provider: &str, claimed: Claimed, parts: StaleParts) -> Self {
        Self { provider: provider.to_owned(), claimed, parts }
    }

    /// The reference of the login.
    pub fn reference(&self) -> &Reference {
        &self.claimed.reference
    }

    /// The id of the provider.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The target after the login, validated.
    pub fn return_to(&self) -> Option<&str> {
        self.claimed.return_to.as_deref()
    }

    /// The authorization request that the login is for.
    pub fn request(&self) -> Option<AuthorizationRequestId> {
        self.claimed.request
    }

    /// The session and user that asked to link an identity.
    pub fn link(&self) -> Option<Linking> {
        self.claimed.link
    }

    /// The parameters of the caller.
    pub fn hints(&self) -> &LoginHints {
        &self.parts.hints
    }

    /// Whether the login began once more already.
    pub fn is_repeated(&self) -> bool {
        self.parts.is_repeated
    }

    /// Whether this session is all that the login asked for: it is of this provider, and the login neither links an identity nor
    /// asks for certain pages, a certain authentication or another account.
    pub fn is_satisfied_by(&self, app: &App, signed_in: &SignedIn) -> bool {
        const MORE: [&str; 3] = ["prompt", "max_age", "acr_values"];
        let provider = app.providers.get(&self.provider);
        let extra = provider.map(|provider| provider.registration().extra_params.as_slice()).unwrap_or_default();
        let asks_for_more = self.claimed.link.is_some()
            || self.parts.hints.ask_for_more()
            || extra.iter().any(|(name, _)| MORE.contains(&name.as_str()));
        !asks_for_more && signed_in.session.provider == self.provider && self.names(signed_in)
    }

    /// Whether the `login_hint` names the user of this session, if there is one.
    fn names(&self, signed_in: &SignedIn) -> bool {
        let Some(hint) = &self.parts.hints.login_hint else { return true };
        let profile = &signed_in.user.profile;
        let names = [profile.email.as_deref(), profile.preferred_username.as_deref()];
        names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(hint))
    }

    /// Ends the login. `followed`: what followed, for `vestibule logins show`.
    pub async fn end(&self, app: &App, followed: &str) -> LoginRefusal {
        let reason = format!("the provider answered with an error{}; {followed}", self.parts.reason);
        let failure = LoginFailure { rejected: Some(STALE), ..LoginFailure::denied(Code::ProviderError, reason) };
        fail(app, self.provider.clone(), &self.claimed, failure).await
    }
}
