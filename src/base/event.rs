//! Everything worth counting or auditing, as one enum. `telemetry` counts and logs it; the audit row is written in the
//! transaction of the fact.

use std::net::IpAddr;
use std::time::Duration;

use super::id::{Reference, SessionId, SubId, UserId};

/// Something that happened. No field ever holds a secret.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone was sent to a provider.
    LoginBegan {
        /// The provider's id.
        provider: String,
        /// The login's reference.
        reference: Reference,
    },
    /// A login gave a session.
    LoginCompleted {
        /// The provider's id.
        provider: String,
        /// Who signed in.
        user: UserId,
        /// The session it gave.
        session: SessionId,
        /// The login's reference.
        reference: Reference,
        /// Whether this login created the user.
        new_user: bool,
    },
    /// A claimed login ended without a session.
    LoginFailed {
        /// The provider's id.
        provider: String,
        /// The stable code of the failure.
        code: &'static str,
        /// What went wrong, for the operator.
        reason: String,
        /// The login's reference.
        reference: Reference,
    },
    /// A callback was turned away before it could claim a login: a replay, a foreign browser, an unknown state.
    CallbackRefused {
        /// The provider's id.
        provider: String,
        /// The stable code of the refusal.
        code: &'static str,
    },
    /// A session was ended.
    SessionEnded {
        /// Whose it was.
        user: UserId,
        /// Which it was.
        session: SessionId,
        /// Why: `logout`, …
        reason: &'static str,
    },
    /// An administrator shut a user out.
    UserDisabled {
        /// Who.
        user: UserId,
    },
    /// An administrator let a user in again.
    UserEnabled {
        /// Who.
        user: UserId,
    },
    /// An administrator deleted a user.
    UserDeleted {
        /// Who.
        user: UserId,
    },
    /// A refresh token came back that had been replaced long before, or never was made: somebody has a copy, and the
    /// session was ended.
    RefreshReused {
        /// Whose session it was.
        user: UserId,
        /// Which it was.
        session: SessionId,
        /// Who presented it.
        ip: IpAddr,
        /// Where the session was known to be.
        session_ip: Option<IpAddr>,
    },
    /// A late predecessor of a refresh token was forgiven, this once.
    RefreshForgiven {
        /// The session.
        session: SessionId,
    },
    /// A refresh token came back that the database does not know yet: it lost its last write in a failover.
    RefreshRecovered {
        /// The session.
        session: SessionId,
    },
    /// A single access token was revoked by the client that it was issued to.
    TokenRevoked {
        /// Whose token it was; nobody's, where a client had it for itself.
        user: Option<UserId>,
        /// The session that it hung on, which stays.
        session: Option<SessionId>,
        /// The client.
        client: String,
    },
    /// An access token was issued that is larger than `tokens.max_bytes`: its person was let in, and is known by more since.
    AccessTokenTooLarge {
        /// The client that it is for.
        client: String,
        /// The session that it hangs on.
        session: SessionId,
        /// Its size.
        bytes: usize,
        /// Of the claims about the person, the largest.
        largest: &'static str,
    },
    /// A user was given one more identity.
    IdentityLinked {
        /// Who.
        user: UserId,
        /// The provider that knows the user too from now on.
        provider: String,
        /// By what: `person`, where the user asked for it, or `verified_email`.
        by: &'static str,
    },
    /// A user gave an identity up.
    IdentityUnlinked {
        /// Who.
        user: UserId,
        /// The provider by which the user is not known any more.
        provider: String,
    },
    /// Somebody tried wrong verifiers on a code until it was of no use any more.
    CodeGuessed {
        /// The client that the code was for.
        client: String,
    },
    /// Someone did not show to be the client that it said.
    ClientRefused {
        /// The client; `None` where there is no such client, or none that would have a secret.
        client: Option<String>,
        /// From which network.
        ip: IpAddr,
    },
    /// A client was told that a session ended.
    LogoutDelivered {
        /// The client.
        client: String,
        /// The session.
        session: SessionId,
        /// The attempts that it took.
        attempts: u32,
        /// Since the session ended.
        lag: Duration,
    },
    /// A client could not be told that a session ended; it is tried again.
    LogoutDelayed {
        /// The client.
        client: String,
        /// The session.
        session: SessionId,
        /// The attempts so far.
        attempts: u32,
        /// What went wrong, for the operator.
        reason: String,
    },
    /// A client could not be told that a session ended, and never will be.
    LogoutGivenUp {
        /// The client.
        client: String,
        /// The session.
        session: SessionId,
        /// The attempts that were made.
        attempts: u32,
        /// What went wrong at last, for the operator.
        reason: String,
    },
    /// A provider did something besides a login.
    AtProvider {
        /// The provider's id.
        provider: String,
        /// What.
        what: AtProvider,
    },
    /// A signing key was made.
    SigningKeyMade {
        /// Its key id.
        kid: String,
        /// Its algorithm.
        algorithm: &'static str,
        /// Into which state: `published`, or `active` where none signed before.
        state: &'static str,
    },
    /// A signing key came into another state.
    SigningKeyMoved {
        /// Its key id.
        kid: String,
        /// Its algorithm.
        algorithm: &'static str,
        /// Which: `active`, `retiring`, `gone`.
        state: &'static str,
    },
    /// A signing key was taken out of use at once.
    SigningKeyRevoked {
        /// Its key id.
        kid: String,
        /// Its algorithm.
        algorithm: &'static str,
    },
}

