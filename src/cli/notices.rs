//! The notices of `vestibule config check`: valid settings that are probably not intended.

use std::collections::BTreeMap;

use crate::config::{Config, Oidc, Provider};

/// The notices, one sentence each.
pub fn notices(config: &Config) -> Vec<String> {
    if config.providers.is_empty() {
        return vec!["no provider is configured, so no user can sign in; add a [providers.<id>] section.".to_owned()];
    }
    every_tenant(config).chain(same_names(config)).chain(other_algorithms(config)).collect()
}

/// Providers that accept users of all tenants: anybody can create a tenant.
fn every_tenant(config: &Config) -> impl Iterator<Item = String> {
    let open = config.providers.iter().filter(|provider| match provider {
        Provider::Oidc(oidc) => oidc.admits_every_tenant(),
        Provider::OAuth2(_) | Provider::OAuth1(_) => false,
    });
    open.map(|provider| {
        format!(
            "providers.{id} accepts users of every organization, since its issuer contains {} and tenants is empty; write \
             the ids of the allowed tenants in providers.{id}.tenants.",
            Oidc::TENANT,
            id = provider.registration().id,
        )
    })
}

/// Clients whose access tokens have another algorithm than the status lists, which their services may read as well.
fn other_algorithms(config: &Config) -> impl Iterator<Item = String> {
    let first = config.signing.algorithms.first().copied();
    let own = config.clients.iter().filter_map(|client| Some((&client.id, client.tokens.access_token_alg?)));
    own.filter(move |(_, algorithm)| Some(*algorithm) != first).map(move |(id, algorithm)| {
        format!(
            "clients.{id}.access_token_alg is {:?}, and the status lists stay signed by {:?}, the first of \
             signing.algorithms.",
            algorithm.name(),
            first.map(crate::config::Algorithm::name).unwrap_or_default(),
        )
    })
}

/// Providers with the same display name, whose buttons look the same.
fn same_names(config: &Config) -> impl Iterator<Item = String> {
    let mut of_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for registration in config.providers.iter().map(Provider::registration) {
        of_name.entry(&registration.name).or_default().push(&registration.id);
    }
    let shared = of_name.into_iter().filter(|(_, ids)| ids.len() > 1);
    let notice = |(name, ids): (&str, Vec<&str>)| {
        format!("{} have the same name {name:?} on their buttons; give each its own name.", ids.join(", "))
    };
    shared.map(notice)
}
