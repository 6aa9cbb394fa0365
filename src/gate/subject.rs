//! Whom an app may speak for, by a token of its own (RFC 8693 §2.1).

use super::check::{Refused, check, live};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::session::SignedIn;
use crate::token;

/// The person behind an access token that was issued to that very client, while the token and its session are good
/// (OP-07). Whom else the token is for does not count: a service that is handed one is not that client, unless the client
/// is public, and then anybody is. One round trip; none for what is not good.
pub async fn subject(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<SignedIn, Refused> {
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify_for_any(&app.keys, issuer, token, now).map_err(|_| Refused::TokenRevoked)?;
    check(app, &claims)?;
    let session = claims.sid.filter(|_| claims.client_id == client.id).ok_or(Refused::TokenRevoked)?;
    let signed_in = live(app, session, now).await?;
    // A session never changes its client or its person; a token that says otherwise is none of ours.
    let fits = signed_in.session.client_id == client.id && claims.sub.user() == Some(signed_in.user.sub);
    if fits { Ok(signed_in) } else { Err(Refused::TokenRevoked) }
}
