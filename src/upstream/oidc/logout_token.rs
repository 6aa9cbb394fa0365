//! The logout token, verified (OpenID Connect Back-Channel Logout 1.0 §2.6).

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::discovery;
use super::issuer::{Issuer, Named};
use super::jws::{Jws, Unverified};
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::config;
use crate::upstream::claims;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::LoggedOut;
use crate::upstream::numeric_date;

/// Types that it may carry. `logout+jwt` is the one that the standard recommends; providers from before it write `JWT`
/// or nothing.
const TYPES: [&str; 2] = ["logout+jwt", "jwt"];
/// The member of `events` that makes it a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old it may be. Providers sign a new one for each attempt.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// The longest `jti`, in bytes.
const MAX_JTI: usize = 512;

impl RelyingParty {
    /// Verifies a logout token.
    pub(super) async fn logged_out(self: &Arc<Self>, token: &str, now: Timestamp) -> Result<LoggedOut, Failure> {
        let unavailable = |reason| Failure::token(Fault::Unavailable, reason);
        let refused = |why: Unverified| Failure::token(Fault::Refused, format!("the logout token {why}"));
        // Garbage costs the provider nothing.
        let jws = Jws::read_of(&TYPES, token).map_err(refused)?;
        let named = Issuer::of(&self.config).of_token(&jws.payload).map_err(refused)?;
        let claims = judge(&jws.payload, &named, &self.config, now).map_err(refused)?;
        let metadata = self.metadata(now).await.map_err(unavailable)?;
        let algorithms = discovery::algorithms(&self.config, &metadata.value);
        let keys = self.keys(now).await.map_err(unavailable)?;
        self.verify_signature(&jws, &algorithms, &named.issuer, &keys, now).await.map_err(refused)?;
        Ok(claims)
    }
}

/// What the token says, if it is one for us and of this time. Nothing of it is to be believed before its signature is.
fn judge(
    claims: &Map<String, Value>,
    named: &Named<'_>,
    config: &config::Oidc,
    now: Timestamp,
) -> Result<LoggedOut, Unverified> {
    if claims.contains_key("nonce") {
        return Err("has a nonce, as ID tokens have".into());
    }
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("is not of a logout (events)".into());
    }
    // Byte for byte, as in ID tokens.
    if claims.get("iss").and_then(Value::as_str) != Some(&named.issuer) {
        return Err("is of another issuer (iss)".into());
    }
    if !is_for_us_alone(claims.get("aud"), config) {
        return Err("is not for us alone (aud)".into());
    }
    let until = timely_until(claims, config, now)?;
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| (1..=MAX_JTI).contains(&jti.len()));
    let jti = jti.ok_or("has no usable jti")?.to_owned();
    let (sid, sub) = (sid(claims)?, sub(claims, named)?);
    if sid.is_none() && sub.is_none() {
        return Err("names neither sid nor sub".into());
    }
    Ok(LoggedOut { jti, until, sid, sub })
}

fn is_for_us_alone(aud: Option<&Value>, config: &config::Oidc) -> bool {
    let us = |aud: &Value| aud.as_str() == Some(&config.registration.client_id);
    match aud {
        Some(Value::Array(list)) => !list.is_empty() && list.iter().all(us),
        Some(one) => us(one),
        None => false,
    }
}

