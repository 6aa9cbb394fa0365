//! Who somebody is by what a provider said: in a login, and where a login is explained.

use chrono::SubsecRound;
use serde_json::{Map, Value};

use super::identity::{Identity, ProviderTokens};
use super::{claims, text};
use crate::account::Profile;
use crate::base::clock::Instant;
use crate::base::secret::Plain;
use crate::config::{Provider, Registration};

/// The longest `sub`, in characters (OpenID Connect Core §2).
const MAX_SUB: usize = 255;

/// Why claims name nobody.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unrecognised {
    /// Nothing says who it is.
    #[error("{0} is missing, or neither a text nor a whole number")]
    NoSub(String),
    /// Something does, but it cannot be kept.
    #[error("{0} is empty, longer than 255 characters, or has control characters in it")]
    BadSub(String),
    /// Userinfo is somebody else's (RT-28).
    #[error("userinfo speaks of another sub than the ID token")]
    AnotherSub,
}

/// The identity in verified claims: those of the ID token, or of the first profile call, and those of userinfo.
pub(super) fn identity(
    registration: &Registration,
    sub: String,
    auth_time: Option<Instant>,
    first: Map<String, Value>,
    userinfo: Option<Map<String, Value>>,
    tokens: ProviderTokens,
) -> Identity {
    let (acr, amr, sid) = (claims::short(&first, "acr"), claims::methods(&first), claims::short(&first, "sid"));
    let sources: Vec<_> = [Some(first.clone()), userinfo.clone()].into_iter().flatten().map(Value::Object).collect();
    let profile = claims::profile(registration, &sources.iter().collect::<Vec<_>>());
    let all = claims::together(first, userinfo);
    let claims = claims::cleaned(&all, &sub, &profile);
    Identity { sub, profile, claims, said: sources, auth_time, acr, amr, sid, tokens }
}

/// The identity that a login would find in these claims, of which nothing is verified here.
pub fn recognise(
    provider: &Provider,
    first: Map<String, Value>,
    userinfo: Option<Map<String, Value>>,
) -> Result<Identity, Unrecognised> {
    let registration = provider.registration();
    let pointer = match provider {
        Provider::Oidc(_) => "/sub",
        Provider::OAuth2(_) | Provider::OAuth1(_) => {
            registration.claims.sub.as_ref().map_or("/sub", |pointer| pointer.as_str())
        }
    };
    let sub_of = |claims: &Map<String, Value>| sub(Value::Object(claims.clone()).pointer(pointer));
    let sub = sub_of(&first).ok_or_else(|| Unrecognised::NoSub(pointer.to_owned()))?;
    if sub.is_empty() || sub.chars().count() > MAX_SUB || !text::is_clean(&sub) {
        return Err(Unrecognised::BadSub(pointer.to_owned()));
    }
    if userinfo.as_ref().is_some_and(|userinfo| sub_of(userinfo).as_ref() != Some(&sub)) {
        return Err(Unrecognised::AnotherSub);
    }
    let seconds = first.get("auth_time").and_then(Value::as_i64);
    let auth_time = seconds.and_then(|seconds| Instant::from_timestamp(seconds, 0)).map(|at| at.trunc_subsecs(6));
    let none = ProviderTokens { id_token: None, access_token: Plain::new(""), refresh_token: None, expires_in: None };
    Ok(identity(registration, sub, auth_time, first, userinfo, none))
}

/// The profile in claims as they were stored when they were last seen.
pub fn profile_of(registration: &Registration, stored: &Value) -> Profile {
    claims::profile(registration, &[stored])
}

fn sub(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}
