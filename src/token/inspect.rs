//! Finds the session of a refresh token without rotating the token.

use super::refresh::RefreshToken;
use super::refresh_terms::RefreshTerms;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::client::Client;
use crate::session::{Session, SessionStatus, SignedIn};

/// The live session that a refresh token of that client would refresh; `None` for a token that was replaced, and if the
/// configuration refuses the refresh. One statement; none for a value that is not a refresh token.
pub async fn inspect(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<Option<Session>, DbError> {
    let Some(refresh) = RefreshToken::decode(&app.config.ring, token) else { return Ok(None) };
    let Some(terms) = RefreshTerms::of(app, client, None) else { return Ok(None) };
    let (id, with_claims) = (refresh.session, terms.with_claims);
    let found = app.db.run("inspect refresh token", move |conn| store::newest(conn, id, with_claims)).await?;
    let newest = found.filter(|(_, newest)| *newest == refresh.counter).map(|(signed_in, _)| signed_in);
    let is_good = |signed_in: &SignedIn| {
        signed_in.session.client_id == client.id
            && app.lifetime.status(&signed_in.session, now) == SessionStatus::Live
            && terms.accept(signed_in)
    };
    Ok(newest.filter(is_good).map(|signed_in| signed_in.session))
}
