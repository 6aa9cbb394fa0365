//! Refreshing tokens (OpenID Connect Core §12). The response may have no ID token; if it has one, that must have the same
//! issuer, audience and subject as the previous one, and must not be older (RT-35, RT-36).

use std::sync::Arc;

use serde_json::Value;

use super::id_token::Verified;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::identity::ProviderTokens;
use crate::upstream::numeric_date;
use crate::upstream::refresh::RefreshRequest;

impl RelyingParty {
    /// Redeems the refresh token and verifies the response.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        metadata: &Metadata,
        request: &RefreshRequest<'_>,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let tokens = self.redeem_refresh_token(metadata, request.refresh_token, now).await?;
        if let Some(id_token) = &tokens.id_token {
            let expected = self.expected(&tokens.access_token);
            let verified = self.verify_as(metadata, &expected, id_token, now).await;
            // If the keys cannot be fetched, the ID token may still be valid, so the failure does not require a new
            // login.
            let verified = verified.map_err(|failure| match failure.fault {
                Fault::Refused => failure.requiring_reauth(),
                _ => failure,
            })?;
            check(&verified, request)?;
        }
        Ok(tokens)
    }
}

fn check(verified: &Verified, request: &RefreshRequest<'_>) -> Result<(), Failure> {
    let rejected =
        |why: &str| Err(Failure::token(Fault::Refused, format!("the refreshed ID token {why}")).requiring_reauth());
    if verified.qualified_sub != request.sub {
        return rejected("is of another user (sub)");
    }
    let Some(previous) = request.previous_id_token else { return Ok(()) };
    // The provider's clock set both times, so no leeway applies.
    let iat = numeric_date::read(&verified.claims, "iat").ok().flatten();
    if iat.is_some_and(|iat| iat.timestamp() < previous.iat) {
        return rejected("is older than the previous one (iat)");
    }
    match verified.claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if previous.nonce.as_deref() != Some(nonce) => rejected("is of another login (nonce)"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::jws::JwsAlgorithm;
    use crate::base::secret::Plain;
    use crate::upstream::refresh::PreviousIdToken;

    fn checked(claims: Value, before: Option<&PreviousIdToken>) -> Result<(), String> {
        let Value::Object(claims) = claims else { panic!("no claims") };
        let sub = claims["sub"].as_str().expect("a sub").to_owned();
        let verified = Verified {
            issuer: String::new(),
            qualified_sub: sub.clone(),
            sub,
            auth_time: None,
            algorithm: JwsAlgorithm::Rs256,
            claims,
        };
        let refresh_token = Plain::new("r");
        let request = RefreshRequest { refresh_token: &refresh_token, sub: "alice", previous_id_token: before };
        check(&verified, &request).map_err(|failure| {
            assert!(failure.requires_reauth);
            failure.reason
        })
    }

    /// RT-36
    #[test]
    fn a_refreshed_id_token_must_have_the_same_sub_and_must_not_be_older() {
        let before = PreviousIdToken { iat: 100, nonce: Some("n".into()) };
        let before = Some(&before);
        assert_eq!(checked(json!({"sub": "alice", "iat": 100}), before), Ok(()));
        assert_eq!(checked(json!({"sub": "alice", "iat": 200.5, "nonce": "n"}), before), Ok(()));
        assert!(checked(json!({"sub": "mallory", "iat": 200}), before).is_err());
        assert!(checked(json!({"sub": "alice", "iat": 99}), before).is_err());
        assert!(checked(json!({"sub": "alice", "iat": 200, "nonce": "m"}), before).is_err());
        assert_eq!(checked(json!({"sub": "alice", "iat": 1, "nonce": "m"}), None), Ok(()));
        assert!(checked(json!({"sub": "mallory", "iat": 1}), None).is_err());
    }
}
