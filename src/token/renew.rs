//! Refreshes a session. The usual case is one statement; only if it matches no row is the session read and the refresh
//! decided by [`rotation`](super::rotation).

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;
use ipnet::IpNet;

use super::allowed::not_allowed;
use super::claims::{covers, has_scope};
use super::issue::{AccessToken, issue_for_account, issue_scoped, resource as configured, scope_at};
use super::refresh::RefreshToken;
use super::refresh_origin::RefreshOrigin;
use super::rotation::{GracePolicy, RotationDecision};
use super::store::{self, Locked, Rotate};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, DbError, QueryResult, in_transaction, note};
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{self, BUILT_IN_CLIENT, resource_spellings};
use crate::keys::UnusableKey;
use crate::session::{self, EndReason, Ending, Lifetime, Session, SessionStatus, SignedIn};
use crate::telemetry;

/// How often it is audited for a session that the same successor went to another place.
const RECORD_REPEAT_EVERY: TimeDelta = TimeDelta::hours(24);

/// A token request with a refresh token.
pub struct Presented {
    /// The refresh token as sent.
    pub token: Plain,
    /// The id of the client, which has authenticated or is public.
    pub client_id: String,
    /// Whether the client gets a new refresh token (`clients.<id>.rotate_refresh_tokens`).
    pub rotates: bool,
    /// The requested scopes; `None` for all of the session's.
    pub scope: Option<Vec<String>>,
    /// The only audience that the access token shall have (RFC 8707 §2.2); one of the client's.
    pub resource: Option<String>,
    /// Whether the access token is to have the scope `account`, which the built-in client alone may ask for.
    pub for_account: bool,
    /// The address of the client.
    pub ip: IpAddr,
    /// The header `User-Agent`, truncated.
    pub user_agent: Option<String>,
}

/// The result of a refresh.
pub struct Renewed {
    /// The new access token, with its lifetime.
    pub access: AccessToken,
    /// The refresh token for the next refresh.
    pub refresh: Plain,
    /// The scopes of the access token.
    pub scope: String,
    /// The refreshed session and its user.
    pub signed_in: SignedIn,
}

