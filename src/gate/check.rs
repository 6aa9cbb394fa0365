//! Checks tokens and sessions against the revocation cache of this replica.

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, SessionStatus, SignedIn};
use crate::token::AccessClaims;

/// Why a token or session is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// The token was revoked by its `jti`; its session may be live.
    #[error("the token was revoked")]
    TokenRevoked,
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

/// Checks that a verified access token is not revoked. Needs no statement.
pub fn check(app: &App, claims: &AccessClaims) -> Result<(), AccessTokenError> {
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

/// The live session with that id, of a configured provider, and its user; stores its use. One statement.
pub async fn live(app: &App, id: SessionId, now: Timestamp) -> Result<SignedIn, AccessTokenError> {
    check_session(app, id)?;
    let found = app.db.run("find session", move |conn| session::find(conn, id)).await?;
    // While the provider is missing in the configuration, its sessions are refused. They are live again when it returns.
    let of_known_provider = |found: &SignedIn| app.providers.get(&found.session.provider).is_some();
    let mut signed_in = found.filter(of_known_provider).ok_or(AccessTokenError::Revoked)?;
    match app.lifetime.status(&signed_in.session, now) {
        SessionStatus::Live => {}
        SessionStatus::Expired => return Err(AccessTokenError::Expired),
        SessionStatus::Ended => return Err(AccessTokenError::Revoked),
    }
    if app.lifetime.is_stale(&signed_in.session, now) {
        // Stored in the background: the request does not wait, and a lost write is made up for by the next use.
        let (db, stale_before) = (app.db.clone(), app.lifetime.stale_before(now));
        let touch = move |conn: &mut Conn| session::touch(conn, id, stale_before, now);
        tokio::spawn(async move { db.run("touch session", touch).await });
        signed_in.session.last_activity_at = now;
    }
    Ok(signed_in)
}
