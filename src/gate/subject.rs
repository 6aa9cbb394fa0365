//! The user of an app's `subject_token` (RFC 8693 §2.1).

use super::check::{AccessTokenError, check, live_with};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::session::SignedIn;
use crate::token;

/// The session of an access token that was issued to this client, while token and session are valid (OP-07). The audience
/// does not matter: a service that receives the token cannot authenticate as this client, unless the client is public. The user
/// must still be one who may use the client (`clients.<id>.providers`, `clients.<id>.allow`), as at a refresh. One statement; none
/// for an invalid token.
pub async fn subject(app: &App, client: &Client, token: &str, now: Timestamp) -> Result<SignedIn, AccessTokenError> {
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify_for_any(&app.keys, issuer, token, now).map_err(|_| AccessTokenError::TokenRevoked)?;
    check(app, &claims)?;
    let session = claims.sid.filter(|_| claims.client_id == client.id).ok_or(AccessTokenError::TokenRevoked)?;
    let signed_in = live_with(app, session, !client.allow.claims.is_empty(), now).await?;
    // A session never changes its client or user, so a token whose claims differ is invalid.
    let fits = signed_in.session.client_id == client.id && claims.sub.user() == Some(signed_in.user.sub);
    if fits && may_use(app, client, &signed_in) { Ok(signed_in) } else { Err(AccessTokenError::TokenRevoked) }
}

/// Whether the user may use the client now. The log says why not.
fn may_use(app: &App, client: &Client, signed_in: &SignedIn) -> bool {
    let provider = &signed_in.session.provider;
    let refused = if client.takes_provider(provider) {
        token::not_allowed(app, &client.id, signed_in)
    } else {
        Some("the provider of the session is not in its providers".to_owned())
    };
    if let Some(why) = &refused {
        tracing::info!(client = client.id, session = %signed_in.session.id, provider, why, "an exchange is refused");
    }
    refused.is_none()
}
