//! Refreshing a session. One round trip in the usual case; only where it matches nothing is the session looked at and
//! judged.

use std::net::IpAddr;

use chrono::TimeDelta;
use ipnet::IpNet;

use super::claims::has_scope;
use super::issue::{AccessToken, issue_for_account, issue_scoped, may_be_for};
use super::refresh::RefreshToken;
use super::rotation::{Patience, Verdict};
use super::store::{self, Rotate};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::config::{self, BUILT_IN_CLIENT};
use crate::keys::UnusableKey;
use crate::session::{self, Ending, Lifetime, Revoked, Session, SignedIn, Standing};
use crate::telemetry;

/// A refresh token as it was presented.
pub struct Presented {
    /// The text.
    pub token: Plain,
    /// The client that presents it.
    pub client_id: String,
    /// Whether that client gets a new one for it.
    pub rotates: bool,
    /// The scopes it asks for, if not all of the session's.
    pub scope: Option<Vec<String>>,
    /// The one resource that the access token is wanted for (RFC 8707 §2.2), one of the client's.
    pub resource: Option<String>,
    /// Whether the access token is to have the scope `account`, which the built-in client alone may ask for.
    pub for_account: bool,
    /// From where.
    pub ip: IpAddr,
}

/// A new pair.
pub struct Renewed {
    /// The access token.
    pub access: AccessToken,
    /// The refresh token to use next.
    pub refresh: Plain,
    /// What the access token is good for.
    pub scope: String,
    /// The session.
    pub signed_in: SignedIn,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum RenewalRefused {
    /// Not a refresh token of a live session of this client. Nobody is told more than that.
    #[error("invalid_grant")]
    InvalidGrant,
    /// More than the session has; the token was not used up.
    #[error("invalid_scope")]
    InvalidScope,
    /// The session is for another resource.
    #[error("invalid_target")]
    InvalidTarget,
    /// The database gave no answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No key signs.
    #[error(transparent)]
    Sign(#[from] UnusableKey),
}

/// Renews the session that the token belongs to. The claims are the user's as they are now, never the old token's.
pub async fn renew(app: &App, presented: Presented, now: Timestamp) -> Result<Renewed, RenewalRefused> {
    let token = RefreshToken::decode(&app.config.ring, presented.token.expose()).ok_or(RenewalRefused::InvalidGrant)?;
    if app.watch.is_session_revoked(token.session) {
        // Also where its row looks alive: a database that came back from a failover may have lost the end.
        return Err(RenewalRefused::InvalidGrant);
    }
    if !app.watch.is_fresh() {
        // A replica that is cut off from what the others know hands out nothing.
        return Err(DbError::Unavailable("the revocation feed is out of reach".into()).into());
    }
    let (scope, resource, for_account) = (presented.scope.clone(), presented.resource, presented.for_account);
    let ask = Ask {
        token,
        client_id: presented.client_id,
        step: i64::from(presented.rotates),
        scope: presented.scope,
        resource: resource.clone(),
        ip: presented.ip,
        lifetime: app.lifetime,
        ending: app.endings.ending("reuse", now),
        patience: Patience::from(&app.config.tokens),
        now,
    };
    let outcome = app.db.run("refresh session", move |conn| ask.decide(conn)).await?;
    let (signed_in, counter) = match outcome {
        Outcome::Renewed(signed_in, counter, event) => {
            event.iter().for_each(telemetry::record);
            (signed_in, counter)
        }
        Outcome::Reuse(event) => {
            app.watch.learn(Revoked::Session { id: token.session, index: None }, app.lifetime.feed_until(now));
            telemetry::record(&event);
            return Err(RenewalRefused::InvalidGrant);
        }
        Outcome::InvalidGrant => return Err(RenewalRefused::InvalidGrant),
        Outcome::InvalidScope => return Err(RenewalRefused::InvalidScope),
        Outcome::InvalidTarget => return Err(RenewalRefused::InvalidTarget),
    };
    let session = &signed_in.session;
    let scope = scope.map_or_else(|| session.scopes.clone(), |scope| scope.join(" "));
    let resource = resource.or_else(|| session.resource.clone());
    let scope = still_allowed(app, session, &scope, resource.as_deref())?;
    let refresh = RefreshToken { session: session.id, counter }.encode(&app.config.ring);
    let (access, scope) = if for_account && session.client_id == BUILT_IN_CLIENT {
        issue_for_account(app, &signed_in, &scope, now)?
    } else {
        (issue_scoped(app, &signed_in, scope.clone(), resource.as_deref(), now)?, scope)
    };
    Ok(Renewed { access, refresh, scope, signed_in: *signed_in })
}

/// What is left of the scopes by the client's configuration of today: a session may be older than that.
fn still_allowed(app: &App, session: &Session, scope: &str, resource: Option<&str>) -> Result<String, RenewalRefused> {
    if session.client_id == BUILT_IN_CLIENT {
        return Ok(scope.to_owned());
    }
    let client = app.clients.get(&session.client_id).ok_or(RenewalRefused::InvalidGrant)?;
    let has = |scope: &str| client.scopes.iter().any(|allowed| allowed == scope);
    if !has("offline_access") || !client.takes_provider(&session.provider) {
        return Err(RenewalRefused::InvalidGrant);
    }
    if resource.is_some_and(|resource| !may_be_for(app, &session.client_id, resource)) {
        return Err(RenewalRefused::InvalidTarget);
    }
    Ok(scope.split(' ').filter(|scope| has(scope)).collect::<Vec<_>>().join(" "))
}

impl From<&config::Tokens> for Patience {
    fn from(tokens: &config::Tokens) -> Self {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self { retry_window: delta(tokens.refresh_retry_window), forgive_every: delta(tokens.refresh_forgive_every) }
    }
}

/// All that the decision depends on, besides the row.
struct Ask {
    token: RefreshToken,
    client_id: String,
    /// 1, or 0 where the token stays the same.
    step: i64,
    scope: Option<Vec<String>>,
    resource: Option<String>,
    ip: IpAddr,
    lifetime: Lifetime,
    /// How the session ends, if it has to.
    ending: Ending,
    patience: Patience,
    now: Timestamp,
}

/// What was decided. Whatever it is, it is committed: a reuse must end the session although the caller is refused.
enum Outcome {
    Renewed(Box<SignedIn>, i64, Option<Event>),
    Reuse(Event),
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
}

impl Ask {
    fn decide(&self, conn: &mut Conn) -> QueryResult<Outcome> {
        let RefreshToken { session: id, counter } = self.token;
        let rotate = Rotate {
            id,
            counter,
            step: self.step,
            client_id: &self.client_id,
            scope: self.scope.as_deref(),
            resource: self.resource.as_deref(),
            used_after: self.lifetime.used_after(self.now),
            now: self.now,
        };
        match store::rotate(conn, rotate)? {
            Some(signed_in) => Ok(Outcome::Renewed(Box::new(signed_in), counter + self.step, None)),
            None => store::in_transaction(conn, |conn| self.judge(conn)),
        }
    }

    fn judge(&self, conn: &mut Conn) -> QueryResult<Outcome> {
        let (id, now, presented) = (self.token.session, self.now, self.token.counter);
        let Some(locked) = store::lock(conn, id)? else { return Ok(Outcome::InvalidGrant) };
        let session = &locked.signed_in.session;
        if session.client_id != self.client_id || self.lifetime.standing(session, now) != Standing::Live {
            return Ok(Outcome::InvalidGrant);
        }
        if !self.scope_fits(&session.scopes) {
            return Ok(Outcome::InvalidScope);
        }
        if self.resource.is_some() && session.resource.is_some() && self.resource != session.resource {
            return Ok(Outcome::InvalidTarget);
        }
        let newest = locked.line.counter;
        let ip = IpNet::from(self.ip);
        Ok(match locked.line.judge(presented, now, self.patience) {
            Verdict::Rotate => {
                store::advance(conn, id, presented + self.step, now)?;
                Outcome::Renewed(Box::new(locked.signed_in), presented + self.step, None)
            }
            Verdict::Again => Outcome::Renewed(Box::new(locked.signed_in), newest, None),
            Verdict::Forgive => {
                store::forgive(conn, id, now)?;
                store::note(conn, "refresh_forgiven", &locked, ip, now)?;
                Outcome::Renewed(Box::new(locked.signed_in), newest, Some(Event::RefreshForgiven { session: id }))
            }
            Verdict::Recover => {
                store::advance(conn, id, presented + self.step, now)?;
                store::note(conn, "refresh_recovered", &locked, ip, now)?;
                Outcome::Renewed(
                    Box::new(locked.signed_in),
                    presented + self.step,
                    Some(Event::RefreshRecovered { session: id }),
                )
            }
            Verdict::Reuse => {
                session::end(conn, id, &self.ending)?;
                store::note(conn, "refresh_reused", &locked, ip, now)?;
                let session_ip = locked.ip.map(|net| net.addr());
                Outcome::Reuse(Event::RefreshReused { user: session.user, session: id, ip: self.ip, session_ip })
            }
        })
    }

    fn scope_fits(&self, granted: &str) -> bool {
        let has = |scope: &String| has_scope(granted, scope);
        self.scope.as_ref().is_none_or(|scope| scope.iter().all(has))
    }
}
