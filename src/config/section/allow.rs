//! The conditions of `allow`: of providers, of clients and of rules for sites.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::pointer::{POINTER_REMEDY, Pointer};

/// Which users may sign in: those who meet all rules that are set; without a rule, every user of the provider.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAllow {
    /// domain of a verified e-mail address, any of these
    pub(crate) email_domains: Vec<String>,
    /// group, any of these
    pub(crate) groups: Vec<String>,
    /// pointer = required value, all of these
    pub(crate) claims: BTreeMap<String, String>,
}

/// Which users may sign in: those who meet all rules that are set; without a rule, every user of the provider.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Domains of verified e-mail addresses, in lower case; one must match.
    pub email_domains: Vec<String>,
    /// Names of groups; the user must be in one.
    pub groups: Vec<String>,
    /// Claims and their required values; all must match.
    pub claims: Vec<(Pointer, String)>,
}

impl Allow {
    /// Whether it has no condition, so that every user meets it.
    pub fn is_empty(&self) -> bool {
        self.email_domains.is_empty() && self.groups.is_empty() && self.claims.is_empty()
    }
}

/// Validates the conditions of a table by themselves. `key` is the table.
pub(crate) fn conditions(key: &str, raw: RawAllow, validator: &mut Validator<'_>) -> Option<Allow> {
    check_domains(&format!("{key}.email_domains"), &raw.email_domains, validator);
    check_groups(&format!("{key}.groups"), &raw.groups, validator);
    let claims = raw.claims.into_iter().map(|(text, value)| {
        let read = Pointer::parse(&text).map_err(|bad| format!("{} {bad}", quoted(&text)));
        let pointer = validator.accept(&format!("{key}.claims.{text}"), read, POINTER_REMEDY)?;
        Some((pointer, value))
    });
    let claims: Vec<_> = claims.collect();
    Some(Allow {
        email_domains: raw.email_domains.into_iter().map(|domain| domain.to_lowercase()).collect(),
        groups: raw.groups,
        claims: claims.into_iter().collect::<Option<_>>()?,
    })
}

/// Rejects names of groups that are empty.
pub(crate) fn check_groups(key: &str, groups: &[String], validator: &mut Validator<'_>) {
    for (item, _) in groups.iter().enumerate().filter(|(_, group)| group.trim().is_empty()) {
        validator.reject_item(key, item, "is empty", "write the name of a group, or remove it");
    }
}

/// Rejects what is not a domain of e-mail addresses.
fn check_domains(key: &str, domains: &[String], validator: &mut Validator<'_>) {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    for (item, domain) in domains.iter().enumerate() {
        if !domain.split('.').all(is_label) || !domain.contains('.') {
            let remedy = "write the part after the @, as \"example.com\"; list subdomains one by one";
            validator.reject_item(key, item, format!("{} is not a domain", quoted(domain)), remedy);
        }
    }
}
