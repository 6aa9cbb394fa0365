//! Everything that is counted or audited, as one table. `telemetry` counts and logs it; the audit row is written in the
//! transaction of the fact.

use std::net::IpAddr;
use std::time::Duration;

use super::id::{Reference, SessionId, SubId, UserId};

/// The value of a field in the log: `%` by its `Display`, `?` by its `Debug` (for texts from outside), `=` as it is, `~` by the
/// `Display` of what is there, if anything is; `!` is not logged.
macro_rules! value {
    (% $field:ident) => {
        tracing::field::display($field)
    };
    (? $field:ident) => {
        tracing::field::debug($field)
    };
    (= $field:ident) => {
        $field
    };
    (~ $field:ident) => {
        $field.as_ref().map(tracing::field::display)
    };
    (! $field:ident) => {{
        let _unused = $field;
        tracing::field::Empty
    }};
}

/// Each row: variant, level, name, the fields that are labels of the metric, message; then the fields.
macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $variant:ident $level:ident $name:literal [$($label:ident),*] $message:literal { $($field:ident: $mark:tt $type:ty),+ };
    )+) => {
        /// Something that happened. No field holds a secret. A name of a field means the same in each event:
        ///
        /// - `provider`: the id, as in `[providers.*]`; `client`: the `client_id`; `kid`: the id of a signing key
        /// - `user`, `session`, `identity`: what the event is about
        /// - `reference`: of the login, as error pages show it; `code`: the code of the refusal, as `docs/errors.md`
        ///   lists it; of a rejected request, the error code of the provider
        /// - `reason`: the cause, for the operator; of a session, as in `sessions.ended_reason`
        /// - `ip`: the address of the caller; `session_ip`: the address at the login of the session
        /// - `attempts`: their number so far, from 1; `again`: whether another follows; `lag`: the time since the session ended
        /// - `losses`: counts, claim by claim; `bytes`: a size; `largest`: the name of the largest claim about the user
        /// - `by`: what linked an identity, `person` or `verified_email`; `new_user`: whether the login created the user
        /// - `algorithm`, `state`: of a signing key, by their names in the database
        #[allow(missing_docs, reason = "the list above describes the fields")]
        #[derive(Clone, Debug)]
        pub enum Event {
            $($(#[$doc])* $variant { $($field: $type),+ },)+
        }

        impl Event {
            /// The event's name, which does not change: the value of `audit_events.kind` and of the metric's label `event`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $name,)+
                }
            }

            /// The further labels of the metric, each with its value.
            pub fn labels(&self) -> Vec<(&'static str, &str)> {
                match self {
                    $(Self::$variant { $($label,)* .. } => vec![$((stringify!($label), &**$label)),*],)+
                }
            }

            /// Writes the log line, if the event has one.
            pub fn log(&self) {
                match self {
                    // Counted only: the log has the first of each origin, or of each session and day.
                    Self::ExchangeUnbound { origin: None } | Self::RefreshRepeatedElsewhere { recorded: false, .. } => {}
                    $(Self::$variant { $($field),+ } => tracing::$level!(
                        target: "vestibule::telemetry", event = $name, $($field = value!($mark $field),)+ $message
                    ),)+
                }
            }
        }
    };
}

