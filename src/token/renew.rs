//! Refreshes a session. The usual case is one statement; only if it matches no row is the session read and the refresh
//! decided by [`rotation`](super::rotation).

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;
use ipnet::IpNet;

use super::claims::has_scope;
use super::issue::{AccessToken, issue_for_account, issue_scoped, resource as configured, scope_at};
use super::refresh::RefreshToken;
use super::refresh_origin::RefreshOrigin;
use super::refresh_terms::RefreshTerms;
use super::rotation::{GracePolicy, RotationDecision};
use super::store::{self, Locked, Rotate, RotateAsk, Rotations};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Change, Conn, DbError, QueryResult, in_transaction, note, unless_refused};
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::base::secret::Plain;
use crate::config::{self, BUILT_IN_CLIENT};
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
    /// Not a refresh token of a live session of this client, or the configuration refuses the refresh. The caller learns no more
    /// than that.
    #[error("invalid_grant")]
    InvalidGrant,
    /// The requested scope exceeds the scope of the session. The token was not rotated.
    #[error("invalid_scope")]
    InvalidScope,
    /// The session does not cover the resource, or is for one that the client may no longer have. The token was not rotated.
    #[error("invalid_target")]
    InvalidTarget,
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no signing key.
    #[error(transparent)]
    Sign(#[from] UnusableKey),
}

/// Refreshes the session of the token. The claims are the current ones of the user, never those of the old token.
pub async fn renew(app: &App, presented: Presented, now: Timestamp) -> Result<Renewed, RenewalRefused> {
    let token = RefreshToken::decode(&app.config.ring, presented.token.expose()).ok_or(RenewalRefused::InvalidGrant)?;
    check_revocation(app, token.session)?;
    let (scope, resource, for_account) = (presented.scope.clone(), presented.resource, presented.for_account);
    let origin = RefreshOrigin::of(&app.config.ring, token.session, presented.ip, presented.user_agent.as_deref());
    let client = app.clients.get(&presented.client_id).ok_or(RenewalRefused::InvalidGrant)?;
    let terms = RefreshTerms::of(app, &client, resource.as_deref()).ok_or(RenewalRefused::InvalidGrant)?;
    let attempt = RefreshAttempt {
        token,
        origin,
        terms,
        client_id: presented.client_id,
        step: i64::from(presented.rotates),
        scope: presented.scope,
        ip: presented.ip,
        lifetime: app.lifetime,
        ending: app.endings.ending(EndReason::Reuse, now),
        grace: GracePolicy::from(&app.config.tokens),
        now,
    };
    let outcome = match attempt.share_statement(app).await? {
        Some(renewed) => renewed,
        None => app.db.run("refresh session", move |conn| attempt.execute(conn)).await?,
    };
    let (signed_in, counter) = outcome.recorded()?;
    let session = &signed_in.session;
    let scope = scope.map_or_else(|| session.scopes.clone(), |scope| scope.join(" "));
    let resource = resource.or_else(|| session.resource.clone());
    let (scope, resource) = still_configured(app, session, scope, resource)?;
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

/// The scopes that the client may still have, and the resource as the configuration writes it now.
fn still_configured(
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
    ip: IpAddr,
    /// What the configuration says of the session.
    terms: RefreshTerms,
    lifetime: Lifetime,
    /// The ending of the session in case of reuse.
    ending: Ending,
    grace: GracePolicy,
    now: Timestamp,
}

/// The decision. It is committed also where the caller is refused, as a reuse ends the session; a refusal by the configuration
/// writes nothing.
enum RefreshOutcome {
    Renewed(Box<SignedIn>, i64, Vec<Event>),
    Reuse(Event),
    /// `clients.<id>.allow` refuses the user of this session, with the reason for the log.
    NotAllowed(Box<Session>, String),
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
            Self::NotAllowed(session, why) => {
                let Session { id, client_id: client, provider, .. } = &*session;
                tracing::info!(client, session = %id, provider, why, "a refresh is refused");
                Err(RenewalRefused::InvalidGrant)
            }
            Self::InvalidGrant => Err(RenewalRefused::InvalidGrant),
            Self::InvalidScope => Err(RenewalRefused::InvalidScope),
            Self::InvalidTarget => Err(RenewalRefused::InvalidTarget),
        }
    }
}

