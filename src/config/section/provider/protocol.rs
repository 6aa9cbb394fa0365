//! `[providers.*]`: the people's providers, as validated values.

use super::choice::Kind;
use super::oauth1::{self, OAuth1};
use super::oauth2::{self, OAuth2};
use super::oidc::{self, Oidc};
use super::raw::RawProvider;
use super::registration::{Registration, registration};
use super::unused_keys;
use crate::config::layer::findings::{Findings, shown};
use crate::config::layer::nearest::nearest_word;
use crate::config::layer::preset;
use crate::config::section::tokens::UserClaim;

/// One configured provider.
pub enum Provider {
    /// OpenID Connect, by discovery.
    Oidc(Oidc),
    /// OAuth 2.0 with an API of its own for profiles.
    OAuth2(OAuth2),
    /// OAuth 1.0a.
    OAuth1(OAuth1),
}

impl Provider {
    /// What we agreed on, whatever protocol it speaks.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => &oidc.registration,
            Self::OAuth2(oauth2) => &oauth2.registration,
            Self::OAuth1(oauth1) => &oauth1.registration,
        }
    }
}

/// `token_claims` is `tokens.claims`, which a login has to be able to fill.
pub(crate) fn provider(
    id: &str,
    raw: &mut RawProvider,
    token_claims: &[UserClaim],
    at: &mut Findings<'_>,
) -> Option<Provider> {
    let key = |key: &str| format!("providers.{id}.{key}");
    // Of another kind, other things would be missing.
    if at.is_wrong(&key("kind")) {
        return None;
    }
    if !preset_is_known(&key("preset"), &raw.preset, at) {
        return None;
    }
    if preset_is_meant(id, raw) {
        let remedy = format!("write preset = \"{id}\", or the issuer and no preset");
        at.refuse(
            &key("preset"),
            format!("is missing, and so is the issuer, but there is a preset {}", shown(id)),
            remedy,
        );
        return None;
    }
    unused_keys::unread(&key, raw, at);
    let registration = registration(id, &key, raw, at);
    match raw.kind {
        Kind::Oidc => oidc::oidc(&key, raw, registration, token_claims, at).map(Provider::Oidc),
        Kind::OAuth2 => oauth2::oauth2(&key, raw, registration, at).map(Provider::OAuth2),
        Kind::OAuth1 => oauth1::oauth1(&key, raw, registration, at).map(Provider::OAuth1),
    }
}

/// The table alone takes no preset, whatever its name.
fn preset_is_meant(id: &str, raw: &RawProvider) -> bool {
    raw.kind == Kind::Oidc && raw.preset.is_empty() && raw.issuer.is_empty() && preset::names().contains(&id)
}

/// Without its preset, everything that it would have given would seem to be missing.
fn preset_is_known(key: &str, name: &str, at: &mut Findings<'_>) -> bool {
    let known = preset::names();
    if name.is_empty() || known.contains(&name) {
        return true;
    }
    let likely = nearest_word(name, &known).map(|near| format!("; \"{near}\" is near")).unwrap_or_default();
    at.refuse(
        key,
        format!("there is no preset {}", shown(name)),
        format!("write one that `vestibule providers` lists{likely}"),
    );
    false
}
