//! The logout token, which notifies a client that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.4).

use serde::Serialize;
use serde_json::{Value, json};

use super::jwt;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::Algorithm;
use crate::keys::UnusableKey;

/// The recommended `typ`; no other token of ours has it.
const TYP: &str = "logout+jwt";
/// The lifetime of a logout token: the maximum that the standard recommends. Each delivery attempt sends a new token.
const LIFE: i64 = 120;
/// The name of the event in `events`.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of a logout token. It never has a `nonce`, so that it is not a valid ID token.
#[derive(Serialize)]
struct LogoutTokenClaims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: uuid::Uuid,
    events: Value,
    sid: SessionId,
}

/// Issues a logout token to one client about one session, signed with the algorithm of the client's ID tokens.
pub fn logout_token(
    app: &App,
    client: &Client,
    user: UserId,
    session: SessionId,
    now: Timestamp,
) -> Result<Plain, UnusableKey> {
    let claims = LogoutTokenClaims {
        iss: app.config.server.public_url.issuer(),
        sub: user,
        aud: &client.id,
        iat: now.timestamp(),
        exp: now.timestamp() + LIFE,
        jti: uuid_v7(now),
        events: json!({ EVENT: {} }),
        sid: session,
    };
    let keys = app.keys.keys();
    // Where that algorithm has no active key, the first algorithm that has one is used, as for access tokens.
    let key = keys.signing(client.id_token_alg).or_else(|| keys.first_signing(&app.config.signing.algorithms));
    let key = key.ok_or(UnusableKey::of(Algorithm::Es256))?;
    Ok(Plain::new(jwt::sign(key, TYP, &claims)?))
}
