//! A provider tells that a session ended there (OpenID Connect Back-Channel Logout 1.0 §2.7): what hangs on it here ends
//! too, and its clients are told in their turn.

use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::event::{AtProvider, Event};
use crate::telemetry;
use crate::upstream::Fault;

/// Why the feed and the audit say that a session ended.
const REASON: &str = "provider_logout";

/// Why a logout token ends nothing.
#[derive(Debug)]
pub enum Untold {
    /// There is no such provider, or none that speaks OpenID Connect.
    UnknownProvider,
    /// The token is none of that provider for us and of this time, or came before.
    BadToken,
    /// The provider's keys cannot be had now.
    Unavailable,
    /// The database gave no answer. The token may come again.
    Db(DbError),
}

impl From<DbError> for Untold {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Takes a logout token, once. The answer is how many sessions ended by it, the apps' too; none is no defect (LO-21).
pub async fn told_by_provider(app: &App, provider: &str, token: &str, now: Timestamp) -> Result<usize, Untold> {
    let known = app.providers.get(provider).ok_or(Untold::UnknownProvider)?;
    let verified = known.verify_logout_token(token, now).await.ok_or(Untold::UnknownProvider)?;
    let told = verified.map_err(|failure| {
        refused(provider, failure.reason);
        if failure.fault == Fault::Refused { Untold::BadToken } else { Untold::Unavailable }
    })?;
    let ending = app.endings.ending(REASON, app.clock.now());
    let (name, write) = (provider.to_owned(), ending.clone());
    let take = move |conn: &mut Conn| store::take(conn, &name, &told, &write);
    let ended = app.db.run("take logout token", take).await?;
    let Some(ended) = ended else {
        refused(provider, "the logout token came before (jti)".to_owned());
        return Err(Untold::BadToken);
    };
    app.ended(&ended, &ending);
    let what = AtProvider::LogoutTokenTaken { sessions: ended.len() };
    telemetry::record(&Event::AtProvider { provider: provider.to_owned(), what });
    Ok(ended.len())
}

fn refused(provider: &str, reason: String) {
    let what = AtProvider::LogoutTokenRefused { reason };
    telemetry::record(&Event::AtProvider { provider: provider.to_owned(), what });
}
