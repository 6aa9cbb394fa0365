//! `id_token_hint`: an ID token of this gateway that a client sends back to name a session (OpenID Connect
//! RP-Initiated Logout 1.0
//! §2). `exp` is not checked: a client keeps the token for as long as its own session lasts.

use jsonwebtoken::{DecodingKey, Validation};
use serde::Deserialize;

use super::access::TokenInvalid;
use crate::base::id::{SessionId, UserId};
use crate::config::Algorithm;
use crate::keys::Keys;

/// The `typ` of our ID tokens, which differs from the `typ` of access tokens and logout tokens.
const TYP: &str = "JWT";
/// The maximum length of a hint, in bytes: the maximum length of an ID token, by the bounds of `tokens.id_max_bytes`.
/// Longer ones are rejected without decoding.
const MAX_LEN: usize = 48 * 1024;

/// The claims of a valid hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTokenHint {
    /// `aud`: the client to which the ID token was issued.
    pub client_id: String,
    /// `sub`: the id of the user to be logged out.
    pub user: UserId,
    /// `sid`: the client's session.
    pub session: SessionId,
}

#[derive(Deserialize)]
struct HintClaims {
    sub: UserId,
    aud: String,
    sid: SessionId,
}

/// Verifies that `token` is an ID token of this gateway, expired or not: signature, type, issuer, one audience, `sub`
/// and `sid`.
pub fn verify_id_token_hint(keys: &Keys, issuer: &str, token: &str) -> Result<IdTokenHint, TokenInvalid> {
    if token.len() > MAX_LEN || token.split('.').count() != 3 {
        return Err(TokenInvalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenInvalid)?;
    let is_id_token = header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYP));
    let (algorithm, key) = header.kid.as_deref().and_then(|kid| verifying(keys, kid)).ok_or(TokenInvalid)?;
    if !is_id_token || header.crit.is_some() {
        return Err(TokenInvalid);
    }
    // The key determines the algorithm, never the token's header.
    let mut rules = Validation::new(algorithm.name().parse().map_err(|_| TokenInvalid)?);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    rules.validate_aud = false;
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let claims = jsonwebtoken::decode::<HintClaims>(token, key, &rules).map_err(|_| TokenInvalid)?.claims;
    Ok(IdTokenHint { client_id: claims.aud, user: claims.sub, session: claims.sid })
}

/// The key with this id, and its algorithm. Finds retired keys, which are no longer in the JWKS, but no revoked keys.
fn verifying<'k>(keys: &'k Keys, kid: &str) -> Option<(Algorithm, &'k DecodingKey)> {
    keys.for_hint(kid).map(|key| (key.algorithm(), key.verifying()))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::keys::SigningKey;
    use crate::token::jwt;

    const ISSUER: &str = "https://login.example.com";

    fn keys() -> Keys {
        let key = |algorithm| SigningKey::generate(algorithm).expect("a key").0;
        Keys::new(vec![(key(Algorithm::Es256), true), (key(Algorithm::EdDsa), true)])
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "sub": Uuid::from_u128(1), "aud": "web", "sid": Uuid::from_u128(2),
            "iat": 1_000_000, "exp": 1_000_300, "auth_time": 1_000_000, "nonce": "n",
        })
    }

    fn signed(keys: &Keys, algorithm: Algorithm, typ: &str, claims: &Value) -> String {
        jwt::sign(keys.signing(algorithm).expect("a key"), typ, claims).expect("a token")
    }

    /// LO-06: an expired ID token is a valid hint; the `exp` of these tokens is in 1970.
    #[test]
    fn an_expired_id_token_of_ours_is_a_good_hint() {
        let keys = keys();
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let hint = verify_id_token_hint(&keys, ISSUER, &signed(&keys, algorithm, "JWT", &claims()));
            let expected = IdTokenHint {
                client_id: "web".into(),
                user: UserId(Uuid::from_u128(1)),
                session: SessionId(Uuid::from_u128(2)),
            };
            assert_eq!(hint, Ok(expected));
        }
    }

    /// LO-05, JW-04: altered hints, and tokens of another type or issuer, are rejected.
    #[test]
    fn altered_and_foreign_tokens_are_rejected_as_hints() {
        let keys = keys();
        let refused =
            |token: &str| assert_eq!(verify_id_token_hint(&keys, ISSUER, token), Err(TokenInvalid), "{token}");
        let es256 = |typ: &str, claims: &Value| signed(&keys, Algorithm::Es256, typ, claims);
        for typ in ["at+jwt", "logout+jwt", "statuslist+jwt", ""] {
            refused(&es256(typ, &claims()));
        }
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            claims
        };
        refused(&es256("JWT", &with("iss", json!("https://evil.example"))));
        refused(&es256("JWT", &with("aud", json!(["web", "other"]))));
        for name in ["iss", "aud", "sub", "sid"] {
            refused(&es256("JWT", &with(name, Value::Null)));
        }
        refused(&signed(&self::keys(), Algorithm::Es256, "JWT", &claims()));
        let good = es256("JWT", &claims());
        let (_, rest) = good.split_once('.').expect("three parts");
        let (body, signature) = rest.split_once('.').expect("three parts");
        let kid = keys.signing(Algorithm::Es256).expect("a key").kid();
        for alg in ["none", "HS256", "EdDSA", "RS256"] {
            let bent = URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"{kid}"}}"#));
            refused(&format!("{bent}.{body}.{signature}"));
            refused(&format!("{bent}.{body}."));
        }
        let without_kid = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        refused(&format!("{without_kid}.{body}.{signature}"));
        refused(&good[..good.len() - 2]);
        refused(&".".repeat(8_000));
        refused(&"A".repeat(60_000));
        refused("");
    }
}
