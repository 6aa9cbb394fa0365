//! Who somebody is by what a provider said: in a login, and where a login is explained.

use serde_json::{Map, Value};

use super::claims;
use super::identity::{Identity, ProviderTokens};
use super::numeric_date;
use super::oidc::{Issuer, user_names};
use super::profile_calls;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{OAuth1, OAuth2, Oidc, Provider, Registration};

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
    auth_time: Option<Timestamp>,
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

/// What a provider is supposed to have said. Nothing of it is verified.
#[derive(Default)]
pub struct Supposed {
    /// The claims of an ID token; of other providers, the answer of `userinfo_endpoint`, with that of each further profile
    /// call under its name.
    pub first: Map<String, Value>,
    /// Those of userinfo, beside an ID token.
    pub userinfo: Option<Map<String, Value>>,
    /// The `user` parameter of a form, beside an ID token.
    pub user: Option<String>,
}

/// The identity that a login would find in this.
pub fn recognise(provider: &Provider, supposed: Supposed) -> Result<Identity, Unrecognised> {
    let none = ProviderTokens {
        id_token: None,
        access_token: Plain::new(""),
        refresh_token: None,
        token_secret: None,
        scope: None,
        expires_in: None,
    };
    match provider {
        Provider::Oidc(oidc) => of_id_token(oidc, supposed, none),
        Provider::OAuth2(OAuth2 { registration, profile, .. })
        | Provider::OAuth1(OAuth1 { registration, profile, .. }) => {
            let claims = profile_calls::put_together(profile, supposed.first);
            let pointer = registration.claims.sub.as_ref().map_or("claims.sub", |pointer| pointer.as_str());
            let identity = Identity::of_profile(registration, claims, none);
            identity.map_err(|_| Unrecognised::NoSub(pointer.to_owned()))
        }
    }
}

fn of_id_token(oidc: &Oidc, supposed: Supposed, tokens: ProviderTokens) -> Result<Identity, Unrecognised> {
    let Supposed { first, userinfo, user: form } = supposed;
    let names = form.as_deref().and_then(user_names);
    let sub = first.get("sub").and_then(claims::sub).ok_or_else(|| Unrecognised::NoSub("/sub".to_owned()))?;
    let issuer = Issuer::of(oidc).of_token(&first).map_err(|_| Unrecognised::NoTenant)?;
    let user = issuer.user(&sub);
    if !claims::is_sub(&sub) || !claims::is_sub(&user) {
        return Err(Unrecognised::BadSub("/sub".to_owned()));
    }
    if userinfo.as_ref().is_some_and(|userinfo| userinfo.get("sub").and_then(claims::sub).as_ref() != Some(&sub)) {
        return Err(Unrecognised::AnotherSub);
    }
    let auth_time = numeric_date::at(&first, "auth_time").ok().flatten();
    Ok(identity(&oidc.registration, user, auth_time, Said { first, userinfo, names }, tokens))
}
