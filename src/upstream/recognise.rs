//! Who somebody is by what a provider said: in a login, and where a login is explained.

use serde_json::{Map, Value};

use super::claims;
use super::identity::{Identity, ProviderTokens};
use super::numeric_date;
use super::oidc::Issuer;
use crate::base::clock::Instant;
use crate::base::secret::Plain;
use crate::config::{Oidc, Provider, Registration};

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
    /// Of a provider of many tenants: which one it is, is not said, or it is none that may enter (AC-13).
    #[error("/tid is missing, or not among the tenants that may enter")]
    NoTenant,
}

/// What an OpenID provider said, source by source.
pub(super) struct Said {
    /// The claims of the ID token.
    pub first: Map<String, Value>,
    /// Those of userinfo.
    pub userinfo: Option<Map<String, Value>>,
    /// What came by the form, beside the code.
    pub names: Option<Value>,
}

/// The identity in verified claims.
pub(super) fn identity(
    registration: &Registration,
    sub: String,
    auth_time: Option<Instant>,
    all: Said,
    tokens: ProviderTokens,
) -> Identity {
    let Said { first, userinfo, names } = all;
    let (acr, amr, sid) = (claims::short(&first, "acr"), claims::methods(&first), claims::short(&first, "sid"));
    let signed: Vec<_> = [Some(first.clone()), userinfo.clone()].into_iter().flatten().map(Value::Object).collect();
    // Nobody vouches for what comes by the form: good enough for a name, and for no rule.
    let profile = claims::profile(registration, &signed.iter().chain(&names).collect::<Vec<_>>());
    let all = claims::together(first, userinfo);
    let claims = claims::cleaned(&all, &sub, &profile);
    Identity { sub, profile, claims, said: signed, auth_time, acr, amr, sid, tokens }
}

/// The identity that a login would find in these claims, of which nothing is verified here: those of an ID token, or the
/// answer of the profile calls.
pub fn recognise(
    provider: &Provider,
    first: Map<String, Value>,
    userinfo: Option<Map<String, Value>>,
) -> Result<Identity, Unrecognised> {
    let none = ProviderTokens {
        id_token: None,
        access_token: Plain::new(""),
        refresh_token: None,
        token_secret: None,
        scope: None,
        expires_in: None,
    };
    match provider {
        Provider::Oidc(oidc) => of_id_token(oidc, first, userinfo, none),
        Provider::OAuth2(_) | Provider::OAuth1(_) => {
            let registration = provider.registration();
            let pointer = registration.claims.sub.as_ref().map_or("claims.sub", |pointer| pointer.as_str());
            let identity = Identity::of_profile(registration, first, none);
            identity.map_err(|_| Unrecognised::NoSub(pointer.to_owned()))
        }
    }
}

fn of_id_token(
    oidc: &Oidc,
    first: Map<String, Value>,
    userinfo: Option<Map<String, Value>>,
    tokens: ProviderTokens,
) -> Result<Identity, Unrecognised> {
    let sub = first.get("sub").and_then(claims::sub).ok_or_else(|| Unrecognised::NoSub("/sub".to_owned()))?;
    let named = Issuer::of(oidc).of_token(&first).map_err(|_| Unrecognised::NoTenant)?;
    let user = named.user(&sub);
    if !claims::is_sub(&sub) || !claims::is_sub(&user) {
        return Err(Unrecognised::BadSub("/sub".to_owned()));
    }
    if userinfo.as_ref().is_some_and(|userinfo| userinfo.get("sub").and_then(claims::sub).as_ref() != Some(&sub)) {
        return Err(Unrecognised::AnotherSub);
    }
    let auth_time = numeric_date::at(&first, "auth_time").ok().flatten();
    Ok(identity(&oidc.registration, user, auth_time, Said { first, userinfo, names: None }, tokens))
}
