//! Everything that is counted or audited, as one enum. `telemetry` counts and logs it; the audit row is written in the
//! transaction of the fact.

use std::net::IpAddr;
use std::time::Duration;

use super::id::{Reference, SessionId, SubId, UserId};

/// Something that happened. No field holds a secret.
#[derive(Clone, Debug)]
pub enum Event {
    /// A login began: the browser is sent to the provider.
    LoginBegan {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The reference of the login, as error pages show it.
        reference: Reference,
    },
    /// A login could not begin: the provider is not available, or refuses the request.
    LoginNotBegun {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The code of the failure, as the documentation lists it.
        code: &'static str,
        /// The cause, for the operator.
        reason: String,
        /// The reference of the login, as error pages show it.
        reference: Reference,
    },
    /// A login created a session.
    LoginCompleted {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The user who signed in.
        user: UserId,
        /// The id of the new session.
        session: SessionId,
        /// The reference of the login, as error pages show it.
        reference: Reference,
        /// Whether this login created the user.
        new_user: bool,
    },
    /// A login ended without a session, after its callback was accepted.
    LoginFailed {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The code of the failure, as the documentation lists it.
        code: &'static str,
        /// The cause, for the operator.
        reason: String,
        /// The reference of the login, as error pages show it.
        reference: Reference,
    },
    /// Claims of a login were cut, dropped or changed.
    ClaimsReduced {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The reference of the login, as error pages show it.
        reference: Reference,
        /// The counts, claim by claim; no value.
        losses: String,
    },
    /// A callback was rejected before it was matched with a login: a replay, another browser, an unknown `state`.
    CallbackRefused {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// The code of the refusal, as the documentation lists it.
        code: &'static str,
    },
    /// An exchange of the SPA flow, from a frontend of our site, was accepted without the binding cookie and without a
    /// `code_verifier`.
    ExchangeUnbound {
        /// The origin of the frontend, at its first such exchange since the start.
        origin: Option<String>,
    },
    /// A session ended, for whatever reason.
    SessionEnded {
        /// The user of the session.
        user: UserId,
        /// The session that it belongs to.
        session: SessionId,
        /// The reason, as in `sessions.ended_reason`: `logout`, `idle`, …
        reason: &'static str,
    },
    /// An administrator disabled a user.
    UserDisabled {
        /// The user that the event is about.
        user: UserId,
    },
    /// An administrator enabled a user.
    UserEnabled {
        /// The user that the event is about.
        user: UserId,
    },
    /// An administrator deleted a user.
    UserDeleted {
        /// The user that the event is about.
        user: UserId,
    },
    /// A refresh token was presented that was rotated long before, or was never issued: it was copied. The session was
    /// ended.
    RefreshReused {
        /// The user of the session.
        user: UserId,
        /// The session that it belongs to.
        session: SessionId,
        /// The address that presented the token.
        ip: IpAddr,
        /// The address of the session's last refresh.
        session_ip: Option<IpAddr>,
    },
    /// The previous refresh token was accepted after its grace period, once for this session.
    RefreshForgiven {
        /// The session that it belongs to.
        session: SessionId,
    },
    /// The same successor was issued again, to another network or user agent than that of the rotation.
    RefreshRepeatedElsewhere {
        /// The session that it belongs to.
        session: SessionId,
        /// The address that presented the token.
        ip: IpAddr,
        /// Whether it was audited: once for each session and day.
        recorded: bool,
    },
    /// A refresh token was presented that is newer than the database: it lost its last write in a failover.
    RefreshRecovered {
        /// The session that it belongs to.
        session: SessionId,
    },
    /// A client revoked an access token of its own.
    TokenRevoked {
        /// The user of the token; `None` for the client credentials grant.
        user: Option<UserId>,
        /// The session of the token, which is not ended.
        session: Option<SessionId>,
        /// The `client_id` of the client.
        client: String,
    },
    /// An issued access token is larger than `tokens.max_bytes`: the claims have grown since the login, which checked it.
    AccessTokenTooLarge {
        /// The `client_id` of the token.
        client: String,
        /// The session of the token.
        session: SessionId,
        /// The size of the token in bytes.
        bytes: usize,
        /// The name of the largest claim about the user.
        largest: &'static str,
    },
    /// An identity was linked to a user.
    IdentityLinked {
        /// The user that the event is about.
        user: UserId,
        /// The provider of the identity.
        provider: String,
        /// What linked it: `person` if the user requested it, or `verified_email`.
        by: &'static str,
    },
    /// A user asked to unlink an identity by a session of another identity. The removal waits.
    IdentityRemovalRequested {
        /// The user that the event is about.
        user: UserId,
        /// The provider of the identity.
        provider: String,
    },
    /// An identity was unlinked from a user.
    IdentityUnlinked {
        /// The user that the event is about.
        user: UserId,
        /// The provider of the identity.
        provider: String,
    },
    /// An authorization code was revoked after too many wrong code verifiers.
    CodeGuessed {
        /// The `client_id` of the code.
        client: String,
    },
    /// Client authentication failed (RFC 6749 §2.3).
    ClientRefused {
        /// The `client_id`; `None` if there is no such client, or it has no credential.
        client: Option<String>,
        /// The network of the caller.
        ip: IpAddr,
    },
    /// A logout notice was delivered to a client.
    LogoutDelivered {
        /// The `client_id` of the client.
        client: String,
        /// The session that it belongs to.
        session: SessionId,
        /// The number of attempts, from 1.
        attempts: u32,
        /// The time since the session ended.
        lag: Duration,
    },
    /// An attempt to deliver a logout notice failed; it is retried.
    LogoutDelayed {
        /// The `client_id` of the client.
        client: String,
        /// The session that it belongs to.
        session: SessionId,
        /// The number of attempts so far.
        attempts: u32,
        /// The cause, for the operator.
        reason: String,
    },
    /// The last attempt to deliver a logout notice failed; it is given up.
    LogoutGivenUp {
        /// The `client_id` of the client.
        client: String,
        /// The session that it belongs to.
        session: SessionId,
        /// The number of attempts that were made.
        attempts: u32,
        /// The cause of the last failure, for the operator.
        reason: String,
    },
    /// Something happened at a provider apart from a login.
    AtProvider {
        /// The id of the provider, as in `[providers.*]`.
        provider: String,
        /// What happened at the provider.
        what: AtProvider,
    },
    /// Something about the requests of a client that its operator may want to change.
    AtClient {
        /// The `client_id` of the client.
        client: String,
        /// What is remarkable about its requests.
        what: AtClient,
    },
    /// A signing key was generated.
    SigningKeyCreated {
        /// The key id (`kid`).
        kid: String,
        /// The JWS algorithm (RFC 7518 §3.1).
        algorithm: &'static str,
        /// The first state: `published`, or `active` if no key was active before.
        state: &'static str,
    },
    /// A signing key changed its state.
    SigningKeyStateChanged {
        /// The key id (`kid`).
        kid: String,
        /// The JWS algorithm (RFC 7518 §3.1).
        algorithm: &'static str,
        /// The new state: `active`, `retiring` or `gone`.
        state: &'static str,
    },
    /// An operator revoked a signing key.
    SigningKeyRevoked {
        /// The key id (`kid`).
        kid: String,
        /// The JWS algorithm (RFC 7518 §3.1).
        algorithm: &'static str,
    },
}

