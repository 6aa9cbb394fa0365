//! Issues ID tokens (OpenID Connect Core §2).

use aws_lc_rs::digest::{self, Algorithm as Digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::claims::released;
use super::content::end;
use super::jwt;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::Algorithm;
use crate::keys::UnusableKey;
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
    /// The claims that the scopes release.
    #[serde(flatten)]
    released: Map<String, Value>,
}

/// What an ID token is about.
pub struct IdTokenFor<'a> {
    /// The app's session and its user.
    pub signed_in: &'a SignedIn,
    /// The scope of the access token.
    pub scope: &'a str,
    /// The `nonce` of the authorization request.
    pub nonce: Option<&'a str>,
    /// The access token that is issued with it.
    pub access_token: &'a Plain,
}

/// Issues an ID token of an app's session.
pub fn id_token(app: &App, client: &Client, about: &IdTokenFor<'_>, now: Timestamp) -> Result<Plain, UnusableKey> {
    let IdTokenFor { signed_in, scope, nonce, access_token } = *about;
    let (session, config) = (&signed_in.session, &app.config);
    let keys = app.keys.keys();
    let key = keys.signing_or_published(client.id_token_alg).ok_or(UnusableKey::of(client.id_token_alg))?;
    let claims = IdClaims {
        iss: config.server.public_url.issuer(),
        sub: session.user,
        aud: &client.id,
        exp: end(config, session, config.tokens.id_lifetime, now),
        iat: now.timestamp(),
        auth_time: session.stated_auth_time().map(|auth_time| auth_time.timestamp()),
        aal: session.aal,
        sid: session.id,
        at_hash: half_hash(client.id_token_alg, access_token.expose()),
        nonce,
        acr: session.acr.as_deref(),
        amr: session.amr.as_deref(),
        released: released(&signed_in.user, scope),
    };
    jwt::sign(key, TYP, &claims).map(Plain::new)
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
