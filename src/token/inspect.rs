//! Finds the session of a refresh token without rotating the token.

use super::refresh::RefreshToken;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::client::Client;
use crate::session::{Session, SessionStatus};

/// The live session that a refresh token of that client would refresh; `None` for a token that was replaced. One statement;
/// none for a value that is not a refresh token.
pub async fn inspect(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<Option<Session>, DbError> {
    let Some(refresh) = RefreshToken::decode(&app.config.ring, token) else { return Ok(None) };
    let id = refresh.session;
    let found = app.db.run("inspect refresh token", move |conn| store::newest(conn, id)).await?;
    let session = found.filter(|(_, newest)| *newest == refresh.counter).map(|(signed_in, _)| signed_in.session);
    let is_good = |session: &Session| {
        session.client_id == client.id
            && app.providers.get(&session.provider).is_some()
            && app.lifetime.status(session, now) == SessionStatus::Live
    };
    Ok(session.filter(is_good))
}
