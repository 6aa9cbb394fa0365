//! Verifying a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::accepted::Accepted;
use super::audience::Audience;
use super::document_cache::Refetch;
use super::id_token::seconds;
use super::issuer::{Issuer, TokenIssuer, other_issuer};
use super::relying_party::RelyingParty;
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::base::jws::{Form, Jws};
use crate::config;
use crate::upstream::claims;
use crate::upstream::failure::Failure;
use crate::upstream::handshake::{LogoutAlgorithm, LogoutClaims};
use crate::upstream::numeric_date;

/// The form of a logout token. The standard recommends `logout+jwt` as its `typ`; older implementations write `JWT` or none.
const FORM: Form = Form { types: &["logout+jwt", "jwt"], max_bytes: 64 * 1024, droppable: None };
/// The member of `events` that identifies a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The maximum age of a logout token. Providers sign a new one for each delivery attempt.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// The longest `jti`, in bytes.
const MAX_JTI: usize = 512;

impl RelyingParty {
    /// Verifies a logout token.
    pub(super) async fn verify_logout_token(
        self: &Arc<Self>,
        token: &str,
        now: Timestamp,
    ) -> Result<LogoutClaims, Failure> {
        let rejected = |why: TokenError| why.into_failure("the logout token");
        // An invalid token is rejected before any request to the provider.
        let jws = Jws::read(token, &FORM).map_err(TokenError::from).map_err(rejected)?;
        let token_issuer = Issuer::of(&self.config).of_token(&jws.payload).map_err(rejected)?;
        let claims = validate(&jws.payload, &token_issuer, &self.config, now).map_err(rejected)?;
        let metadata = self.metadata(now).await?;
        let accepted = Accepted::for_logout_tokens(&self.config);
        let verified = self.verify_signature(&jws, &accepted, &token_issuer.issuer, Refetch::Logout, now).await;
        verified.map_err(rejected)?;
        if !self.config.signing_algorithms.is_empty() {
            return Ok(claims);
        }
        let listed = Accepted::for_id_tokens(&self.config, &metadata.value);
        let algorithm =
            LogoutAlgorithm { algorithm: jws.algorithm, is_listed: listed.algorithms().contains(&jws.algorithm) };
        Ok(LogoutClaims { algorithm: Some(algorithm), ..claims })
    }
}

/// Validates the claims and returns them. The caller verifies the signature before it uses them.
fn validate(
    claims: &Map<String, Value>,
    token_issuer: &TokenIssuer<'_>,
    config: &config::Oidc,
    now: Timestamp,
) -> Result<LogoutClaims, TokenError> {
    if claims.contains_key("nonce") {
        return Err("has a nonce, as ID tokens have".into());
    }
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("is not a logout token (events)".into());
    }
    // Compared byte by byte, as in ID tokens.
    let iss = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    if iss != token_issuer.issuer {
        return Err(other_issuer(iss, &token_issuer.issuer).into());
    }
    // Logout tokens have no `azp`.
    Audience::of(config).check(claims.get("aud").ok_or("has no aud")?)?;
    let until = check_times(claims, config, now)?;
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| (1..=MAX_JTI).contains(&jti.len()));
    let jti = jti.ok_or("has no usable jti")?.to_owned();
    let (sid, sub) = (sid(claims)?, sub(claims, token_issuer)?);
    if sid.is_none() && sub.is_none() {
        return Err("names neither sid nor sub".into());
    }
    Ok(LogoutClaims { jti, until, sid, sub, algorithm: None })
}

