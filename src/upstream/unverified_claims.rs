//! The identity that claims from a file would give, for `vestibule explain`.

use serde_json::{Map, Value};

use super::from_claims::{ClaimSources, identity};
use super::identity::{Identity, ProviderTokens};
use super::numeric_date;
use super::oidc::{Issuer, user_names};
use super::{claims, profile_calls};
use crate::base::secret::Plain;
use crate::config::{OAuth1, OAuth2, Oidc, Provider};

/// Why claims contain no usable identity.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClaimsError {
    /// No usable value at the pointer of the subject identifier.
    #[error("{0} is missing, or neither a string nor an integer")]
    MissingSub(String),
    /// The subject identifier is not valid.
    #[error("{0} is empty, longer than 255 characters, or contains control characters")]
    InvalidSub(String),
    /// Userinfo has another subject identifier than the ID token (RT-28).
    #[error("userinfo has another sub than the ID token")]
    SubMismatch,
    /// At a multi-tenant provider: the tenant is missing or not allowed (AC-13).
    #[error("/tid is missing, or not among the allowed tenants")]
    TenantNotAllowed,
}

/// Claims from a file, for `vestibule explain`. They are not verified.
#[derive(Default)]
pub struct UnverifiedClaims {
    /// The claims of an ID token; for OAuth providers, the response of `userinfo_endpoint` with the response of each further
    /// profile request under its name.
    pub first: Map<String, Value>,
    /// Those of userinfo, beside an ID token.
    pub userinfo: Option<Map<String, Value>>,
    /// The `user` parameter of a form post (OpenID Connect only).
    pub user: Option<String>,
}

/// The identity that a login with these claims would produce.
pub fn identity_from_claims(provider: &Provider, claims: UnverifiedClaims) -> Result<Identity, ClaimsError> {
    let no_tokens = ProviderTokens {
        id_token: None,
        access_token: Plain::new(""),
        refresh_token: None,
        token_secret: None,
        scope: None,
        expires_in: None,
    };
    match provider {
        Provider::Oidc(oidc) => from_id_token(oidc, claims, no_tokens),
        Provider::OAuth2(OAuth2 { registration, profile, .. })
        | Provider::OAuth1(OAuth1 { registration, profile, .. }) => {
            let claims = profile_calls::merge_recorded(profile, claims.first);
            let pointer = registration.claims.sub.as_ref().map_or("claims.sub", |pointer| pointer.as_str());
            let identity = Identity::of_profile(registration, claims, no_tokens);
            identity.map_err(|_| ClaimsError::MissingSub(pointer.to_owned()))
        }
    }
}

fn from_id_token(oidc: &Oidc, claims: UnverifiedClaims, tokens: ProviderTokens) -> Result<Identity, ClaimsError> {
    let UnverifiedClaims { first, userinfo, user: form } = claims;
    let names = form.as_deref().and_then(user_names);
    let sub = first.get("sub").and_then(claims::sub).ok_or_else(|| ClaimsError::MissingSub("/sub".to_owned()))?;
    let issuer = Issuer::of(oidc).of_token(&first).map_err(|_| ClaimsError::TenantNotAllowed)?;
    let qualified_sub = issuer.qualified_sub(&sub);
    if !claims::is_sub(&sub) || !claims::is_sub(&qualified_sub) {
        return Err(ClaimsError::InvalidSub("/sub".to_owned()));
    }
    if userinfo.as_ref().is_some_and(|userinfo| userinfo.get("sub").and_then(claims::sub).as_ref() != Some(&sub)) {
        return Err(ClaimsError::SubMismatch);
    }
    let auth_time = numeric_date::read(&first, "auth_time").ok().flatten();
    Ok(identity(
        &oidc.registration,
        qualified_sub,
        auth_time,
        ClaimSources { id_token: first, userinfo, names },
        tokens,
    ))
}
