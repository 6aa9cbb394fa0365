//! The access token: a JWT by RFC 9068.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Validation;
use serde::{Deserialize, Serialize};

use super::jwt;
use super::status_list::StatusClaim;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::base::secret::Hashed;
use crate::config::Algorithm;
use crate::keys::{KeyRing, PublicKey};
use crate::session::Aal;

/// The `typ` of RFC 9068 §2.1.
pub const TYP: &str = "at+jwt";
/// The maximum length of a token, in bytes. Longer ones are rejected without decoding (IR-25).
const MAX_LEN: usize = 8 * 1024;

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// `iss`: the issuer, `server.public_url`.
    pub iss: String,
    /// `sub`: the user, or the client in a token of `client_credentials`.
    pub sub: Subject,
    /// `aud`: the services that may accept it.
    pub aud: Audience,
    /// `exp`, in epoch seconds.
    pub exp: i64,
    /// `iat`, in epoch seconds.
    pub iat: i64,
    /// `jti`: unique to this token.
    pub jti: uuid::Uuid,
    /// `client_id`: the client that it was issued to.
    pub client_id: String,
    /// `scope`: separated by spaces.
    pub scope: String,
    /// `sid`: the session; absent in a token of `client_credentials`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// `auth_time`: when the person authenticated, in epoch seconds; absent if the provider did not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The assurance level; absent if the provider sent neither `acr` nor `amr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aal: Option<Aal>,
    /// `acr`: the authentication context class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// `amr`: the authentication methods (RFC 8176).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// The e-mail address. This and the following claims about the user only if `tokens.claims` lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the provider has verified the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The full name (OpenID Connect Core §5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name by which the person wishes to be referred to (OpenID Connect Core §5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The names of groups (RFC 9068 §2.2.3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// The id of the provider that sent the claims about the user; present only with such claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp: Option<String>,
    /// The place of its session in the status lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusClaim>,
}

impl AccessClaims {
    /// Whether it has a claim about the user.
    pub fn is_personal(&self) -> bool {
        let texts = [&self.email, &self.name, &self.preferred_username, &self.picture];
        texts.into_iter().any(Option::is_some) || self.email_verified.is_some() || self.groups.is_some()
    }
}

/// `sub`. No client id has the form of a user id, so the two cannot be confused (TK-25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A user, by the id that never changes.
    User(UserId),
    /// A client, in a token of `client_credentials` (RFC 9068 §2.2).
    Client(String),
}

impl Subject {
    /// The id of the user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Client(_) => None,
        }
    }
}

/// `aud`: one value or a list (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single audience, written as a string.
    One(String),
    /// Several audiences, written as an array.
    Several(Vec<String>),
}

impl Audience {
    /// Whether it names `audience`.
    pub fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }

    /// All that it names.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several.as_slice(),
        };
        all.iter().map(String::as_str)
    }

    /// Whether `audience` is the only one that it names.
    pub fn is_only(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => !several.is_empty() && several.iter().all(|one| one == audience),
        }
    }
}

/// The header of an access token.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct AccessHeader(jwt::Header);

impl AccessHeader {
    /// The header of a token that this key signs.
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        Self(jwt::Header::new(TYP, algorithm, kid))
    }
}

/// The token is not a valid access token or ID token hint of this gateway. The caller does not receive the reason.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct TokenInvalid;

/// Whether the text is a JWT that names this issuer, valid or not. Reads nothing else: another party verifies a JWT of
/// another issuer. `false` for a text that is longer than any token of ours.
pub fn names_issuer(token: &str, issuer: &str) -> bool {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
    }
    if token.len() > MAX_LEN {
        return false;
    }
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let claims = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok();
    claims.and_then(|claims| serde_json::from_slice(&claims).ok()).is_some_and(|Named { iss }| iss == issuer)
}