/// Checks the times of the token, and returns when it becomes too old by `iat`.
fn check_times(claims: &Map<String, Value>, config: &config::Oidc, now: Timestamp) -> Result<Timestamp, TokenError> {
    let leeway = TimeDelta::from_std(config.registration.leeway).unwrap_or_default();
    let iat = time(claims, "iat")?.ok_or("has no iat")?;
    let wrong = |what: String| Err(TokenError::Clock(format!("{what}; leeway is {} s", leeway.num_seconds())));
    if iat > now + leeway {
        return wrong(format!("was issued {} s in the future (iat)", seconds(iat - now)));
    }
    let until = iat + MAX_AGE + leeway;
    if until <= now {
        return wrong(format!("was issued {} s ago (iat), more than 10 minutes and leeway", seconds(now - iat)));
    }
    match time(claims, "exp")? {
        Some(exp) if exp + leeway <= now => return wrong(format!("expired {} s ago (exp)", seconds(now - exp))),
        _ => {}
    }
    match time(claims, "nbf")? {
        Some(nbf) if nbf > now + leeway => wrong(format!("is not valid for another {} s (nbf)", seconds(nbf - now))),
        _ => Ok(until),
    }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, TokenError> {
    numeric_date::read(claims, name).map_err(|_| format!("has an unreadable {name}").into())
}

/// The `sid`, in the form stored with a session. An invalid `sid` is rejected, not ignored: without it the token would end more
/// sessions.
fn sid(claims: &Map<String, Value>) -> Result<Option<String>, TokenError> {
    match claims.get("sid").filter(|sid| !sid.is_null()) {
        None => Ok(None),
        Some(_) => claims::short_text(claims, "sid").map(Some).ok_or_else(|| "has an unusable sid".into()),
    }
}

fn sub(claims: &Map<String, Value>, token_issuer: &TokenIssuer<'_>) -> Result<Option<String>, TokenError> {
    let Some(sub) = claims.get("sub").filter(|sub| !sub.is_null()) else { return Ok(None) };
    let sub = claims::sub(sub).ok_or("has an unusable sub")?;
    let qualified_sub = token_issuer.qualified_sub(&sub);
    if claims::is_sub(&sub) && claims::is_sub(&qualified_sub) {
        Ok(Some(qualified_sub))
    } else {
        Err("has an unusable sub".into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::oidc::relying_party::tests::config;

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant")
    }

    fn validated(changes: &Value) -> Result<LogoutClaims, String> {
        let mut claims = json!({
            "iss": "https://op.example", "aud": "us", "iat": now().timestamp(), "jti": "1", "sid": "s", "sub": "alice",
            "events": {EVENT: {}},
        });
        for (name, value) in changes.as_object().expect("changes") {
            match value {
                Value::String(gone) if gone == "GONE" => drop(claims.as_object_mut().expect("claims").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let (claims, config) = (claims.as_object().expect("claims"), config("https://op.example"));
        let token_issuer = Issuer::of(&config).of_token(claims).expect("one tenant");
        validate(claims, &token_issuer, &config, now()).map_err(|why| why.to_string())
    }

    #[track_caller]
    fn rejected(changes: &Value, word: &str) {
        match validated(changes) {
            Err(reason) => assert!(reason.contains(word), "{reason}"),
            Ok(_) => panic!("{changes} passes"),
        }
    }

    /// LO-11: `sid`, `sub`, or both.
    #[test]
    fn sid_and_sub_are_read() {
        let both = validated(&json!({})).expect("good");
        assert_eq!((both.sid.as_deref(), both.sub.as_deref(), both.jti.as_str()), (Some("s"), Some("alice"), "1"));
        assert_eq!(both.until, now() + TimeDelta::minutes(11));
        assert_eq!(validated(&json!({"sub": null})).expect("good").sub, None);
        assert_eq!(validated(&json!({"sid": "GONE", "sub": 7})).expect("good").sub.as_deref(), Some("7"));
        rejected(&json!({"sid": "GONE", "sub": "GONE"}), "neither");
        for bad in [json!(""), json!("a\nb"), json!(7), json!("x".repeat(5000))] {
            rejected(&json!({ "sid": bad }), "sid");
        }
        for bad in [json!(""), json!("a\nb"), json!(1.5), json!(["alice"]), json!("x".repeat(256))] {
            rejected(&json!({ "sub": bad }), "sub");
        }
    }

    /// LO-14
    #[test]
    fn issuer_and_audience_must_match() {
        rejected(&json!({"iss": "https://op.example/"}), "with a slash at its end (iss)");
        rejected(&json!({"iss": "GONE"}), "iss");
        for bad in [json!("them"), json!([]), json!(["us", "them"]), json!(7), json!("GONE")] {
            rejected(&json!({ "aud": bad }), "aud");
        }
        assert!(validated(&json!({"aud": ["us"]})).is_ok());
    }

    /// LO-15
    #[test]
    fn the_logout_event_is_required() {
        let wrong = json!({"http://schemas.openid.net/event/other": {}});
        for bad in [json!("GONE"), json!({}), wrong, json!([EVENT]), json!(EVENT), json!({EVENT: true}), json!(null)] {
            rejected(&json!({ "events": bad }), "events");
        }
    }

    /// LO-16
    #[test]
    fn a_nonce_is_rejected() {
        rejected(&json!({"nonce": "n"}), "nonce");
        rejected(&json!({"nonce": null}), "nonce");
    }

    /// RT-38: `until` tells for how long the `jti` has to be stored.
    #[test]
    fn times_and_jti_are_required_and_checked() {
        let at = |seconds: i64| now().timestamp() + seconds;
        rejected(&json!({"iat": at(61)}), "was issued 61 s in the future (iat); leeway is 60 s: compare the clocks");
        rejected(&json!({"iat": at(-660)}), "was issued 660 s ago (iat)");
        rejected(&json!({"exp": at(-60)}), "expired 60 s ago (exp)");
        rejected(&json!({"nbf": at(61)}), "is not valid for another 61 s (nbf)");
        for bad in [json!("GONE"), json!(at(61)), json!(at(-660)), json!("now"), json!(-1), json!(1e300)] {
            rejected(&json!({ "iat": bad }), "iat");
        }
        assert!(validated(&json!({"iat": at(60)})).is_ok() && validated(&json!({"iat": at(-659)})).is_ok());
        for bad in [json!(at(-60)), json!("soon"), json!(1e300)] {
            rejected(&json!({ "exp": bad }), "exp");
        }
        assert!(validated(&json!({"exp": at(-59)})).is_ok());
        rejected(&json!({"nbf": at(61)}), "nbf");
        for bad in [json!("GONE"), json!(""), json!(7), json!("x".repeat(513))] {
            rejected(&json!({ "jti": bad }), "jti");
        }
    }
}
