//! A refresh (OpenID Connect Core §12): the answer need not have an ID token, but one that comes must be of the same
//! person, issued by the same provider, for us, and later than the one before (RT-35, RT-36).

use std::sync::Arc;

use serde_json::Value;

use super::cached::Kept;
use super::discovery::Metadata;
use super::id_token::Verified;
use super::jwks::Keys;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::identity::ProviderTokens;
use crate::upstream::numeric_date;
use crate::upstream::renewal::Renewal;

impl RelyingParty {
    /// Shows the refresh token and verifies what comes.
    pub(super) async fn renew(
        self: &Arc<Self>,
        metadata: &Metadata,
        keys: &Arc<Kept<Keys>>,
        renewal: &Renewal<'_>,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let tokens = self.refresh(metadata, renewal.refresh_token, now).await?;
        if let Some(id_token) = &tokens.id_token {
            let expected = self.expected(&tokens.access_token);
            let verified = self.verify_as(metadata, &expected, id_token, keys, now).await;
            let verified = verified.map_err(Failure::ending_link)?;
            judge(&verified, renewal)?;
        }
        Ok(tokens)
    }
}

fn judge(verified: &Verified, renewal: &Renewal<'_>) -> Result<(), Failure> {
    let refused =
        |why: &str| Err(Failure::token(Fault::Refused, format!("the refreshed ID token {why}")).ending_link());
    if verified.user != renewal.sub {
        return refused("is of somebody else (sub)");
    }
    let Some(before) = renewal.id_token else { return Ok(()) };
    // Both are times of the provider's clock, so no leeway is due.
    let iat = numeric_date::at(&verified.claims, "iat").ok().flatten();
    if iat.is_some_and(|iat| iat.timestamp() < before.iat) {
        return refused("is older than the one before (iat)");
    }
    match verified.claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if before.nonce.as_deref() != Some(nonce) => refused("is of another login (nonce)"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::secret::Plain;
    use crate::upstream::renewal::IdTokenMark;

    fn judged(claims: Value, before: Option<&IdTokenMark>) -> Result<(), String> {
        let Value::Object(claims) = claims else { panic!("no claims") };
        let sub = claims["sub"].as_str().expect("a sub").to_owned();
        let verified = Verified { issuer: String::new(), user: sub.clone(), sub, auth_time: None, claims };
        let refresh_token = Plain::new("r");
        let renewal = Renewal { refresh_token: &refresh_token, sub: "alice", id_token: before };
        judge(&verified, &renewal).map_err(|failure| {
            assert!(failure.ends_link);
            failure.reason
        })
    }

    /// RT-36
    #[test]
    fn a_refreshed_id_token_is_of_the_same_person_and_not_older() {
        let before = IdTokenMark { iat: 100, nonce: Some("n".into()) };
        let before = Some(&before);
        assert_eq!(judged(json!({"sub": "alice", "iat": 100}), before), Ok(()));
        assert_eq!(judged(json!({"sub": "alice", "iat": 200.5, "nonce": "n"}), before), Ok(()));
        assert!(judged(json!({"sub": "mallory", "iat": 200}), before).is_err());
        assert!(judged(json!({"sub": "alice", "iat": 99}), before).is_err());
        assert!(judged(json!({"sub": "alice", "iat": 200, "nonce": "m"}), before).is_err());
        assert_eq!(judged(json!({"sub": "alice", "iat": 1, "nonce": "m"}), None), Ok(()));
        assert!(judged(json!({"sub": "mallory", "iat": 1}), None).is_err());
    }
}
