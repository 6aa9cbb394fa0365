//! The user of an app's `subject_token` (RFC 8693 §2.1).

use super::check::{AccessTokenError, check, live};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::session::SignedIn;
use crate::token;

/// The session of an access token that was issued to this client, while token and session are valid (OP-07). The audience
/// does not matter: a service that receives the token cannot authenticate as this client, unless the client is public.
/// One statement; none for an invalid token.
pub async fn subject(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<SignedIn, AccessTokenError> {
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify_for_any(&app.keys, issuer, token, now).map_err(|_| AccessTokenError::TokenRevoked)?;
    check(app, &claims)?;
    let session = claims.sid.filter(|_| claims.client_id == client.id).ok_or(AccessTokenError::TokenRevoked)?;
    let signed_in = live(app, session, now).await?;
    // A session never changes its client or user, so a token whose claims differ is invalid.
    let fits = signed_in.session.client_id == client.id && claims.sub.user() == Some(signed_in.user.sub);
    if fits { Ok(signed_in) } else { Err(AccessTokenError::TokenRevoked) }
}
