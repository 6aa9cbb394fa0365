//! Revokes a token on request of the client that it was issued to (RFC 7009).

use super::access::{AccessClaims, verify_for_any};
use super::refresh::RefreshToken;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::client::Client;
use crate::session::{self, EndReason, Ended, Ending, RevokedToken, Scope};
use crate::telemetry;

/// Revokes a token of that client. A refresh token ends its session. An access token is rejected by its `jti` from now on,
/// and its session stays live. Tokens of other clients, and invalid or expired ones, change nothing (RFC 7009 §2.2).
pub async fn revoke(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<(), DbError> {
    // The token itself shows its type, so `token_type_hint` is not needed (IR-14).
    if let Some(refresh) = RefreshToken::decode(&app.config.ring, token) {
        return end_session(app, client, refresh, now).await;
    }
    let issuer = app.config.server.public_url.issuer();
    match verify_for_any(&app.keys, issuer, token, now) {
        Ok(claims) if claims.client_id == client.id => refuse_from_now_on(app, claims, now).await,
        _ => Ok(()),
    }
}

async fn end_session(app: &App, client: &Client, token: RefreshToken, now: Timestamp) -> Result<(), DbError> {
    let (id, client_id, ending) = (token.session, client.id.clone(), app.endings.ending(EndReason::Revoked, now));
    let write = ending.clone();
    let ended = app.db.run("revoke session", move |conn| end_if_of(conn, id, &client_id, &write)).await?;
    app.ended(&ended, &ending);
    Ok(())
}

/// A session never changes its client, so no lock is needed between the query and the ending.
fn end_if_of(conn: &mut Conn, id: SessionId, client_id: &str, ending: &Ending) -> QueryResult<Vec<Ended>> {
    let found = session::find(conn, id)?;
    if found.is_none_or(|found| found.session.client_id != client_id || found.session.ended_at.is_some()) {
        return Ok(Vec::new());
    }
    session::end_where(conn, Scope::One(id), ending)
}

async fn refuse_from_now_on(app: &App, claims: AccessClaims, now: Timestamp) -> Result<(), DbError> {
    if app.revocations.is_jti_revoked(claims.jti)
        || claims.sid.is_some_and(|sid| app.revocations.is_session_revoked(sid))
    {
        return Ok(());
    }
    let Some(expires_at) = Timestamp::from_timestamp(claims.exp, 0) else { return Ok(()) };
    let AccessClaims { jti, sub, sid: session, client_id, .. } = claims;
    let user = sub.user();
    let client = client_id.clone();
    let put_on_feed = move |conn: &mut Conn| {
        let token = RevokedToken { jti, user, session, client_id: &client_id, expires_at };
        session::revoke_token(conn, &token, now)
    };
    app.db.run("revoke access token", put_on_feed).await?;
    telemetry::record(&Event::TokenRevoked { user, session, client });
    Ok(())
}
