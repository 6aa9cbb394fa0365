//! Providers: who may sign in through them, and what two of them share.

use std::collections::BTreeMap;

use url::Url;

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::layer::preset;
use crate::config::section::provider::protocol::Provider;
use crate::config::section::provider::registration::Registration;
use crate::config::section::tokens::UserClaim;

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    everybody(config, warner);
    warn_same_client(config, warner);
    groups(config, warner);
}

/// Public providers without a rule, at which a login creates a user.
fn everybody(config: &Config, warner: &mut Warner<'_>) {
    if !config.login.sign_up {
        return;
    }
    for provider in config.providers.iter().filter(|provider| is_public(provider) && !is_restricted(provider)) {
        let Registration { id, name, .. } = provider.registration();
        let what = format!("has no rule, and login.sign_up is on: everybody with an account at {name} can sign in");
        let remedy =
            format!("write rules in [providers.{id}.allow], or login.sign_up = false if only known users may enter");
        warner.warn(&format!("providers.{id}.allow"), what, remedy);
    }
}

fn is_restricted(provider: &Provider) -> bool {
    let allow = &provider.registration().allow;
    let has_tenants = matches!(provider, Provider::Oidc(oidc) if !oidc.tenants.is_empty());
    has_tenants || !allow.email_domains.is_empty() || !allow.groups.is_empty() || !allow.claims.is_empty()
}

/// Whether anyone can create an account at the provider: it has the issuer, or the host of the authorization endpoint,
/// of a preset for which this holds.
fn is_public(provider: &Provider) -> bool {
    let presets = preset::public();
    let given = |key: &'static str| presets.iter().filter_map(move |preset| preset.provider.get(key)?.as_str());
    let of_host = |endpoint: &Url| {
        let host = |text: &str| Url::parse(text).ok()?.host_str().map(str::to_owned);
        given("authorization_endpoint").any(|text| host(text).as_deref() == endpoint.host_str())
    };
    match provider {
        Provider::Oidc(oidc) => {
            given("issuer").any(|issuer| issuer.trim_end_matches('/') == oidc.issuer.trim_end_matches('/'))
        }
        Provider::OAuth2(oauth2) => of_host(&oauth2.authorization_endpoint),
        Provider::OAuth1(oauth1) => of_host(&oauth1.authorization_endpoint),
    }
}

/// Two providers with the same issuer and the same `client_id`: each user has two identities at this issuer.
fn warn_same_client(config: &Config, warner: &mut Warner<'_>) {
    let mut known: BTreeMap<(String, &str), &str> = BTreeMap::new();
    for provider in &config.providers {
        let Registration { id, client_id, .. } = provider.registration();
        let issuer = match provider {
            Provider::Oidc(oidc) => oidc.issuer.clone(),
            Provider::OAuth2(oauth2) => oauth2.token_endpoint.to_string(),
            Provider::OAuth1(oauth1) => oauth1.access_token_endpoint.to_string(),
        };
        if let Some(first) = known.insert((issuer, client_id), id) {
            let what =
                format!("is the client of providers.{first} at the same issuer, so one person becomes two users");
            warner.warn(&format!("providers.{id}.client_id"), what, "keep one of the two providers");
        }
    }
}

/// Warns if groups of different providers can have the same name.
fn groups(config: &Config, warner: &mut Warner<'_>) {
    let sets = |provider: &&Provider| provider.registration().claims.groups.is_some();
    let ids: Vec<_> =
        config.providers.iter().filter(sets).map(|provider| provider.registration().id.as_str()).collect();
    if ids.len() < 2 || !config.tokens.claims.contains(&UserClaim::Groups) {
        return;
    }
    let what = format!(
        "contains \"groups\", which {} set: a service cannot distinguish a group of one provider from a group of another one with the same name",
        ids.join(", ")
    );
    let remedy = "write claims.groups = \"\" at all providers but one, or let services compare the claim idp as well";
    warner.warn("tokens.claims", what, remedy);
}
