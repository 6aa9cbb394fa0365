//! The key set at the `jwks_uri` of a client, which verifies its assertions.

use chrono::TimeDelta;

use super::document::DocumentError;
use super::freshness;
use crate::base::clock::Timestamp;
use crate::base::jws::{Jws, KeySet};
use crate::config::AssertionKey;

/// How old keys are at least before they are fetched again because they do not verify an assertion: a client may have new ones.
const LEAST_AGE: TimeDelta = TimeDelta::minutes(1);

/// A key set, and how long it is used.
pub struct ClientKeys {
    keys: KeySet,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

impl ClientKeys {
    /// Judges the answer of a `jwks_uri`.
    pub(super) fn judge(answer: &http::Response<Vec<u8>>, now: Timestamp) -> Result<Self, DocumentError> {
        if answer.status().is_server_error() || answer.status() == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(DocumentError::Unavailable);
        }
        let document = serde_json::from_slice(answer.body()).ok().filter(|_| answer.status() == http::StatusCode::OK);
        let keys = document.and_then(|document| KeySet::read(&document).ok()).ok_or(DocumentError::Keys)?;
        Ok(Self { keys, fetched_at: now, fresh_until: now + freshness::lifetime(answer.headers()) })
    }

    /// Whether they may be used without a further fetch.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.fresh_until
    }

    /// Whether the client may have had new keys since they were fetched.
    pub fn may_be_replaced(&self, now: Timestamp) -> bool {
        now >= self.fetched_at + LEAST_AGE
    }

    /// Whether one of them signed an assertion, by an algorithm that registered clients may use.
    pub(in crate::client) fn have_signed(&self, jws: &Jws<'_>) -> bool {
        AssertionKey::accepts(jws.algorithm) && self.keys.verify(jws, &[]).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_set_is_200_with_a_usable_key() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let judge = |status: u16, body: String| {
            let answer = http::Response::builder().status(status).body(body.into_bytes()).expect("an answer");
            ClientKeys::judge(&answer, Timestamp::UNIX_EPOCH).map(|_| ()).err()
        };
        assert_eq!(judge(200, json!({ "keys": [key] }).to_string()), None);
        for (status, body, error) in [
            (302, json!({ "keys": [key] }), DocumentError::Keys),
            (404, json!({ "keys": [key] }), DocumentError::Keys),
            (503, json!({ "keys": [key] }), DocumentError::Unavailable),
            (429, json!({ "keys": [key] }), DocumentError::Unavailable),
            (200, json!({ "keys": [] }), DocumentError::Keys),
            (200, json!({ "keys": [{"kty": "oct", "k": "eA"}] }), DocumentError::Keys),
            (200, key.clone(), DocumentError::Keys),
        ] {
            assert_eq!(judge(status, body.to_string()), Some(error), "{status} {body}");
        }
        assert_eq!(judge(200, "{".to_owned()), Some(DocumentError::Keys));
    }

    #[test]
    fn keys_are_replaced_after_a_minute_at_the_earliest() {
        let document =
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
        let answer = http::Response::new(document.to_string().into_bytes());
        let keys = ClientKeys::judge(&answer, Timestamp::UNIX_EPOCH).expect("keys");
        let after = |seconds| Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds);
        assert!(!keys.may_be_replaced(after(59)) && keys.may_be_replaced(after(60)));
        assert!(keys.is_fresh(after(299)) && !keys.is_fresh(after(300)));
    }
}
