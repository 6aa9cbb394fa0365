//! Whether a token or a session is still good, by what this replica knows to be revoked.

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, SignedIn, Standing};
use crate::token::AccessClaims;

/// Why it does not pass.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The token itself was revoked; its session may live on.
    #[error("the token was revoked")]
    TokenRevoked,
    /// The session was ended, or its user disabled.
    #[error("revoked")]
    Revoked,
    /// The session is past its time.
    #[error("expired")]
    Expired,
    /// It is not known who was revoked lately, and a pass would be a guess.
    #[error("the revocation feed is out of reach")]
    NotFresh,
    /// The database gave no answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Whether an access token that verified is still good. Costs no round trip.
pub fn check(app: &App, claims: &AccessClaims) -> Result<(), Refused> {
    if app.watch.is_jti_revoked(claims.jti) {
        return Err(Refused::TokenRevoked);
    }
    match claims.sid {
        Some(id) => check_session(app, id),
        None if app.watch.is_fresh() => Ok(()),
        None => Err(Refused::NotFresh),
    }
}

/// What is known to be revoked is refused also while news are out of reach; nothing passes then.
pub(super) fn check_session(app: &App, id: SessionId) -> Result<(), Refused> {
    if app.watch.is_session_revoked(id) {
        Err(Refused::Revoked)
    } else if app.watch.is_fresh() {
        Ok(())
    } else {
        Err(Refused::NotFresh)
    }
}

/// The session of that id, if it lives, with the person in it; its use is written down. One round trip.
pub async fn live(app: &App, id: SessionId, now: Timestamp) -> Result<SignedIn, Refused> {
    check_session(app, id)?;
    let found = app.db.run("find session", move |conn| session::find(conn, id)).await?;
    let signed_in = found.ok_or(Refused::Revoked)?;
    match app.lifetime.standing(&signed_in.session, now) {
        Standing::Live => {}
        Standing::Expired => return Err(Refused::Expired),
        Standing::Ended => return Err(Refused::Revoked),
    }
    if app.lifetime.is_stale(&signed_in.session, now) {
        // In the background: nobody waits for it, and a use that is not written down is written down by the next.
        let (db, stale_before) = (app.db.clone(), app.lifetime.stale_before(now));
        let touch = move |conn: &mut Conn| session::touch(conn, id, stale_before, now);
        tokio::spawn(async move { db.run("touch session", touch).await });
    }
    Ok(signed_in)
}
