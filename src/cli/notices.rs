//! What `vestibule config check` tells of a good configuration: what is allowed, and seldom meant.

use std::collections::BTreeMap;

use crate::config::Config;

/// In words, each by itself.
pub fn notices(config: &Config) -> Vec<String> {
    if config.providers.is_empty() {
        return vec!["no provider is configured, so nobody can sign in; add a [providers.<id>] section.".to_owned()];
    }
    same_names(config)
}

/// Nobody can tell two buttons apart that say the same.
fn same_names(config: &Config) -> Vec<String> {
    let mut of_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for registration in config.providers.iter().map(|provider| provider.registration()) {
        of_name.entry(&registration.name).or_default().push(&registration.id);
    }
    let twins = of_name.into_iter().filter(|(_, ids)| ids.len() > 1);
    let notice = |(name, ids): (&str, Vec<&str>)| {
        format!("{} are all called {name:?} on their buttons; give each a name of its own.", ids.join(", "))
    };
    twins.map(notice).collect()
}
