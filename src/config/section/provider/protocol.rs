//! A provider, validated: one of three protocols.

use super::choice::ProviderKind;
use super::needs::ClaimNeeds;
use super::oauth1::{self, OAuth1};
use super::oauth2::{self, OAuth2};
use super::oidc::{self, Oidc};
use super::raw::RawProvider;
use super::registration::Registration;
use super::registration_rules;
use super::unused_keys;
use crate::config::layer::preset;
use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Validator, quoted};

/// One configured provider, by the protocol that it speaks.
pub enum Provider {
    /// OpenID Connect, with discovery.
    Oidc(Oidc),
    /// OAuth 2.0, with an API for profiles.
    OAuth2(OAuth2),
    /// OAuth 1.0a, with an API for profiles.
    OAuth1(OAuth1),
}

impl Provider {
    /// Whether it speaks OpenID Connect.
    pub fn is_oidc(&self) -> bool {
        matches!(self, Self::Oidc(_))
    }

    /// The keys that all provider kinds share.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => &oidc.registration,
            Self::OAuth2(oauth2) => &oauth2.registration,
            Self::OAuth1(oauth1) => &oauth1.registration,
        }
    }

    /// The issuer whose `sub` values identify persons at this provider: `issuer` as configured; for OAuth, the origin of the
    /// token endpoint.
    pub fn identity_issuer(&self) -> String {
        match self {
            Self::Oidc(oidc) => oidc.issuer.clone(),
            Self::OAuth2(oauth2) => oauth2.token_endpoint.origin().ascii_serialization(),
            Self::OAuth1(oauth1) => oauth1.access_token_endpoint.origin().ascii_serialization(),
        }
    }
}

/// Validates one provider. `needs` are the claims that a login must be able to provide.
pub(crate) fn validate(
    id: &str,
    mut raw: RawProvider,
    needs: &ClaimNeeds<'_>,
    validator: &mut Validator<'_>,
) -> Option<Provider> {
    let key = |key: &str| format!("providers.{id}.{key}");
    // Each kind requires other keys, so without the kind the other problems would be wrong.
    if validator.is_wrong(&key("kind")) {
        return None;
    }
    if !preset_is_known(&key("preset"), &raw.preset, validator) {
        return None;
    }
    if forgot_preset(id, &raw) {
        let remedy = format!("write preset = \"{id}\", or the issuer of another provider");
        validator.reject(
            &key("preset"),
            format!("is missing, and so is issuer, but there is a preset {}", quoted(id)),
            remedy,
        );
        return None;
    }
    unused_keys::validate(&key, &raw, validator);
    let registration_is_valid = registration_rules::validate(id, &key, &mut raw, validator);
    raw.registration.compared_elsewhere = needs.compared_at(&raw.registration);
    match raw.kind {
        ProviderKind::Oidc => oidc::validate(&key, raw, registration_is_valid, needs, validator).map(Provider::Oidc),
        ProviderKind::OAuth2 => oauth2::validate(&key, raw, registration_is_valid, validator).map(Provider::OAuth2),
        ProviderKind::OAuth1 => oauth1::validate(&key, raw, registration_is_valid, validator).map(Provider::OAuth1),
    }
}

/// Whether the operator expected the id to select the preset of the same name. It does not.
fn forgot_preset(id: &str, raw: &RawProvider) -> bool {
    raw.kind == ProviderKind::Oidc && raw.preset.is_empty() && raw.issuer.is_empty() && preset::names().contains(&id)
}

/// Whether the preset exists. An unknown one is reported, and stops the validation: its keys would be reported as missing.
fn preset_is_known(key: &str, name: &str, validator: &mut Validator<'_>) -> bool {
    let known = preset::names();
    if name.is_empty() || known.contains(&name) {
        return true;
    }
    let likely = suggest_word(name, &known).map(|similar| format!("; did you mean \"{similar}\"?")).unwrap_or_default();
    validator.reject(
        key,
        format!("there is no preset {}", quoted(name)),
        format!("write one that `vestibule providers` lists{likely}"),
    );
    false
}