/// Verifies an access token that our own endpoints accept: signature, type, issuer, audience and time. The session is not
/// checked.
pub fn verify(keys: &KeyRing, issuer: &str, token: &str, now: Timestamp) -> Result<AccessClaims, TokenInvalid> {
    let claims = verify_for_any(keys, issuer, token, now)?;
    if claims.aud.contains(issuer) { Ok(claims) } else { Err(TokenInvalid) }
}

/// Verifies an access token of any audience, which the caller has to check.
pub fn verify_for_any(keys: &KeyRing, issuer: &str, token: &str, now: Timestamp) -> Result<AccessClaims, TokenInvalid> {
    if token.len() > MAX_LEN || token.split('.').count() != 3 {
        return Err(TokenInvalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenInvalid)?;
    let typ = header.typ.as_deref().unwrap_or_default();
    let is_access_token = typ.eq_ignore_ascii_case(TYP) || typ.eq_ignore_ascii_case("application/at+jwt");
    let held = keys.keys();
    let key = header.kid.as_deref().and_then(|kid| held.by_kid(kid)).ok_or(TokenInvalid)?;
    if !is_access_token || header.crit.is_some() {
        return Err(TokenInvalid);
    }
    let claims = signed_claims(keys, key, token)?;
    if claims.iss != issuer || claims.exp <= now.timestamp() { Err(TokenInvalid) } else { Ok(claims) }
}

/// The claims, if the signature is valid. A signature that was verified before is not verified again.
fn signed_claims(keys: &KeyRing, key: &PublicKey, token: &str) -> Result<AccessClaims, TokenInvalid> {
    let hash = Hashed::of(token);
    if keys.verified(hash) {
        return jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| TokenInvalid);
    }
    // The key determines the algorithm, never the token's header. The callers check issuer, audience and time, by the
    // clock that is passed in.
    let mut rules = Validation::new(key.algorithm().name().parse().map_err(|_| TokenInvalid)?);
    rules.validate_aud = false;
    rules.set_required_spec_claims(&["iss", "aud", "exp"]);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let verified = jsonwebtoken::decode::<AccessClaims>(token, key.verifying(), &rules).map_err(|_| TokenInvalid)?;
    keys.remember_verified(hash);
    Ok(verified.claims)
}

