//! The size of an access token, and the claim that contributes most to it.

use serde::Serialize;

use super::access::{AccessClaims, TYP};
use super::jwt;
use crate::config::Algorithm;

/// The size of a token, computed without signing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenSize {
    /// The length of the signed token, in bytes.
    pub bytes: usize,
    /// The largest claim about the user, and its share of the token in bytes.
    pub largest: Option<(&'static str, usize)>,
}

impl TokenSize {
    /// The size of a token with these claims, signed by that key.
    pub fn of(claims: &AccessClaims, algorithm: Algorithm, kid: &str, signature_len: usize) -> Self {
        let header = json_len(&jwt::Header::new(TYP, algorithm, kid));
        let parts = [header, json_len(claims), signature_len];
        Self { bytes: parts.into_iter().map(encoded_len).sum::<usize>() + 2, largest: Self::largest(claims) }
    }

    /// The largest of the claims about the user.
    pub fn largest(claims: &AccessClaims) -> Option<(&'static str, usize)> {
        let each = [
            ("email", claims.email.as_ref().map(json_len)),
            ("name", claims.name.as_ref().map(json_len)),
            ("preferred_username", claims.preferred_username.as_ref().map(json_len)),
            ("picture", claims.picture.as_ref().map(json_len)),
            ("groups", claims.groups.as_ref().map(json_len)),
        ];
        let known = each.into_iter().filter_map(|(name, bytes)| Some((name, encoded_len(bytes?))));
        known.max_by_key(|(_, bytes)| *bytes)
    }

    /// The error text for a token over the limit; `None` below it.
    pub fn over(&self, max_bytes: usize) -> Option<String> {
        let Self { bytes, largest } = *self;
        if bytes <= max_bytes {
            return None;
        }
        let which = match largest {
            Some((claim, of_it)) => format!("; {of_it} of them are the claim {claim:?}"),
            None => "; no claim of tokens.claims is in it".to_owned(),
        };
        Some(format!("the access token would have {bytes} bytes, and tokens.max_bytes is {max_bytes}{which}"))
    }
}

/// The length of the value as JSON, in bytes.
pub(super) fn json_len(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// The length of `bytes` bytes in base64url without padding.
pub(super) fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;
    use crate::token::access::tests::claims;

    #[test]
    fn it_is_the_size_of_the_very_token() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
            let (key, _) = SigningKey::generate(algorithm).expect("a key");
            for groups in 0..4 {
                let groups = Some((0..groups).map(|number| format!("group-{number}-ä")).collect());
                let claims = AccessClaims { groups, ..claims() };
                let token = jwt::sign(&key, TYP, &claims).expect("a token");
                let size = TokenSize::of(&claims, algorithm, key.kid(), key.signature_len());
                assert_eq!(size.bytes, token.len(), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn it_names_the_claim_that_grew() {
        let claims = AccessClaims {
            email: Some("ada@example.com".into()),
            groups: Some((0..300).map(|number| format!("group-{number}")).collect()),
            ..claims()
        };
        let size = TokenSize::of(&claims, Algorithm::Es256, "kid", 64);
        assert!(matches!(size.largest, Some(("groups", bytes)) if bytes > 3000 && bytes < size.bytes));
        let why = size.over(4096).expect("too large");
        assert!(
            why.contains("\"groups\"") && why.contains("tokens.max_bytes is 4096") && !why.contains("group-1"),
            "{why}"
        );
        assert_eq!(size.over(size.bytes), None);
        assert!(size.over(size.bytes - 1).is_some());
    }
}