/// What is remarkable about the requests of a client.
#[derive(Clone, Copy, Debug)]
pub enum AtClient {
    /// An accepted assertion has another `aud` than the issuer alone (RFC 7523bis). Once for each client and start.
    AssertionNamesEndpoint,
    /// An authorization request has neither `code_challenge` nor `nonce`. At most once for each client and hour.
    NeitherPkceNorNonce,
}

/// What happens at providers apart from logins.
#[derive(Clone, Debug)]
pub enum AtProvider {
    /// Access tokens lack a configured `email`, since the provider does not say whether addresses are verified. At most once
    /// for each provider and hour.
    EmailLeftOut,
    /// The stored identities of the provider are of another issuer than the configured one: the provider is not used.
    IssuerChanged {
        /// What differs, with the remedy.
        reason: String,
    },
    /// The stored identities of the provider are of the configured issuer again: the provider is used again.
    IssuerAccepted,
    /// An operator assigned the identities of the provider to another issuer.
    ProviderMoved,
    /// An access token of the provider was refreshed.
    TokenRefreshed,
    /// An access token of the provider could not be refreshed; it is retried.
    TokenNotRefreshed {
        /// The identity of the token.
        identity: SubId,
        /// The cause, for the operator.
        reason: String,
    },
    /// The provider rejected the refresh token: the user has to sign in there again.
    LinkBroken {
        /// The identity of the tokens.
        identity: SubId,
        /// The cause, for the operator.
        reason: String,
    },
    /// Tokens that are no longer needed were revoked at the provider.
    TokensRevoked,
    /// An attempt to revoke tokens at the provider failed.
    TokensNotRevoked {
        /// The cause, for the operator.
        reason: String,
        /// Whether it is retried.
        again: bool,
    },
    /// The provider sent a valid logout token.
    LogoutTokenTaken {
        /// The number of sessions that ended here.
        sessions: usize,
    },
    /// A logout token was rejected.
    LogoutTokenRefused {
        /// The cause, for the operator.
        reason: String,
    },
}