/// What providers do besides logins.
#[derive(Clone, Debug)]
pub enum AtProvider {
    /// An access token was refreshed.
    TokenRefreshed,
    /// An access token could not be refreshed now; it is tried again.
    TokenNotRefreshed {
        /// Whose it is.
        identity: SubId,
        /// What went wrong, for the operator.
        reason: String,
    },
    /// Tokens are of no use any more: only a login there helps.
    LinkBroken {
        /// Whose they were.
        identity: SubId,
        /// What went wrong, for the operator.
        reason: String,
    },
    /// Tokens were revoked that nobody needs any more.
    TokensRevoked,
    /// Tokens were not revoked.
    TokensNotRevoked {
        /// What went wrong, for the operator.
        reason: String,
        /// Whether it is tried again.
        again: bool,
    },
    /// It told that a session ended there.
    LogoutTokenTaken {
        /// How many sessions ended here by it.
        sessions: usize,
    },
    /// A logout token came that is none.
    LogoutTokenRefused {
        /// What is wrong with it, for the operator.
        reason: String,
    },
}

impl Event {
    /// The event's stable name: the value of `audit_events.kind` and of the metric's label.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LoginBegan { .. } => "login_began",
            Self::LoginCompleted { .. } => "login_completed",
            Self::LoginFailed { .. } => "login_failed",
            Self::CallbackRefused { .. } => "callback_refused",
            Self::SessionEnded { .. } => "session_ended",
            Self::UserDisabled { .. } => "user_disabled",
            Self::UserEnabled { .. } => "user_enabled",
            Self::UserDeleted { .. } => "user_deleted",
            Self::RefreshReused { .. } => "refresh_reused",
            Self::RefreshForgiven { .. } => "refresh_forgiven",
            Self::RefreshRecovered { .. } => "refresh_recovered",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::AccessTokenTooLarge { .. } => "access_token_too_large",
            Self::IdentityLinked { .. } => "identity_linked",
            Self::IdentityUnlinked { .. } => "identity_unlinked",
            Self::CodeGuessed { .. } => "code_guessed",
            Self::ClientRefused { .. } => "client_refused",
            Self::LogoutDelivered { .. } => "logout_delivered",
            Self::LogoutDelayed { .. } => "logout_delayed",
            Self::LogoutGivenUp { .. } => "logout_given_up",
            Self::AtProvider { what, .. } => what.name(),
            Self::SigningKeyMade { .. } => "signing_key_made",
            Self::SigningKeyMoved { .. } => "signing_key_moved",
            Self::SigningKeyRevoked { .. } => "signing_key_revoked",
        }
    }
}

impl AtProvider {
    fn name(&self) -> &'static str {
        match self {
            Self::TokenRefreshed => "provider_token_refreshed",
            Self::TokenNotRefreshed { .. } => "provider_token_not_refreshed",
            Self::LinkBroken { .. } => "provider_link_broken",
            Self::TokensRevoked => "provider_tokens_revoked",
            Self::TokensNotRevoked { .. } => "provider_tokens_not_revoked",
            Self::LogoutTokenTaken { .. } => "logout_token_taken",
            Self::LogoutTokenRefused { .. } => "logout_token_refused",
        }
    }
}
