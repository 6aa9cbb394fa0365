//! A key set (RFC 7517 §5), and the keys of it that may have signed a token.

use serde_json::Value;

use super::algorithm::JwsAlgorithm;
use super::compact::Jws;
use super::public_key::{KeyDefect, PublicKey};

/// The highest number of keys that are tried for one signature, so that a large key set does not cost much time.
const MAX_CANDIDATES: usize = 8;

/// The keys of a key set, at least one of them usable. Each is parsed once.
pub struct KeySet(Vec<Entry>);

struct Entry {
    kid: Option<String>,
    /// The only issuer for which the key signs, in a key set of several issuers (Microsoft Entra).
    issuer: Option<String>,
    /// The key; an unusable one is kept to name the reason.
    key: Result<PublicKey, KeyDefect>,
}

/// Why no key of a set verifies a signature. The text follows "the ID token".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// No key of the set fits.
    #[error("is signed with a key that the provider does not publish")]
    NoKey,
    /// The only key that fits cannot be used.
    #[error("is signed with a key of the provider that cannot be used: {0}")]
    Unusable(KeyDefect),
    /// The token names no key, and several fit, each of which has a name (RT-22).
    #[error("does not say which of the provider's keys signed it")]
    Ambiguous,
    /// Each key that fits was tried.
    #[error("has a wrong signature")]
    WrongSignature,
    /// The first `MAX_CANDIDATES` keys that fit were tried, and there are more.
    #[error("has a signature of none of the first 8 of the provider's keys that fit; more are not tried")]
    TooManyKeys,
}

impl KeySet {
    /// Parses a key set. It is an error if it has no key that verifies signatures.
    pub fn read(document: &Value) -> Result<Self, String> {
        const BY_SECRET: &str = "if the provider signs with the client secret (HMAC), choose a signing key there, or write \
                                 signing_algorithms = [\"HS256\"]";
        let Some(listed) = document.get("keys").and_then(Value::as_array) else {
            return Err(format!("the key set has no list of keys; {BY_SECRET}"));
        };
        let entries: Vec<_> = listed.iter().map(entry).collect();
        if entries.iter().any(|entry| entry.key.is_ok()) {
            return Ok(Self(entries));
        }
        match entries.iter().find_map(|entry| entry.key.as_ref().err()) {
            Some(defect) => Err(format!("the key set has no usable key: of the first one, {defect}")),
            None => Err(format!("the key set has no keys; {BY_SECRET}")),
        }
    }

    /// The keys that are for signatures and cannot be used, each with its `kid` and the reason.
    pub fn unusable(&self) -> impl Iterator<Item = (Option<&str>, &KeyDefect)> {
        let defects = self.0.iter().filter_map(|entry| Some((entry.kid.as_deref(), entry.key.as_ref().err()?)));
        defects.filter(|(_, defect)| **defect != KeyDefect::OtherUse)
    }

    /// Verifies the signature of a token with an asymmetric algorithm. With a non-empty `issuers`, a key that names another
    /// issuer is not used (AC-13); a key that names no issuer is.
    pub fn verify(&self, jws: &Jws<'_>, issuers: &[&str]) -> Result<(), Unverified> {
        let candidates = self.candidates(jws, issuers)?;
        if candidates.iter().take(MAX_CANDIDATES).any(|key| jws.is_signed_by(key)) {
            return Ok(());
        }
        Err(if candidates.len() > MAX_CANDIDATES { Unverified::TooManyKeys } else { Unverified::WrongSignature })
    }

    /// The keys with the token's `kid`, else those without one; equal ones once, and at most one more than [`MAX_CANDIDATES`]. A
    /// token without a `kid` may be signed by the only key that fits, whatever its `kid`.
    fn candidates(&self, jws: &Jws<'_>, issuers: &[&str]) -> Result<Vec<&PublicKey>, Unverified> {
        let of_issuer =
            |entry: &&Entry| issuers.is_empty() || entry.issuer.as_deref().is_none_or(|own| issuers.contains(&own));
        let entries: Vec<&Entry> = self.0.iter().filter(of_issuer).collect();
        let of = |is_named: &dyn Fn(&Entry) -> bool| {
            distinct(entries.iter().copied().filter(|entry| is_named(entry)), jws.algorithm)
        };
        let is_nameless = |entry: &Entry| entry.kid.is_none();
        let mut found = match &jws.kid {
            Some(kid) => of(&|entry| entry.kid.as_ref() == Some(kid)),
            None => vec![],
        };
        if found.is_empty() {
            found = of(&is_nameless);
        }
        if found.is_empty() && jws.kid.is_none() {
            found = of(&|_| true);
            if found.len() > 1 {
                return Err(Unverified::Ambiguous);
            }
        }
        if found.is_empty() {
            return Err(why_none(&entries, jws));
        }
        Ok(found)
    }
}

/// The usable keys for an algorithm, equal ones once, and at most one more than [`MAX_CANDIDATES`].
fn distinct<'k>(entries: impl Iterator<Item = &'k Entry>, algorithm: JwsAlgorithm) -> Vec<&'k PublicKey> {
    let mut found: Vec<&PublicKey> = Vec::new();
    for key in entries.filter_map(|entry| entry.key.as_ref().ok()).filter(|key| key.fits(algorithm)) {
        if !found.iter().any(|other| other.is_same(key)) {
            found.push(key);
        }
        if found.len() > MAX_CANDIDATES {
            break;
        }
    }
    found
}

/// The defect of the key that the token names; without a name, that of the only key.
fn why_none(entries: &[&Entry], jws: &Jws<'_>) -> Unverified {
    let named = |entry: &&&Entry| jws.kid.is_none() || entry.kid == jws.kid;
    let mut of_kid = entries.iter().filter(named);
    let (Some(first), None) = (of_kid.next(), of_kid.next().filter(|_| jws.kid.is_none())) else {
        return Unverified::NoKey;
    };
    match &first.key {
        Err(defect) => Unverified::Unusable(defect.clone()),
        Ok(key) => {
            let own: Vec<_> = key.algorithms().collect();
            Unverified::Unusable(KeyDefect::OtherAlgorithm(JwsAlgorithm::list(&own)))
        }
    }
}

fn entry(jwk: &Value) -> Entry {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).map(String::from);
    let has_odd_kid = jwk.get("kid").is_some_and(|kid| !kid.is_null() && !kid.is_string());
    let key = if has_odd_kid { Err(KeyDefect::Damaged("kid")) } else { PublicKey::from_jwk(jwk) };
    Entry { kid: text("kid"), issuer: text("issuer"), key }
}

#[cfg(test)]
mod tests;
