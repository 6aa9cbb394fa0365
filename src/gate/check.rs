//! Checks tokens and sessions against the revocation cache of this replica.

use std::sync::Arc;

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::SessionId;
use crate::session::{self, CachedSession, SessionStatus, SignedIn, Use};
use crate::token::AccessClaims;

/// Why a token or session is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// The token was revoked by its `jti`; its session may be live.
    #[error("the token was revoked")]
    TokenRevoked,
    /// The client that the token was issued to is not in the configuration.
    #[error("the client of the token is unknown")]
    UnknownClient,
    /// The session was ended, or its user was disabled.
    #[error("revoked")]
    Revoked,
    /// The session has reached a timeout.
    #[error("expired")]
    Expired,
    /// The revocation cache is too old to tell what was revoked recently.
    #[error("the revocation feed is out of reach")]
    NotFresh,
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AccessTokenError {
    /// Why a session with that status is not accepted.
    fn of(status: SessionStatus) -> Self {
        if status == SessionStatus::Expired { Self::Expired } else { Self::Revoked }
    }
}

/// Checks that a verified access token is not revoked and that its client is configured: without it nothing is known of what the
/// client may see. Needs no statement.
pub fn check(app: &App, claims: &AccessClaims) -> Result<(), AccessTokenError> {
    if app.clients.get(&claims.client_id).is_none() {
        return Err(AccessTokenError::UnknownClient);
    }
    if app.revocations.is_jti_revoked(claims.jti) {
        return Err(AccessTokenError::TokenRevoked);
    }
    match claims.sid {
        Some(id) => check_session(app, id),
        None if app.revocations.is_fresh() => Ok(()),
        None => Err(AccessTokenError::NotFresh),
    }
}

/// A known revocation is reported also while the cache is too old; nothing is accepted then.
pub(super) fn check_session(app: &App, id: SessionId) -> Result<(), AccessTokenError> {
    if app.revocations.is_session_revoked(id) {
        Err(AccessTokenError::Revoked)
    } else if app.revocations.is_fresh() {
        Ok(())
    } else {
        Err(AccessTokenError::NotFresh)
    }
}

/// The live session with that id, of a configured provider, and its user, with the provider's claims if `with_claims`; stores its
/// use. One statement.
pub async fn live_with(
    app: &App,
    id: SessionId,
    with_claims: bool,
    now: Timestamp,
) -> Result<SignedIn, AccessTokenError> {
    check_session(app, id)?;
    let found = session::look_up(&app.db, id, with_claims).await?;
    let mut signed_in = found.ok_or(AccessTokenError::Revoked)?;
    check_status(app, &signed_in, now)?;
    touch(app, &mut signed_in, now);
    Ok(signed_in)
}

/// The live session, from the cache if this replica has read it within `verify.cache_for`: then no statement. The
/// claims of the provider are with it if a rule of the configuration needs them.
pub async fn seen(app: &App, id: SessionId, now: Timestamp) -> Result<Arc<CachedSession>, AccessTokenError> {
    check_session(app, id)?;
    if let Some(seen) = app.sessions.get(id, now)
        && check_status(app, &seen.signed_in, now).is_ok()
    {
        return Ok(touched(app, seen, now));
    }
    if app.sessions.is_refused(id, now) {
        return Err(AccessTokenError::Revoked);
    }
    // Another replica may have stored a use since: a session is refused for idleness by its row only.
    let seen = read(app, id, now).await?;
    // The session may have been ended, and its entry of the feed read, while the row was read.
    check_session(app, id)?;
    Ok(touched(app, Arc::new(seen), now))
}

/// Reads a session and caches it, or that it is ended. One statement.
async fn read(app: &App, id: SessionId, now: Timestamp) -> Result<CachedSession, AccessTokenError> {
    let (began, with_claims) = (app.sessions.begin(), app.config.reads_claims_of_sessions());
    let Some(mut signed_in) = session::look_up(&app.db, id, with_claims).await? else {
        app.sessions.refuse(began, id, None, now);
        return Err(AccessTokenError::Revoked);
    };
    if let Err(why) = check_status(app, &signed_in, now) {
        if matches!(why, AccessTokenError::Revoked) {
            app.sessions.refuse(began, id, Some(signed_in.session.user), now);
        }
        return Err(why);
    }
    let claims = std::mem::take(&mut signed_in.claims);
    app.sessions.insert(began, &signed_in, Some(&claims).filter(|_| with_claims), now);
    Ok(CachedSession { signed_in, claims })
}

/// The session with this use of it.
fn touched(app: &App, mut seen: Arc<CachedSession>, now: Timestamp) -> Arc<CachedSession> {
    if app.lifetime.is_stale(&seen.signed_in.session, now) {
        touch(app, &mut Arc::make_mut(&mut seen).signed_in, now);
    }
    seen
}

fn check_status(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<(), AccessTokenError> {
    // While the provider is missing in the configuration, its sessions are refused. They are live again when it returns.
    if app.providers.get(&signed_in.session.provider).is_none() {
        return Err(AccessTokenError::Revoked);
    }
    match app.lifetime.status(&signed_in.session, now) {
        SessionStatus::Live => Ok(()),
        refused => Err(AccessTokenError::of(refused)),
    }
}

/// Stores a use in the background, if it is due: the request does not wait, and a lost write is made up for by the next
/// use.
fn touch(app: &App, signed_in: &mut SignedIn, now: Timestamp) {
    if !app.lifetime.is_stale(&signed_in.session, now) {
        return;
    }
    let (id, db, stale_before) = (signed_in.session.id, app.db.clone(), app.lifetime.stale_before(now));
    app.sessions.used(id, now);
    tokio::spawn(async move { session::touch(&db, Use { id, stale_before, now }).await });
    signed_in.session.last_activity_at = now;
}