impl RefreshAttempt {
    /// Rotates the token by a statement that concurrent refreshes share. With `None` this refresh needs its own statement. A refresh
    /// under `allow` does, since a refusal rolls it back.
    async fn share_statement(&self, app: &App) -> Result<Option<RefreshOutcome>, DbError> {
        if self.terms.rule.is_some() {
            return Ok(None);
        }
        let RefreshToken { session: id, counter } = self.token;
        let ask = RotateAsk {
            id,
            counter,
            step: self.step,
            client_id: self.client_id.clone(),
            scope: self.scope.clone(),
            resources: self.terms.target.resources.clone(),
            is_own_audience: self.terms.target.is_own_audience,
            refreshed_from: self.origin.to_stored(),
            providers: Arc::clone(&self.terms.providers),
            used_after: self.lifetime.used_after(self.now),
            with_claims: self.terms.with_claims,
            now: self.now,
        };
        let rotated = app.db.run_batched::<Rotations>(ask).await?;
        Ok(rotated.map(|signed_in| RefreshOutcome::Renewed(Box::new(signed_in), counter + self.step, Vec::new())))
    }

    /// A refusal by `allow` writes nothing: the client still has the token that it presented, and would be taken for a thief once
    /// the person may use the app again.
    fn execute(&self, conn: &mut Conn) -> QueryResult<RefreshOutcome> {
        let Some(rule) = &self.terms.rule else { return self.decide(conn) };
        let outcome = unless_refused(conn, |conn| {
            Ok(match self.decide(conn)? {
                RefreshOutcome::Renewed(signed_in, counter, events) => match rule.refusal(&signed_in) {
                    Some(why) => Err((Box::new(signed_in.session), why)),
                    None => Ok(RefreshOutcome::Renewed(signed_in, counter, events)),
                },
                refused => Ok(refused),
            })
        });
        Ok(outcome?.unwrap_or_else(|(session, why)| RefreshOutcome::NotAllowed(session, why)))
    }

    fn decide(&self, conn: &mut Conn) -> QueryResult<RefreshOutcome> {
        let RefreshToken { session: id, counter } = self.token;
        let rotate = Rotate {
            id,
            counter,
            step: self.step,
            client_id: &self.client_id,
            scope: self.scope.as_deref(),
            resources: &self.terms.target.resources,
            is_own_audience: self.terms.target.is_own_audience,
            refreshed_from: self.origin.to_stored(),
            providers: &self.terms.providers,
            used_after: self.lifetime.used_after(self.now),
            with_claims: self.terms.with_claims,
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
        let Some(locked) = store::lock(conn, id, self.terms.with_claims)? else {
            return Ok(RefreshOutcome::InvalidGrant);
        };
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
                store::audit_refresh(conn, "refresh_forgiven", &locked, ip, now)?;
                let elsewhere = self.repeated_elsewhere(conn, &locked)?;
                let events = elsewhere.into_iter().chain([Event::RefreshForgiven { session: id }]).collect();
                RefreshOutcome::Renewed(used(locked, now), newest, events)
            }
            RotationDecision::Recover => {
                store::advance(conn, id, presented + self.step, from, now)?;
                store::audit_refresh(conn, "refresh_recovered", &locked, ip, now)?;
                let event = Event::RefreshRecovered { session: id };
                RefreshOutcome::Renewed(used(locked, now), presented + self.step, vec![event])
            }
            RotationDecision::Reuse => {
                session::end(conn, id, &self.ending)?;
                store::audit_refresh(conn, "refresh_reused", &locked, ip, now)?;
                let session_ip = locked.ip.map(|net| net.addr());
                RefreshOutcome::Reuse(Event::RefreshReused { user: session.user, session: id, ip: self.ip, session_ip })
            }
        })
    }

    /// Why the session is not for this request, whatever its refresh token is.
    fn refusal(&self, session: &Session) -> Option<RefreshOutcome> {
        let is_good = session.client_id == self.client_id && self.terms.providers.contains(&session.provider);
        if !is_good || self.lifetime.status(session, self.now) != SessionStatus::Live {
            return Some(RefreshOutcome::InvalidGrant);
        }
        if !self.scope_fits(&session.scopes) {
            return Some(RefreshOutcome::InvalidScope);
        }
        (!self.terms.target.is_covered_by(session.resource.as_deref())).then_some(RefreshOutcome::InvalidTarget)
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
            store::audit_refresh(conn, "refresh_repeated_elsewhere", locked, IpNet::from(self.ip), self.now)?;
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
