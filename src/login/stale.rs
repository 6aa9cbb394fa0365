//! A login that the provider answered with the error `temporarily_unavailable`: it is overloaded (RFC 6749 §4.1.2.1),
//! or it has lost its own authentication session, as Keycloak has in the tab of a browser in which another tab has
//! signed in meanwhile.
//!
//! If the login asked only for a sign-in, and the browser already has a session of this provider, that session is used.
//! Otherwise the gateway starts the login again, at most once, so there is no loop.

use super::authorization_session::{Claimed, Linking};
use super::fail::fail;
use super::failure::LoginFailure;
use super::refusal::{Code, LoginRefusal};
use crate::app::App;
use crate::base::id::{AuthorizationRequestId, Reference};
use crate::session::SignedIn;
use crate::upstream::LoginHints;

/// The `error` of such a response (RFC 6749 §4.1.2.1).
pub(super) const TEMPORARILY_UNAVAILABLE: &str = "temporarily_unavailable";

/// The values of the authorization response and of the handshake that the next step needs.
pub(super) struct StaleParts {
    /// The `error` and `error_description` of the provider, for the log.
    pub reason: String,
    /// The parameters of the caller.
    pub hints: LoginHints,
    /// Whether this login is already the second attempt.
    pub is_repeated: bool,
}

/// A claimed login that the provider answered with `temporarily_unavailable`. It has no terminal status yet.
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

    /// Whether this login is already the second attempt.
    pub fn is_repeated(&self) -> bool {
        self.parts.is_repeated
    }

    /// Whether this session satisfies the login: it was made at the same provider, its user matches `login_hint`, the
    /// login does not link an identity, and neither its parameters nor `extra_params` contain `prompt`, `max_age` or
    /// `acr_values`.
    pub fn is_satisfied_by(&self, app: &App, signed_in: &SignedIn) -> bool {
        const MORE: [&str; 3] = ["prompt", "max_age", "acr_values"];
        let provider = app.providers.get(&self.provider);
        let extra = provider.map(|provider| provider.registration().extra_params.as_slice()).unwrap_or_default();
        let asks_for_more = self.claimed.link.is_some()
            || self.parts.hints.ask_for_more()
            || extra.iter().any(|(name, _)| MORE.contains(&name.as_str()));
        !asks_for_more && signed_in.session.provider == self.provider && self.names(signed_in)
    }

    /// Returns `true` if the login has no `login_hint`, or if the hint is the e-mail address or `preferred_username` of
    /// the session's user.
    fn names(&self, signed_in: &SignedIn) -> bool {
        let Some(hint) = &self.parts.hints.login_hint else { return true };
        let profile = &signed_in.user.profile;
        let names = [profile.email.as_deref(), profile.preferred_username.as_deref()];
        names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(hint))
    }

    /// Ends the login with the status `denied`. `followed` says in words what happened next, for `vestibule logins
    /// show`.
    pub async fn end(&self, app: &App, followed: &str) -> LoginRefusal {
        let reason = format!("the provider answered with an error{}; {followed}", self.parts.reason);
        let failure = LoginFailure {
            counted_error: Some(TEMPORARILY_UNAVAILABLE),
            ..LoginFailure::denied(Code::ProviderError, reason)
        };
        fail(app, self.provider.clone(), &self.claimed, failure).await
    }
}