/// Why a refresh is refused.
#[derive(Debug, thiserror::Error)]
pub enum RenewalRefused {
    /// Not a refresh token of a live session of this client. The caller learns no more than that.
    #[error("invalid_grant")]
    InvalidGrant,
    /// The requested scope exceeds that of the session. The token was not rotated.
    #[error("invalid_scope")]
    InvalidScope,
    /// The session is restricted to another resource.
    #[error("invalid_target")]
    InvalidTarget,
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no signing key.
    #[error(transparent)]
    Sign(#[from] UnusableKey),
}

/// Refreshes the session of the token. The claims are those of the user now, never those of the old token.
pub async fn renew(app: &App, presented: Presented, now: Timestamp) -> Result<Renewed, RenewalRefused> {
    let token = RefreshToken::decode(&app.config.ring, presented.token.expose()).ok_or(RenewalRefused::InvalidGrant)?;
    check_revocation(app, token.session)?;
    let (scope, resource, for_account) = (presented.scope.clone(), presented.resource, presented.for_account);
    let origin = RefreshOrigin::of(&app.config.ring, token.session, presented.ip, presented.user_agent.as_deref());
    let reads_claims = |client: &Client| client.tokens.reads_provider_claims() || !client.allow.claims.is_empty();
    let with_claims = app.clients.get(&presented.client_id).is_some_and(reads_claims);
    let attempt = RefreshAttempt {
        token,
        origin,
        with_claims,
        client_id: presented.client_id,
        step: i64::from(presented.rotates),
        scope: presented.scope,
        resource: resource.as_deref().map(resource_spellings),
        ip: presented.ip,
        providers: Arc::clone(app.providers.ids()),
        lifetime: app.lifetime,
        ending: app.endings.ending(EndReason::Reuse, now),
        grace: GracePolicy::from(&app.config.tokens),
        now,
    };
    let outcome = app.db.run("refresh session", move |conn| attempt.execute(conn)).await?;
    let (signed_in, counter) = outcome.recorded()?;
    let session = &signed_in.session;
    let scope = scope.map_or_else(|| session.scopes.clone(), |scope| scope.join(" "));
    let resource = resource.or_else(|| session.resource.clone());
    let (scope, resource) = still_allowed(app, session, scope, resource)?;
    check_person(app, &signed_in)?;
    let refresh = RefreshToken { session: session.id, counter }.encode(&app.config.ring);
    let (access, scope) = if for_account && session.client_id == BUILT_IN_CLIENT {
        issue_for_account(app, &signed_in, &scope, now)?
    } else {
        (issue_scoped(app, &signed_in, scope.clone(), resource.as_deref(), now)?, scope)
    };
    Ok(Renewed { access, refresh, scope, signed_in: *signed_in })
}

/// Refuses a revoked session.
fn check_revocation(app: &App, session: SessionId) -> Result<(), RenewalRefused> {
    if app.revocations.is_session_revoked(session) {
        // Checked also if the row is live: a database may have lost the ending in a failover.
        return Err(RenewalRefused::InvalidGrant);
    }
    if !app.revocations.is_fresh() {
        // A replica whose revocation cache is too old issues no tokens.
        return Err(DbError::Unavailable("the revocation feed is out of reach".into()).into());
    }
    Ok(())
}

/// Refuses a person whom `clients.<id>.allow` does not allow any more.
fn check_person(app: &App, signed_in: &SignedIn) -> Result<(), RenewalRefused> {
    let session = &signed_in.session;
    let Some(why) = not_allowed(app, &session.client_id, signed_in) else { return Ok(()) };
    let client = &session.client_id;
    tracing::info!(client, session = %session.id, provider = session.provider, why, "a refresh is refused");
    Err(RenewalRefused::InvalidGrant)
}

/// The scopes and the resource that the client may still have: its configuration may have changed since the session began.
fn still_allowed(
    app: &App,
    session: &Session,
    scope: String,
    resource: Option<String>,
) -> Result<(String, Option<String>), RenewalRefused> {
    if session.client_id == BUILT_IN_CLIENT {
        return Ok((scope, resource));
    }
    let client = app.clients.get(&session.client_id).ok_or(RenewalRefused::InvalidGrant)?;
    let has = |scope: &str| client.scopes.iter().any(|allowed| allowed == scope);
    if !has("offline_access") || !client.takes_provider(&session.provider) {
        return Err(RenewalRefused::InvalidGrant);
    }
    let resource = match resource {
        None => None,
        Some(wanted) => Some(configured(app, &session.client_id, &wanted).ok_or(RenewalRefused::InvalidTarget)?),
    };
    let scope = scope.split(' ').filter(|scope| has(scope)).collect::<Vec<_>>().join(" ");
    Ok((scope_at(app, resource, &scope), resource.map(str::to_owned)))
}

impl From<&config::Tokens> for GracePolicy {
    fn from(tokens: &config::Tokens) -> Self {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self { retry_window: delta(tokens.refresh_retry_window), forgive_every: delta(tokens.refresh_forgive_every) }
    }
}

/// The inputs of the decision besides the row.
struct RefreshAttempt {
    token: RefreshToken,
    /// The address and user agent of the request.
    origin: RefreshOrigin,
    client_id: String,
    /// By how much a rotation raises the counter: 1, or 0 for a client whose refresh token stays the same.
    step: i64,
    scope: Option<Vec<String>>,
    /// The spellings of the requested resource.
    resource: Option<Vec<String>>,
    ip: IpAddr,
    /// The ids of the configured providers.
    providers: Arc<[String]>,
    lifetime: Lifetime,
    /// The ending of the session in case of reuse.
    ending: Ending,
    grace: GracePolicy,
    /// Whether the client's ID token has claims of the provider.
    with_claims: bool,
    now: Timestamp,
}

/// The decision. It is committed in every case: a reuse ends the session although the caller is refused.
enum RefreshOutcome {
    Renewed(Box<SignedIn>, i64, Vec<Event>),
    Reuse(Event),
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
}

impl RefreshOutcome {
    /// The session and the counter of its new refresh token, or the refusal. Records what happened.
    fn recorded(self) -> Result<(Box<SignedIn>, i64), RenewalRefused> {
        match self {
            Self::Renewed(signed_in, counter, events) => {
                events.iter().for_each(telemetry::record);
                Ok((signed_in, counter))
            }
            Self::Reuse(event) => {
                telemetry::record(&event);
                Err(RenewalRefused::InvalidGrant)
            }
            Self::InvalidGrant => Err(RenewalRefused::InvalidGrant),
            Self::InvalidScope => Err(RenewalRefused::InvalidScope),
            Self::InvalidTarget => Err(RenewalRefused::InvalidTarget),
        }
    }
}

impl RefreshAttempt {
    fn execute(&self, conn: &mut Conn) -> QueryResult<RefreshOutcome> {
        let RefreshToken { session: id, counter } = self.token;
        let rotate = Rotate {
            id,
            counter,
            step: self.step,
            client_id: &self.client_id,
            scope: self.scope.as_deref(),
            resource: self.resource.as_deref(),
            refreshed_from: self.origin.to_stored(),
            providers: &self.providers,
            used_after: self.lifetime.used_after(self.now),
            with_claims: self.with_claims,
            now: self.now,
        };
        let outcome = match store::rotate(conn, rotate)? {
            Some(signed_in) => RefreshOutcome::Renewed(Box::new(signed_in), counter + self.step, Vec::new()),
            None => in_transaction(conn, |conn| self.decide_locked(conn))?,
        };
        if let RefreshOutcome::Renewed(signed_in, ..) = &outcome {
            // The refresh counts as a use of the session, which the cache must show.
            note(conn, Change::User(signed_in.session.user));
        }
        Ok(outcome)
    }

