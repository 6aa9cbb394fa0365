//! `[providers.<id>.allow]`: which users of the provider may sign in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::EmailVerified;
use super::claims::ClaimPointers;
use super::raw::RawProvider;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::local::Local;
use crate::config::value::pointer::Pointer;

/// Which users may sign in: those who meet all rules that are set; without a rule, every user of the provider.
#[derive(Default, Deserialize, JsonSchema)]
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

/// Validates the rules, with the keys of the provider that they depend on.
pub(crate) fn allow(
    key: &dyn Fn(&str) -> String,
    provider: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Option<Allow> {
    let raw = std::mem::take(&mut provider.allow);
    let (pointers, trusts_email) = (&provider.registration.claims, provider.registration.trusts_email);
    let is_assumed = provider.email_verified == EmailVerified::Assume;
    check_domains(&key("allow.email_domains"), &raw.email_domains, validator);
    check_groups(&key("allow.groups"), &raw.groups, validator);
    check_claims_exist(key, &raw, pointers, is_assumed, validator);
    let claims = raw.claims.into_iter().map(|(text, value)| {
        let read = Pointer::read(&text).map_err(|bad| format!("{} {bad}", quoted(&text)));
        let pointer = validator.accept(&key(&format!("allow.claims.{text}")), read, Pointer::REMEDY)?;
        Some((pointer, value))
    });
    let claims: Vec<_> = claims.collect();
    if trusts_email && is_assumed {
        let remedy = "remove one of them: an authority for addresses says which ones it has verified";
        validator.reject(&key("trusts_email"), "is true, but email_verified is \"assume\"", remedy);
    }
    if trusts_email && raw.email_domains.is_empty() {
        let remedy = "write the domains that this provider is the authority for in allow.email_domains, or remove it";
        validator.reject(&key("trusts_email"), "is true, but allow.email_domains is empty", remedy);
    }
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

/// Rejects what is no domain of e-mail addresses.
pub(crate) fn check_domains(key: &str, domains: &[String], validator: &mut Validator<'_>) {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    for (item, domain) in domains.iter().enumerate() {
        if !domain.split('.').all(is_label) || !domain.contains('.') {
            let remedy = "write the part after the @, as \"example.com\"; list subdomains one by one";
            validator.reject_item(key, item, format!("{} is not a domain", quoted(domain)), remedy);
        }
    }
}

/// A rule needs the claim that it is about.
fn check_claims_exist(
    key: &dyn Fn(&str) -> String,
    raw: &RawAllow,
    pointers: &ClaimPointers,
    is_assumed: bool,
    validator: &mut Validator<'_>,
) {
    let rules = [
        ("allow.email_domains", &raw.email_domains, "claims.email_verified", &pointers.email_verified),
        ("allow.groups", &raw.groups, "claims.groups", &pointers.groups),
    ];
    for (rule, values, claim, pointer) in rules {
        let is_never_met = pointer.is_none() && !(is_assumed && rule == "allow.email_domains");
        if !values.is_empty() && is_never_met {
            let what = format!("can never match, since {claim} is empty: no user could sign in");
            let remedy = format!("point {claim} to the claim that holds it, or write another rule in allow.claims");
            validator.reject(&key(rule), what, remedy);
        }
    }
}
