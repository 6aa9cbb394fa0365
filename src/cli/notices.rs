//! What `vestibule config check` tells of a good configuration: what is allowed, and seldom meant.

use std::collections::BTreeMap;

use crate::config::{ClientType, Config, Oidc, Provider};

/// In words, each by itself.
pub fn notices(config: &Config) -> Vec<String> {
    if config.providers.is_empty() {
        return vec!["no provider is configured, so nobody can sign in; add a [providers.<id>] section.".to_owned()];
    }
    every_tenant(config).chain(same_names(config)).chain(public_exchange(config)).collect()
}

/// Anybody can have a tenant.
fn every_tenant(config: &Config) -> impl Iterator<Item = String> {
    let open = config.providers.iter().filter(|provider| match provider {
        Provider::Oidc(oidc) => oidc.admits_every_tenant(),
        Provider::OAuth2(_) | Provider::OAuth1(_) => false,
    });
    open.map(|provider| {
        format!(
            "providers.{id} lets in people of every organization in the world, since its issuer has {} in it and tenants \
             is empty; write the ids of those that may come in into providers.{id}.tenants.",
            Oidc::TENANT,
            id = provider.registration().id,
        )
    })
}

/// Nobody can tell two buttons apart that say the same.
fn same_names(config: &Config) -> impl Iterator<Item = String> {
    let mut of_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for registration in config.providers.iter().map(Provider::registration) {
        of_name.entry(&registration.name).or_default().push(&registration.id);
    }
    let twins = of_name.into_iter().filter(|(_, ids)| ids.len() > 1);
    let notice = |(name, ids): (&str, Vec<&str>)| {
        format!("{} are all called {name:?} on their buttons; give each a name of its own.", ids.join(", "))
    };
    twins.map(notice)
}

/// Whoever has a token of a public app is that app, as far as can be told.
fn public_exchange(config: &Config) -> impl Iterator<Item = String> {
    let public = config.clients.iter().filter(|client| client.r#type == ClientType::Public);
    public.filter(|client| !client.provider_tokens.is_empty()).map(|client| {
        format!(
            "clients.{id} is public and has provider_tokens, so every service that it sends its access token to can have \
             the person's tokens of {}; a confidential app shows a secret for them.",
            client.provider_tokens.join(", "),
            id = client.id,
        )
    })
}