/// The instant from which it is too old, whatever it says of its own end.
fn timely_until(claims: &Map<String, Value>, config: &config::Oidc, now: Timestamp) -> Result<Timestamp, Unverified> {
    let leeway = TimeDelta::from_std(config.registration.leeway).unwrap_or_default();
    let iat = time(claims, "iat")?.ok_or("has no iat")?;
    if iat > now + leeway {
        return Err("is from the future (iat)".into());
    }
    let until = iat + FRESH_FOR + leeway;
    if until <= now {
        return Err("is too old (iat)".into());
    }
    if time(claims, "exp")?.is_some_and(|exp| exp + leeway <= now) {
        return Err("is expired (exp)".into());
    }
    if time(claims, "nbf")?.is_some_and(|nbf| nbf > now + leeway) {
        return Err("is not valid yet (nbf)".into());
    }
    Ok(until)
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Unverified> {
    numeric_date::at(claims, name).map_err(|_| format!("has an unreadable {name}").into())
}

/// As it is kept with a session. One that no session could have been kept with is refused, and not ignored: without it
/// the token would mean more sessions.
fn sid(claims: &Map<String, Value>) -> Result<Option<String>, Unverified> {
    match claims.get("sid").filter(|sid| !sid.is_null()) {
        None => Ok(None),
        Some(_) => claims::short(claims, "sid").map(Some).ok_or_else(|| "has an unusable sid".into()),
    }
}

fn sub(claims: &Map<String, Value>, named: &Named<'_>) -> Result<Option<String>, Unverified> {
    let Some(sub) = claims.get("sub").filter(|sub| !sub.is_null()) else { return Ok(None) };
    let sub = claims::sub(sub).ok_or("has an unusable sub")?;
    let user = named.user(&sub);
    if claims::is_sub(&sub) && claims::is_sub(&user) { Ok(Some(user)) } else { Err("has an unusable sub".into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::oidc::relying_party::tests::config;

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant")
    }

    fn said(changes: &Value) -> Result<LoggedOut, String> {
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
        let named = Issuer::of(&config).of_token(claims).expect("one tenant");
        judge(claims, &named, &config, now()).map_err(|why| why.to_string())
    }

    #[track_caller]
    fn refused(changes: &Value, word: &str) {
        match said(changes) {
            Err(reason) => assert!(reason.contains(word), "{reason}"),
            Ok(_) => panic!("{changes} passes"),
        }
    }

    /// LO-11: either name of a session will do, or both.
    #[test]
    fn it_says_whose_session_ended() {
        let both = said(&json!({})).expect("good");
        assert_eq!((both.sid.as_deref(), both.sub.as_deref(), both.jti.as_str()), (Some("s"), Some("alice"), "1"));
        assert_eq!(both.until, now() + TimeDelta::minutes(11));
        assert_eq!(said(&json!({"sub": null})).expect("good").sub, None);
        assert_eq!(said(&json!({"sid": "GONE", "sub": 7})).expect("good").sub.as_deref(), Some("7"));
        refused(&json!({"sid": "GONE", "sub": "GONE"}), "neither");
        for bad in [json!(""), json!("a\nb"), json!(7), json!("x".repeat(5000))] {
            refused(&json!({ "sid": bad }), "sid");
        }
        for bad in [json!(""), json!("a\nb"), json!(1.5), json!(["alice"]), json!("x".repeat(256))] {
            refused(&json!({ "sub": bad }), "sub");
        }
    }

    /// LO-14
    #[test]
    fn it_must_be_of_the_issuer_and_for_us_alone() {
        refused(&json!({"iss": "https://op.example/"}), "iss");
        refused(&json!({"iss": "GONE"}), "iss");
        for bad in [json!("them"), json!([]), json!(["us", "them"]), json!(7), json!("GONE")] {
            refused(&json!({ "aud": bad }), "aud");
        }
        assert!(said(&json!({"aud": ["us"]})).is_ok());
    }

    /// LO-15
    #[test]
    fn it_must_be_of_a_logout() {
        let wrong = json!({"http://schemas.openid.net/event/other": {}});
        for bad in [json!("GONE"), json!({}), wrong, json!([EVENT]), json!(EVENT), json!({EVENT: true}), json!(null)] {
            refused(&json!({ "events": bad }), "events");
        }
    }

    /// LO-16
    #[test]
    fn it_must_not_have_a_nonce() {
        refused(&json!({"nonce": "n"}), "nonce");
        refused(&json!({"nonce": null}), "nonce");
    }

    /// RT-38: and for how long its `jti` has to be remembered, `until` says.
    #[test]
    fn it_must_be_of_this_time_and_nameable() {
        let at = |seconds: i64| now().timestamp() + seconds;
        for bad in [json!("GONE"), json!(at(61)), json!(at(-660)), json!("now"), json!(-1), json!(1e300)] {
            refused(&json!({ "iat": bad }), "iat");
        }
        assert!(said(&json!({"iat": at(60)})).is_ok() && said(&json!({"iat": at(-659)})).is_ok());
        for bad in [json!(at(-60)), json!("soon"), json!(1e300)] {
            refused(&json!({ "exp": bad }), "exp");
        }
        assert!(said(&json!({"exp": at(-59)})).is_ok());
        refused(&json!({"nbf": at(61)}), "nbf");
        for bad in [json!("GONE"), json!(""), json!(7), json!("x".repeat(513))] {
            refused(&json!({ "jti": bad }), "jti");
        }
    }
}