events! {
    /// A login began: the browser is sent to the provider.
    LoginBegan info "login_began" [provider] "login began" { provider: %String, reference: %Reference };
    /// A login could not begin: the provider is not available, or refuses the request.
    LoginNotBegun warn "login_not_begun" [provider, code] "cannot begin a login" {
        provider: %String, code: =&'static str, reason: ?String, reference: %Reference
    };
    /// A login created a session.
    LoginCompleted info "login_completed" [provider] "login completed" {
        provider: %String, user: %UserId, session: %SessionId, reference: %Reference, new_user: =bool
    };
    /// A login ended without a session, after its callback was accepted.
    LoginFailed warn "login_failed" [provider, code] "login failed" {
        provider: %String, code: =&'static str, reason: ?String, reference: %Reference
    };
    /// A provider answered the authorization request of a login with an error that is counted. `code`: the error code
    /// of the provider.
    RequestRejected info "request_rejected" [provider, code] "the provider answered the request of a login with an error" {
        provider: %String, code: =&'static str, reason: ?String, reference: %Reference
    };
    /// A provider answers authorization requests with errors: `count` since the last such line, at most one line for
    /// each provider, code and minute.
    RequestsRejected warn "requests_rejected" [provider, code] "the provider answers the requests of logins with an error" {
        provider: %String, code: =&'static str, count: =u64, reason: ?String
    };
    /// Claims of a login were cut, dropped or changed.
    ClaimsReduced warn "claims_reduced" [provider] "claims were not taken as sent" {
        provider: %String, reference: %Reference, losses: %String
    };
    /// A callback was rejected before it was matched with a login: a replay, another browser, an unknown `state`. `reason` and
    /// `reference`: for a mistake of the integration, and the login that it is about.
    CallbackRefused warn "callback_refused" [provider, code] "callback refused" {
        provider: %String, code: =&'static str, reason: =Option<String>, reference: ~Option<Reference>
    };
    /// An exchange of the SPA flow, from a frontend of our site, was accepted without the binding cookie and without a
    /// `code_verifier`. `origin`: the origin of the frontend, at its first such exchange since the start.
    ExchangeUnbound warn "exchange_unbound" []
        "a frontend exchanges its code without the binding cookie, so that a leaked code and state suffice; let it fetch \
         /oauth2/url/ and /oauth2/token/ with credentials: 'include', or send code_challenge" { origin: =Option<String> };
    /// A session ended, for whatever reason.
    SessionEnded info "session_ended" [] "session ended" { user: %UserId, session: %SessionId, reason: =&'static str };
    /// An administrator disabled a user.
    UserDisabled info "user_disabled" [] "user disabled" { user: %UserId };
    /// An administrator enabled a user.
    UserEnabled info "user_enabled" [] "user enabled" { user: %UserId };
    /// An administrator deleted a user.
    UserDeleted info "user_deleted" [] "user deleted" { user: %UserId };
    /// A refresh token was presented that was rotated long before, or was never issued: it was copied. The session was
    /// ended.
    RefreshReused warn "refresh_reused" [] "refresh token reused; the session was ended" {
        user: %UserId, session: %SessionId, ip: %IpAddr, session_ip: ?Option<IpAddr>
    };
    /// The previous refresh token was accepted after its grace period, once for this session.
    RefreshForgiven info "refresh_forgiven" [] "late refresh forgiven" { session: %SessionId };
    /// The same successor was issued again, to another network or user agent than that of the rotation. `recorded`: whether it was
    /// audited, once for each session and day.
    RefreshRepeatedElsewhere warn "refresh_repeated_elsewhere" []
        "a refresh was repeated from another network or user agent" { session: %SessionId, ip: %IpAddr, recorded: !bool };
    /// A refresh token was presented that is newer than the database: it lost its last write in a failover.
    RefreshRecovered warn "refresh_recovered" [] "refresh continued from a write that the database lost" {
        session: %SessionId
    };
    /// A client revoked an access token of its own.
    TokenRevoked info "token_revoked" [] "access token revoked" {
        user: ~Option<UserId>, session: ~Option<SessionId>, client: =String
    };
    /// An issued access token is larger than `tokens.max_bytes`: the claims have grown since the login, which checked it.
    AccessTokenTooLarge warn "access_token_too_large" [] "access token larger than tokens.max_bytes" {
        client: =String, session: %SessionId, bytes: =usize, largest: =&'static str
    };
    /// An ID token was left out of a token response, since it would exceed `tokens.id_max_bytes`: the claims have grown since the
    /// login, which checked it.
    IdTokenTooLarge warn "id_token_too_large" [] "ID token left out of a token response" {
        client: =String, session: %SessionId, reason: =String
    };
    /// An identity was linked to a user.
    IdentityLinked info "identity_linked" [] "identity linked" { user: %UserId, provider: =String, by: =&'static str };
    /// A user asked to unlink an identity by a session of another identity. The removal waits.
    IdentityRemovalRequested info "identity_removal_requested" [] "identity will be unlinked in seven days" {
        user: %UserId, provider: =String
    };
    /// An identity was unlinked from a user.
    IdentityUnlinked info "identity_unlinked" [] "identity unlinked" { user: %UserId, provider: =String };
    /// An authorization code was revoked after too many wrong code verifiers.
    CodeGuessed warn "code_guessed" [] "an authorization code was guessed at until it died" { client: =String };
    /// Client authentication failed (RFC 6749 §2.3).
    ClientRefused warn "client_refused" [] "client refused" { client: =Option<String>, ip: %IpAddr };
    /// A request of an app was refused, or answered with an error. `client` and `redirect_uri`: as sent, bounded and escaped;
    /// `error`: that of the answer (RFC 6749 §5.2, §4.1.2.1); `reference`: the header `X-Request-Id` of the answer.
    AppRequestRefused info "app_request_refused" [error] "the request of an app was refused" {
        client: =Option<String>, parameter: =&'static str, redirect_uri: =Option<String>, error: =&'static str,
        reason: =String, reference: =String
    };
    /// An accepted assertion has another `aud` than the issuer alone (RFC 7523bis). Once for each client and start.
    AssertionNamesEndpoint info "assertion_names_endpoint" [client]
        "the client's assertions have an endpoint or a list as aud; where it can send the issuer alone, set its \
         assertion_audience = \"issuer\"" { client: =String };
    /// An authorization request has neither `code_challenge` nor `nonce`. At most once for each client and hour.
    NeitherPkceNorNonce warn "neither_pkce_nor_nonce" [client]
        "an authorization request of the client has neither code_challenge (PKCE) nor nonce, so a stolen code can be \
         injected into another login; let it send one, and set require_pkce = true" { client: =String };
    /// A redeemed code ended the oldest sessions of the client under a browser's (`clients.<id>.sessions_per_browser`).
    AppSessionsReplaced warn "app_sessions_replaced" [client]
        "a new sign-in to the client ended the oldest ones in the same browser, whose refresh tokens end too; its \
         sessions_per_browser is the limit" { client: =String, sessions: =usize };
    /// A logout notice was delivered to a client.
    LogoutDelivered info "logout_delivered" [client] "client notified of a logout" {
        client: =String, session: %SessionId, attempts: =u32, lag: ?Duration
    };
    /// An attempt to deliver a logout notice failed; it is retried.
    LogoutDelayed warn "logout_delayed" [client] "client not notified of a logout yet" {
        client: =String, session: %SessionId, attempts: =u32, reason: =String
    };
    /// The last attempt to deliver a logout notice failed; it is given up.
    LogoutGivenUp error "logout_given_up" [client] "client never notified of a logout" {
        client: =String, session: %SessionId, attempts: =u32, reason: =String
    };
    /// Access tokens lack a configured `email`, since the provider does not say whether addresses are verified. At most once
    /// for each provider and hour.
    EmailLeftOut warn "email_left_out" [provider]
        "access tokens lack email: the provider does not say whether addresses are verified; if it verifies all of \
         them, set its email_verified = \"assume\"" { provider: %String };
    /// The stored identities of the provider are of another issuer than the configured one: the provider is not used.
    ProviderIssuerChanged error "issuer_changed" [provider] "the provider is not used: its issuer has changed" {
        provider: %String, reason: =String
    };
    /// The stored identities of the provider are of the configured issuer again: the provider is used again.
    ProviderIssuerAccepted info "issuer_accepted" [provider] "the provider is used again" { provider: %String };
    /// An operator assigned the identities of the provider to another issuer.
    ProviderMoved info "provider_moved" [provider] "identities assigned to another issuer" { provider: %String };
    /// An access token of the provider was refreshed.
    ProviderTokenRefreshed info "provider_token_refreshed" [provider] "provider token refreshed" { provider: %String };
    /// An access token of the provider could not be refreshed; it is retried.
    ProviderTokenNotRefreshed warn "provider_token_not_refreshed" [provider] "provider token not refreshed" {
        provider: %String, identity: %SubId, reason: =String
    };
    /// The provider rejected the refresh token: the user has to sign in there again.
    ProviderLinkBroken warn "provider_link_broken" [provider] "provider tokens dropped; a login there is needed" {
        provider: %String, identity: %SubId, reason: =String
    };
    /// Tokens that are no longer needed were revoked at the provider.
    ProviderTokensRevoked info "provider_tokens_revoked" [provider] "provider tokens revoked" { provider: %String };
    /// An attempt to revoke tokens at the provider failed.
    ProviderTokensNotRevoked warn "provider_tokens_not_revoked" [provider] "provider tokens not revoked" {
        provider: %String, reason: =String, again: =bool
    };
    /// The provider sent a valid logout token.
    LogoutTokenTaken info "logout_token_taken" [provider] "logout token of the provider accepted" {
        provider: %String, sessions: =usize
    };
    /// A logout token was rejected.
    LogoutTokenRefused warn "logout_token_refused" [provider] "logout token refused" {
        provider: %String, reason: ?String
    };
    /// A signing key was generated.
    SigningKeyCreated info "signing_key_made" [] "signing key made" {
        kid: %String, algorithm: =&'static str, state: =&'static str
    };
    /// A signing key changed its state.
    SigningKeyStateChanged info "signing_key_moved" [] "signing key came into another state" {
        kid: %String, algorithm: =&'static str, state: =&'static str
    };
    /// An operator revoked a signing key.
    SigningKeyRevoked warn "signing_key_revoked" [] "signing key revoked" { kid: %String, algorithm: =&'static str };
}