#[cfg(test)]
pub(in crate::token) mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::keys::{Keys, SigningKey};

    const ISSUER: &str = "https://login.example.com";

    fn keys() -> KeyRing {
        let key = |algorithm| SigningKey::generate(algorithm).expect("a key").0;
        KeyRing::of(Keys::new(vec![(key(Algorithm::Es256), true), (key(Algorithm::Rs256), true)]))
    }

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    pub(in crate::token) fn claims() -> AccessClaims {
        AccessClaims {
            iss: ISSUER.into(),
            sub: Subject::User(UserId(Uuid::from_u128(1))),
            aud: Audience::One(ISSUER.into()),
            exp: now().timestamp() + 300,
            iat: now().timestamp(),
            jti: Uuid::from_u128(2),
            client_id: "vestibule".into(),
            scope: "openid".into(),
            sid: Some(SessionId(Uuid::from_u128(3))),
            auth_time: Some(now().timestamp()),
            aal: None,
            acr: None,
            amr: None,
            email: None,
            email_verified: None,
            name: None,
            preferred_username: None,
            picture: None,
            groups: None,
            idp: None,
            status: None,
        }
    }

    fn signed(keys: &KeyRing, typ: &str, claims: &AccessClaims) -> String {
        jwt::sign(&keys.signing_key(Algorithm::Es256).expect("a key"), typ, claims).expect("a token")
    }

    fn encoded(part: &str) -> String {
        URL_SAFE_NO_PAD.encode(part)
    }

    #[test]
    fn our_own_token_verifies() {
        let keys = keys();
        let token = signed(&keys, TYP, &claims());
        assert_eq!(verify(&keys, ISSUER, &token, now()), Ok(claims()));
    }

    /// A cached signature check does not replace the checks of time, issuer, audience and key.
    #[test]
    fn what_is_remembered_is_the_signature_alone() {
        let keys = keys();
        let token = signed(&keys, TYP, &claims());
        for _ in 0..2 {
            assert_eq!(verify(&keys, ISSUER, &token, now()), Ok(claims()));
        }
        assert_eq!(verify(&keys, ISSUER, &token, now() + TimeDelta::minutes(5)), Err(TokenInvalid));
        assert_eq!(verify(&keys, "https://other.example", &token, now()), Err(TokenInvalid));
        let (head, signature) = token.rsplit_once('.').expect("three parts");
        let forged = format!("{head}.{}", "A".repeat(signature.len()));
        assert_eq!(verify(&keys, ISSUER, &forged, now()), Err(TokenInvalid));
        // The key is revoked, as in an emergency.
        keys.replace_for_test(&self::keys());
        assert_eq!(verify(&keys, ISSUER, &token, now()), Err(TokenInvalid));
    }

    /// JW-04: the header's algorithm and key id select no other verification.
    #[test]
    fn everything_else_is_refused() {
        let keys = keys();
        let refused = |token: &str| assert_eq!(verify(&keys, ISSUER, token, now()), Err(TokenInvalid), "{token}");
        let good = signed(&keys, TYP, &claims());
        refused(&signed(&keys, "JWT", &claims()));
        refused(&signed(&keys, "logout+jwt", &claims()));
        refused(&signed(&keys, TYP, &AccessClaims { iss: "https://evil".into(), ..claims() }));
        refused(&signed(&keys, TYP, &AccessClaims { aud: Audience::One("web".into()), ..claims() }));
        refused(&signed(&keys, TYP, &AccessClaims { exp: now().timestamp(), ..claims() }));
        let other_keys = self::keys();
        refused(&signed(&other_keys, TYP, &claims()));

        let (header, rest) = good.split_once('.').expect("three parts");
        let (body, signature) = rest.split_once('.').expect("three parts");
        let kid = keys.signing_key(Algorithm::Es256).expect("a key").kid().to_owned();
        for alg in ["none", "None", "NONE", "HS256", "RS256", "ES384"] {
            let bent = encoded(&format!(r#"{{"typ":"at+jwt","alg":"{alg}","kid":"{kid}"}}"#));
            refused(&format!("{bent}.{body}.{signature}"));
            refused(&format!("{bent}.{body}."));
        }
        let critical = encoded(&format!(r#"{{"typ":"at+jwt","alg":"ES256","kid":"{kid}","crit":["x"],"x":1}}"#));
        refused(&format!("{critical}.{body}.{signature}"));
        let without_kid = encoded(r#"{"typ":"at+jwt","alg":"ES256"}"#);
        refused(&format!("{without_kid}.{body}.{signature}"));
        refused(&format!("{header}.{body}"));
        refused(&format!("{good}.x.y"));
        refused(&format!("{good}="));
        refused(&format!("{header}.{body}.{}", "A".repeat(86)));
        refused("");
        refused("..");
        refused(&"A".repeat(20_000));
    }

    /// IN-06: claims that a provider sends cannot replace our own.
    #[test]
    fn ten_thousand_dots_cost_nothing() {
        assert_eq!(verify(&keys(), ISSUER, &".".repeat(8_000), now()), Err(TokenInvalid));
        assert_eq!(verify(&keys(), ISSUER, &".".repeat(10_000), now()), Err(TokenInvalid));
    }

    proptest::proptest! {
        /// FZ-01: a token with a changed byte is rejected, and no text makes the verifier panic.
        #[test]
        fn a_changed_token_is_refused(at in 0_usize..1000, to in "[A-Za-z0-9._-]", junk in "\\PC{0,80}") {
            static KEYS: std::sync::LazyLock<KeyRing> = std::sync::LazyLock::new(keys);
            let keys = &*KEYS;
            let token = signed(keys, TYP, &claims());
            let at = at % token.len();
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            if changed != token {
                proptest::prop_assert_eq!(verify(keys, ISSUER, &changed, now()), Err(TokenInvalid));
            }
            proptest::prop_assert_eq!(verify(keys, ISSUER, &junk, now()), Err(TokenInvalid));
        }
    }
}