    fn decide_locked(&self, conn: &mut Conn) -> QueryResult<RefreshOutcome> {
        let (id, now, presented) = (self.token.session, self.now, self.token.counter);
        let Some(locked) = store::lock(conn, id, self.with_claims)? else { return Ok(RefreshOutcome::InvalidGrant) };
        let session = &locked.signed_in.session;
        if let Some(refused) = self.refusal(session) {
            return Ok(refused);
        }
        let newest = locked.state.counter;
        let (ip, from) = (IpNet::from(self.ip), self.origin.to_stored());
        Ok(match locked.state.decide(presented, now, self.grace) {
            RotationDecision::Rotate => {
                store::advance(conn, id, presented + self.step, from, now)?;
                RefreshOutcome::Renewed(used(locked, now), presented + self.step, Vec::new())
            }
            RotationDecision::Again => {
                let elsewhere = self.repeated_elsewhere(conn, &locked)?;
                RefreshOutcome::Renewed(Box::new(locked.signed_in), newest, elsewhere.into_iter().collect())
            }
            RotationDecision::Forgive => {
                store::forgive(conn, id, now)?;
                store::note(conn, "refresh_forgiven", &locked, ip, now)?;
                let elsewhere = self.repeated_elsewhere(conn, &locked)?;
                let events = elsewhere.into_iter().chain([Event::RefreshForgiven { session: id }]).collect();
                RefreshOutcome::Renewed(used(locked, now), newest, events)
            }
            RotationDecision::Recover => {
                store::advance(conn, id, presented + self.step, from, now)?;
                store::note(conn, "refresh_recovered", &locked, ip, now)?;
                let event = Event::RefreshRecovered { session: id };
                RefreshOutcome::Renewed(used(locked, now), presented + self.step, vec![event])
            }
            RotationDecision::Reuse => {
                session::end(conn, id, &self.ending)?;
                store::note(conn, "refresh_reused", &locked, ip, now)?;
                let session_ip = locked.ip.map(|net| net.addr());
                RefreshOutcome::Reuse(Event::RefreshReused { user: session.user, session: id, ip: self.ip, session_ip })
            }
        })
    }

    /// Why the session is not for this request, whatever its refresh token is.
    fn refusal(&self, session: &Session) -> Option<RefreshOutcome> {
        let is_good = session.client_id == self.client_id && self.providers.contains(&session.provider);
        if !is_good || self.lifetime.status(session, self.now) != SessionStatus::Live {
            return Some(RefreshOutcome::InvalidGrant);
        }
        if !self.scope_fits(&session.scopes) {
            return Some(RefreshOutcome::InvalidScope);
        }
        (!covers(session.resource.as_deref(), self.resource.as_deref())).then_some(RefreshOutcome::InvalidTarget)
    }

    /// The successor was issued again, to another network or user agent than at the rotation: the token may have been
    /// copied, by a thief who keeps pace with the client. Audited once for each session and day.
    fn repeated_elsewhere(&self, conn: &mut Conn, locked: &Locked) -> QueryResult<Option<Event>> {
        if !self.origin.differs_from(locked.refreshed_from) {
            return Ok(None);
        }
        let session = locked.signed_in.session.id;
        let recorded = locked.repeat_recorded_at.is_none_or(|at| self.now - at >= RECORD_REPEAT_EVERY);
        if recorded {
            store::record_repeat(conn, session, self.now)?;
            store::note(conn, "refresh_repeated_elsewhere", locked, IpNet::from(self.ip), self.now)?;
        }
        Ok(Some(Event::RefreshRepeatedElsewhere { session, ip: self.ip, recorded }))
    }

    fn scope_fits(&self, granted: &str) -> bool {
        let has = |scope: &String| has_scope(granted, scope);
        self.scope.as_ref().is_none_or(|scope| scope.iter().all(has))
    }
}

/// The session after its last use was written, which the end of its tokens depends on.
fn used(locked: Locked, now: Timestamp) -> Box<SignedIn> {
    let mut signed_in = Box::new(locked.signed_in);
    signed_in.session.last_activity_at = now;
    signed_in
}