impl Event {
    /// Something about the requests of a client.
    pub fn at_client(client: &str, what: AtClient) -> Self {
        Self::AtClient { client: client.to_owned(), what }
    }

    /// The event's name, which does not change: the value of `audit_events.kind` and of the metric's label `event`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LoginBegan { .. } => "login_began",
            Self::LoginNotBegun { .. } => "login_not_begun",
            Self::LoginCompleted { .. } => "login_completed",
            Self::LoginFailed { .. } => "login_failed",
            Self::ClaimsReduced { .. } => "claims_reduced",
            Self::CallbackRefused { .. } => "callback_refused",
            Self::ExchangeUnbound { .. } => "exchange_unbound",
            Self::SessionEnded { .. } => "session_ended",
            Self::UserDisabled { .. } => "user_disabled",
            Self::UserEnabled { .. } => "user_enabled",
            Self::UserDeleted { .. } => "user_deleted",
            Self::RefreshReused { .. } => "refresh_reused",
            Self::RefreshForgiven { .. } => "refresh_forgiven",
            Self::RefreshRepeatedElsewhere { .. } => "refresh_repeated_elsewhere",
            Self::RefreshRecovered { .. } => "refresh_recovered",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::AccessTokenTooLarge { .. } => "access_token_too_large",
            Self::IdentityLinked { .. } => "identity_linked",
            Self::IdentityRemovalRequested { .. } => "identity_removal_requested",
            Self::IdentityUnlinked { .. } => "identity_unlinked",
            Self::CodeGuessed { .. } => "code_guessed",
            Self::ClientRefused { .. } => "client_refused",
            Self::LogoutDelivered { .. } => "logout_delivered",
            Self::LogoutDelayed { .. } => "logout_delayed",
            Self::LogoutGivenUp { .. } => "logout_given_up",
            Self::AtProvider { what, .. } => what.name(),
            Self::AtClient { what, .. } => what.name(),
            Self::SigningKeyCreated { .. } => "signing_key_made",
            Self::SigningKeyStateChanged { .. } => "signing_key_moved",
            Self::SigningKeyRevoked { .. } => "signing_key_revoked",
        }
    }
}

impl AtClient {
    fn name(self) -> &'static str {
        match self {
            Self::AssertionNamesEndpoint => "assertion_names_endpoint",
            Self::NeitherPkceNorNonce => "neither_pkce_nor_nonce",
        }
    }
}

impl AtProvider {
    fn name(&self) -> &'static str {
        match self {
            Self::EmailLeftOut => "email_left_out",
            Self::IssuerChanged { .. } => "issuer_changed",
            Self::IssuerAccepted => "issuer_accepted",
            Self::ProviderMoved => "provider_moved",
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
