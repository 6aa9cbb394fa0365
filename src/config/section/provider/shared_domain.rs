//! Rejects providers that share a domain of e-mail addresses.

use std::collections::BTreeMap;

use super::protocol::Provider;
use crate::config::layer::validator::{Validator, quoted};

/// Rejects a domain that leads to two providers.
pub(crate) fn validate(providers: &[Option<Provider>], validator: &mut Validator<'_>) {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for registration in providers.iter().flatten().map(Provider::registration) {
        for (item, domain) in registration.domains.iter().enumerate() {
            let Some(other) = known.insert(domain, &registration.id) else { continue };
            let what = format!("{} leads to providers.{other} and to providers.{}", quoted(domain), registration.id);
            let key = format!("providers.{}.domains", registration.id);
            validator.reject_item(&key, item, what, "write each domain once, at one provider");
        }
    }
}
