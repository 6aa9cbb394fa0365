//! The access token: a JWT as RFC 9068 describes it.

use jsonwebtoken::Validation;
use serde::{Deserialize, Serialize};

use super::jwt;
use super::status_list::StatusClaim;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::base::secret::Hashed;
use crate::config::Algorithm;
use crate::keys::{KeyRing, PublicKey};

/// The `typ` of RFC 9068 §2.1.
pub const TYP: &str = "at+jwt";
/// Longer ones are refused before anything is decoded (IR-25).
const MAX_LEN: usize = 8 * 1024;

/// The claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Issuer.
    pub iss: String,
    /// The user; the client, where there is no user behind it.
    pub sub: Subject,
    /// Who it is for.
    pub aud: Audience,
    /// End of its life, in epoch seconds.
    pub exp: i64,
    /// Its beginning, in epoch seconds.
    pub iat: i64,
    /// Its own id.
    pub jti: uuid::Uuid,
    /// The client it was issued to.
    pub client_id: String,
    /// What it is good for.
    pub scope: String,
    /// The session it hangs on; none, where a client has it for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// When the person was authenticated, in epoch seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// Authentication context class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Authentication methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// E-mail address; this and what follows of the person only where `tokens.claims` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether a provider vouches for the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the person likes to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Names of groups (RFC 9068 §2.2.3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Where to learn whether its session was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusClaim>,
}

/// `sub`. No client has an id that a user could have, so the two are told apart (TK-25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A person.
    User(UserId),
    /// A client, for itself (RFC 9068 §2.2).
    Client(String),
}

impl Subject {
    /// The person, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Client(_) => None,
        }
    }
}

/// `aud`: one, or several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
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

    /// Whether it names `audience` and nobody else.
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
    /// By such a key.
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        Self(jwt::Header::new(TYP, algorithm, kid))
    }
}

/// Not a good access token of ours, for us. Nobody is told more than that.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct TokenInvalid;

/// Verifies one of our access tokens that is good at our own endpoints: signature, type, issuer, audience and time. The
/// session behind it is not looked at.
pub fn verify(keys: &KeyRing, issuer: &str, token: &str, now: Timestamp) -> Result<AccessClaims, TokenInvalid> {
    let claims = verify_for_any(keys, issuer, token, now)?;
    if claims.aud.contains(issuer) { Ok(claims) } else { Err(TokenInvalid) }
}

/// The same for a token of any audience: who may learn of it is the caller's to judge.
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

/// The claims, if the signature is good. One that was found good before is not verified again.
fn signed_claims(keys: &KeyRing, key: &PublicKey, token: &str) -> Result<AccessClaims, TokenInvalid> {
    let hash = Hashed::of(token);
    if keys.verified(hash) {
        return jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| TokenInvalid);
    }
    // The key says which algorithm it is for, never the token. Issuer, audience and time are judged by the callers, by the
    // clock that was handed in.
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
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
            acr: None,
            amr: None,
            email: None,
            email_verified: None,
            name: None,
            preferred_username: None,
            picture: None,
            groups: None,
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

    /// A signature that was found good before says nothing about time, issuer, audience, or whose key it was.
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
        // The key is let go of, as in an emergency.
        keys.replace_for_test(&self::keys());
        assert_eq!(verify(&keys, ISSUER, &token, now()), Err(TokenInvalid));
    }

    /// JW-04
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
        let strangers = self::keys();
        refused(&signed(&strangers, TYP, &claims()));

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

    /// IN-06
    #[test]
    fn ten_thousand_dots_cost_nothing() {
        assert_eq!(verify(&keys(), ISSUER, &".".repeat(8_000), now()), Err(TokenInvalid));
        assert_eq!(verify(&keys(), ISSUER, &".".repeat(10_000), now()), Err(TokenInvalid));
    }

    proptest::proptest! {
        /// FZ-01: no byte of a token may be changed, and no text breaks the verifier.
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
