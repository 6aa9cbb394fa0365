//! Receives a logout token of a provider (OpenID Connect Back-Channel Logout 1.0 §2.7), ends the sessions that it names, and
//! notifies their clients.

use std::net::IpAddr;

use super::store::{self, Received};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::event::Event;
use crate::session::EndReason;
use crate::telemetry;
use crate::upstream::Fault;

/// Why a logout token is refused.
#[derive(Debug)]
pub enum LogoutTokenError {
    /// There is no OpenID Connect provider of that id.
    UnknownProvider,
    /// The token is invalid, expired, for another client, or was received before.
    BadToken,
    /// The provider's metadata or keys cannot be fetched, or the request for them failed.
    Unavailable,
    /// The database is unavailable. The provider may send the token again.
    Db(DbError),
}

impl From<DbError> for LogoutTokenError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Accepts a logout token, sent from `ip`, once. Returns how many sessions it ended, those of apps included; zero is
/// not an error (LO-21).
pub async fn receive_logout_token(
    app: &App,
    provider: &str,
    token: &str,
    ip: IpAddr,
    now: Timestamp,
) -> Result<usize, LogoutTokenError> {
    let known = app.providers.get(provider).ok_or(LogoutTokenError::UnknownProvider)?;
    let verified = known.verify_logout_token(token, now).await.ok_or(LogoutTokenError::UnknownProvider)?;
    let refused = |reason| {
        app.refused(&Event::LogoutTokenRefused { provider: provider.to_owned(), reason }, ip, now);
    };
    let claims = verified.map_err(|failure| {
        refused(failure.reason);
        if failure.fault == Fault::Refused { LogoutTokenError::BadToken } else { LogoutTokenError::Unavailable }
    })?;
    let ending = app.endings.ending(EndReason::ProviderLogout, app.clock.now());
    let (name, write) = (provider.to_owned(), ending.clone());
    let algorithm = claims.algorithm.map_or("another algorithm", |of| of.algorithm.name());
    let receive = move |conn: &mut Conn| store::receive(conn, &name, &claims, &write);
    let ended = app.db.run("take logout token", receive).await?;
    let ended = match ended {
        Received::Ended(ended) => ended,
        Received::Before => {
            refused("the logout token came before (jti)".to_owned());
            return Err(LogoutTokenError::BadToken);
        }
        Received::OtherAlgorithm => {
            refused(format!(
                "the logout token is signed with {algorithm}, and the ID tokens are not; if that is meant, write it in \
                 signing_algorithms"
            ));
            return Err(LogoutTokenError::BadToken);
        }
    };
    app.ended(&ended, &ending);
    telemetry::record(&Event::LogoutTokenTaken { provider: provider.to_owned(), sessions: ended.len() });
    Ok(ended.len())
}
