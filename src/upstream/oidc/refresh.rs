//! Refreshing tokens (OpenID Connect Core §12). The response may have no ID token; if it has one, that must have the same
//! issuer, audience and subject as the previous one, and must not be older (RT-35, RT-36).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::id_token;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::identity::ProviderTokens;
use crate::upstream::numeric_date;
use crate::upstream::refresh::RefreshRequest;

impl RelyingParty {
    /// Redeems the refresh token and verifies the response. An ID token that cannot be verified now (the cached keys are older
    /// than its key, or a clock is wrong) is left out, and the other tokens are returned as those of a response without an ID
    /// token: they came from the token endpoint over TLS, and the provider does not issue them again.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        metadata: &Metadata,
        request: &RefreshRequest<'_>,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let mut tokens = self.redeem_refresh_token(metadata, request.refresh_token, now).await?;
        let Some(id_token) = &tokens.id_token else { return Ok(tokens) };
        let expected = self.expected(&tokens.access_token);
        let refused = |error: TokenError| error.into_failure("the ID token").requiring_reauth();
        match self.verify_as(metadata, &expected, id_token, now).await {
            Ok(verified) => check(&verified.qualified_sub, &verified.claims, request)?,
            Err(error @ TokenError::Invalid(_)) => return Err(refused(error)),
            Err(error) => {
                let (sub, claims) = id_token::read_unverified(id_token.expose(), &expected).map_err(refused)?;
                check(&sub, &claims, request)?;
                let (provider, reason) = (&self.config.registration.id, error.to_string());
                tracing::warn!(%provider, %reason, "a refreshed ID token cannot be verified and is left out");
                tokens.id_token = None;
            }
        }
        Ok(tokens)
    }
}

fn check(qualified_sub: &str, claims: &Map<String, Value>, request: &RefreshRequest<'_>) -> Result<(), Failure> {
    let rejected =
        |why: &str| Err(Failure::token(Fault::Refused, format!("the refreshed ID token {why}")).requiring_reauth());
    if qualified_sub != request.sub {
        return rejected("is of another user (sub)");
    }
    let Some(previous) = request.previous_id_token else { return Ok(()) };
    // The provider's clock set both times, so no leeway applies.
    let iat = numeric_date::read(claims, "iat").ok().flatten();
    if iat.is_some_and(|iat| iat.timestamp() < previous.iat) {
        return rejected("is older than the previous one (iat)");
    }
    match claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if previous.nonce.as_deref() != Some(nonce) => rejected("is of another login (nonce)"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::secret::Plain;
    use crate::upstream::refresh::PreviousIdToken;

    fn checked(claims: Value, before: Option<&PreviousIdToken>) -> Result<(), String> {
        let Value::Object(claims) = claims else { panic!("no claims") };
        let sub = claims["sub"].as_str().expect("a sub");
        let refresh_token = Plain::new("r");
        let request = RefreshRequest { refresh_token: &refresh_token, sub: "alice", previous_id_token: before };
        check(sub, &claims, &request).map_err(|failure| {
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
