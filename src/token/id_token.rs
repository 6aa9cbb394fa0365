//! Issues ID tokens (OpenID Connect Core §2).

use aws_lc_rs::digest::{self, Algorithm as Digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::claims::released_in_id_token;
use super::content::end;
use super::jwt;
use super::token_size::{encoded_len, json_len};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{Algorithm, Config};
use crate::keys::{SigningKey, UnusableKey};
use crate::session::{Aal, SignedIn};

/// The `typ` of ID tokens.
pub const TYP: &str = "JWT";

#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'a str,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aal: Option<Aal>,
    sid: SessionId,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<&'a [String]>,
    /// The claims about the user.
    #[serde(flatten)]
    released: Map<String, Value>,
}

/// The session, user and client of an ID token.
#[derive(Clone, Copy)]
pub struct IdTokenFor<'a> {
    /// The client, which is the audience.
    pub client: &'a Client,
    /// The app's session and its user.
    pub signed_in: &'a SignedIn,
    /// The scope of the access token.
    pub scope: &'a str,
    /// The `nonce` of the authorization request.
    pub nonce: Option<&'a str>,
}

/// Why there is no ID token.
#[derive(Debug, thiserror::Error)]
pub enum IdTokenError {
    /// There is no signing key.
    #[error(transparent)]
    Key(#[from] UnusableKey),
    /// It would exceed `tokens.id_max_bytes`; the text is for the log.
    #[error("{0}")]
    TooLarge(String),
}

/// Issues an ID token of an app's session. The picture is left out if the token would be too large with it.
pub fn id_token(
    app: &App,
    content: IdTokenFor<'_>,
    access_token: &Plain,
    now: Timestamp,
) -> Result<Plain, IdTokenError> {
    let algorithm = content.client.id_token_alg;
    let keys = app.keys.keys();
    let key = keys.signing_or_published(algorithm).ok_or(UnusableKey::of(algorithm))?;
    let at_hash = half_hash(algorithm, access_token.expose());
    let mut claims = content.claims(&app.config, at_hash, now);
    let max_bytes = app.config.tokens.id_max_bytes;
    let mut token = jwt::sign(key, TYP, &claims)?;
    if token.len() > max_bytes && claims.released.remove(PICTURE).is_some() {
        token = jwt::sign(key, TYP, &claims)?;
    }
    if token.len() > max_bytes {
        return Err(IdTokenError::TooLarge(too_large(content.client, &claims, token.len(), max_bytes)));
    }
    Ok(Plain::new(token))
}

/// The error text for an ID token that would exceed `tokens.id_max_bytes` even without the picture; `None` for one that is
/// small enough. Needs no key.
pub fn oversize(config: &Config, content: IdTokenFor<'_>, now: Timestamp) -> Option<String> {
    let (algorithm, max_bytes) = (content.client.id_token_alg, config.tokens.id_max_bytes);
    let mut claims = content.claims(config, half_hash(algorithm, ""), now);
    let size = |claims: &IdClaims<'_>| {
        let header = jwt::Header::new(TYP, algorithm, KID);
        let parts = [json_len(&header), json_len(claims), SigningKey::generated_len(algorithm)];
        parts.into_iter().map(encoded_len).sum::<usize>() + 2
    };
    let mut bytes = size(&claims);
    if bytes > max_bytes && claims.released.remove(PICTURE).is_some() {
        bytes = size(&claims);
    }
    (bytes > max_bytes).then(|| too_large(content.client, &claims, bytes, max_bytes))
}

/// The claim that is left out first: apps show the name without it.
const PICTURE: &str = "picture";
/// A placeholder of the length of a key id (a thumbprint).
const KID: &str = "???????????????????????????????????????????";

fn too_large(client: &Client, claims: &IdClaims<'_>, bytes: usize, max_bytes: usize) -> String {
    let sizes = claims.released.iter().map(|(name, value)| (name, encoded_len(json_len(value))));
    let largest = sizes.max_by_key(|(_, bytes)| *bytes);
    let which = largest.map(|(claim, of_it)| format!("; {of_it} of them are the claim {claim:?}")).unwrap_or_default();
    let id = &client.id;
    format!("the ID token for clients.{id} would have {bytes} bytes, and tokens.id_max_bytes is {max_bytes}{which}")
}

impl<'a> IdTokenFor<'a> {
    fn claims(self, config: &'a Config, at_hash: String, now: Timestamp) -> IdClaims<'a> {
        let Self { client, signed_in, scope, nonce } = self;
        let session = &signed_in.session;
        let lifetime = client.tokens.id_lifetime.unwrap_or(config.tokens.id_lifetime);
        IdClaims {
            iss: config.server.public_url.issuer(),
            sub: session.user,
            aud: &client.id,
            exp: end(config, session, lifetime, now),
            iat: now.timestamp(),
            auth_time: session.stated_auth_time().map(|auth_time| auth_time.timestamp()),
            aal: session.aal,
            sid: session.id,
            at_hash,
            nonce,
            acr: session.acr.as_deref(),
            amr: session.amr.as_deref(),
            released: released_in_id_token(signed_in, client, scope),
        }
    }
}

/// `at_hash`: the left half of the hash that belongs to the algorithm (OpenID Connect Core §3.1.3.6); SHA-512 for Ed25519.
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let by: &'static Digest = match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 => &digest::SHA256,
        Algorithm::EdDsa => &digest::SHA512,
    };
    let hash = digest::digest(by, token.as_bytes());
    let half = hash.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..half).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JW-02: the example of OpenID Connect Core, appendix A.3.
    #[test]
    fn at_hash_is_the_left_half() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(Algorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(Algorithm::EdDsa, token).len(), 43);
    }
}
