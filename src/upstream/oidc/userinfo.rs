//! The userinfo endpoint (OpenID Connect Core §5.3).

use std::sync::Arc;

use chrono::TimeDelta;
use http::{Method, StatusCode};
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Map, Value};
use url::Url;

use super::cached::Kept;
use super::discovery::{self, Metadata};
use super::id_token::Verified;
use super::jwks::Keys;
use super::jws::{Jws, Unverified};
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{self, Userinfo};
use crate::upstream::authorized::authorized;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::identity::ProviderTokens;
use crate::upstream::line::{Unanswered, is_type, read_json, status_in_words};
use crate::upstream::{claims, numeric_date};

impl RelyingParty {
    pub(super) async fn ask_userinfo(
        self: &Arc<Self>,
        metadata: &Metadata,
        verified: &Verified,
        tokens: &ProviderTokens,
        keys: &Arc<Kept<Keys>>,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let wanted = match self.config.userinfo {
            Userinfo::Auto => !self.says_enough(verified),
            Userinfo::Always => true,
            Userinfo::Never => false,
        };
        match metadata.userinfo_endpoint().filter(|_| wanted) {
            Some(endpoint) => self.userinfo(endpoint.url(), &tokens.access_token, verified, keys, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether the ID token has everything that something here depends on.
    fn says_enough(&self, verified: &Verified) -> bool {
        let claims = Value::Object(verified.claims.clone());
        self.config.needed_claims.iter().all(|pointer| pointer.find(&claims).is_some())
    }

    /// Asks for the claims of the one whom the ID token is about.
    async fn userinfo(
        self: &Arc<Self>,
        endpoint: &Url,
        access_token: &Plain,
        verified: &Verified,
        keys: &Arc<Kept<Keys>>,
        now: Timestamp,
    ) -> Result<Map<String, Value>, Failure> {
        let bearer = format!("Bearer {}", access_token.expose());
        let request = authorized(Method::GET, endpoint, "application/json, application/jwt", &bearer);
        let request = request.ok_or_else(|| failure(Fault::Answer, "cannot be asked with this access token"))?;
        let answer = self.line.send(request, now).await.map_err(|Unanswered(fault, why)| failure(fault, &why))?;
        if answer.status() != StatusCode::OK {
            let refused = matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            let fault = if refused { Fault::Refused } else { Fault::Answer };
            return Err(failure(fault, &status_in_words(answer.status())));
        }
        let claims = if is_type(answer.headers(), "application/jwt") {
            let token = std::str::from_utf8(answer.body()).unwrap_or_default();
            let claims = self.signed_userinfo(token.trim(), &verified.issuer, keys, now).await;
            claims.map_err(|why| failure(Fault::Refused, &format!("its signed answer {why}")))?
        } else {
            match read_json(answer.headers(), answer.body()) {
                Ok(Value::Object(claims)) => claims,
                Ok(_) => return Err(failure(Fault::Answer, "answered with JSON that is not an object")),
                Err(why) => return Err(failure(Fault::Answer, &why)),
            }
        };
        belongs_to(claims, &verified.sub)
    }

    /// RT-29: with the ID token's issuer, whose word it has to be too.
    async fn signed_userinfo(
        self: &Arc<Self>,
        token: &str,
        issuer: &str,
        keys: &Arc<Kept<Keys>>,
        now: Timestamp,
    ) -> Result<Map<String, Value>, Unverified> {
        let jws = Jws::read(token)?;
        let algorithms = algorithms(&self.config);
        self.verify_signature(&jws, &algorithms, issuer, keys, now).await?;
        judge(&jws.payload, issuer, &self.config, now)?;
        Ok(jws.payload)
    }
}

/// Those that are configured for ID tokens; the metadata has no word for what its provider signs userinfo with that is used
/// here.
fn algorithms(config: &config::Oidc) -> Vec<CoreJwsSigningAlgorithm> {
    if config.signing_algorithms.is_empty() {
        return discovery::asymmetric().collect();
    }
    config.signing_algorithms.iter().filter_map(|name| discovery::algorithm(name)).collect()
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::userinfo(fault, format!("the userinfo endpoint: {why}"))
}

/// RT-28: claims of another one are worse than none.
fn belongs_to(claims: Map<String, Value>, sub: &str) -> Result<Map<String, Value>, Failure> {
    match claims.get("sub").and_then(claims::sub) {
        Some(said) if said == sub => Ok(claims),
        Some(_) => Err(failure(Fault::Refused, "speaks of another sub than the ID token")),
        None if claims.contains_key("error") => Err(failure(Fault::Answer, "answered with an error")),
        None => Err(failure(Fault::Answer, "answered without a usable sub")),
    }
}

/// Whose word it is and whom it is for are checked where they are said.
fn judge(claims: &Map<String, Value>, issuer: &str, config: &config::Oidc, now: Timestamp) -> Result<(), Unverified> {
    if claims.get("iss").is_some_and(|iss| iss.as_str() != Some(issuer)) {
        return Err("is of another issuer (iss)".into());
    }
    let us = |aud: &Value| aud.as_str() == Some(&config.registration.client_id);
    let for_us = |aud: &Value| aud.as_array().map_or_else(|| us(aud), |list| list.iter().any(us));
    if claims.get("aud").is_some_and(|aud| !for_us(aud)) {
        return Err("is not for us (aud)".into());
    }
    let leeway = TimeDelta::from_std(config.registration.leeway).unwrap_or_default();
    let exp = numeric_date::at(claims, "exp").map_err(|_| "has an unreadable exp")?;
    if exp.is_some_and(|exp| exp + leeway <= now) { Err("is expired (exp)".into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("{value} is not an object") };
        members
    }

    /// RT-28, RT-30
    #[test]
    fn it_must_speak_of_the_same_one() {
        let fault = |claims: Value| belongs_to(map(claims), "7").map_err(|failure| failure.fault).err();
        assert_eq!(fault(json!({"sub": "7"})), None);
        assert_eq!(fault(json!({"sub": 7})), None);
        assert_eq!(fault(json!({"sub": "8"})), Some(Fault::Refused));
        assert_eq!(fault(json!({"sub": ""})), Some(Fault::Refused));
        for none in [json!({"email": "a@b.c"}), json!({"sub": 7.0}), json!({"sub": null}), json!({"sub": ["7"]})] {
            assert_eq!(fault(none.clone()), Some(Fault::Answer), "{none}");
        }
        assert_eq!(fault(json!({"error": "invalid_token"})), Some(Fault::Answer));
    }

    /// RT-29
    #[test]
    fn what_a_signed_answer_says_of_itself_is_checked() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let config = crate::upstream::oidc::relying_party::tests::config("https://op.example");
        let judged = |claims: Value| judge(&map(claims), &config.issuer, &config, now).map_err(|why| why.to_string());
        assert_eq!(judged(json!({"iss": "https://op.example", "aud": ["us", "them"]})), Ok(()));
        assert_eq!(judged(json!({"aud": "us", "exp": 1_799_999_940.5})), Err("is expired (exp)".into()));
        for good in [json!({}), json!({"exp": 1_799_999_941}), json!({"exp": 1_800_000_300.5}), json!({"exp": null})] {
            assert_eq!(judged(good.clone()), Ok(()), "{good}");
        }
        let to_others = [json!({"iss": "https://evil"}), json!({"aud": "them"}), json!({"aud": []}), json!({"aud": 7})];
        for bad in to_others.into_iter().chain([json!({"exp": 1}), json!({"exp": "soon"}), json!({"iss": null})]) {
            assert!(judged(bad.clone()).is_err(), "{bad}");
        }
    }
}
