//! `[providers.<id>.allow]`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::claims::RawProviderClaims;
use crate::config::layer::findings::{Findings, shown};
use crate::config::section::json_pointer::pointer;
use crate::config::value::pointer::Pointer;

/// Who may enter: all that are given must hold; empty: everyone whom the provider lets in.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAllow {
    /// needs a verified e-mail
    pub(crate) email_domains: Vec<String>,
    /// any of
    pub(crate) groups: Vec<String>,
    /// pointer = required value
    pub(crate) claims: BTreeMap<String, String>,
}

/// Who may enter: all that are given must hold; empty: everyone whom the provider lets in.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Domains of verified e-mail addresses, in lower case.
    pub email_domains: Vec<String>,
    /// Groups, any of them.
    pub groups: Vec<String>,
    /// Claims with the texts that they must be.
    pub claims: Vec<(Pointer, String)>,
}

/// `pointers` are `[providers.<id>.claims]` of the same provider.
pub(crate) fn allow(
    key: &dyn Fn(&str) -> String,
    raw: RawAllow,
    pointers: &RawProviderClaims,
    trusts_email: bool,
    at: &mut Findings<'_>,
) -> Option<Allow> {
    let RawAllow { email_domains, groups, claims } = raw;
    let list = key("allow.email_domains");
    for (item, domain) in email_domains.iter().enumerate() {
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
        if !domain.split('.').all(part) || !domain.contains('.') {
            let remedy = "write what stands behind the @, as \"example.com\"; subdomains are named one by one";
            at.refuse_item(&list, item, format!("{} is not a domain", shown(domain)), remedy);
        }
    }
    for (item, _) in groups.iter().enumerate().filter(|(_, group)| group.trim().is_empty()) {
        at.refuse_item(&key("allow.groups"), item, "is empty", "write the name of a group, or take it out");
    }
    let nowhere = [
        ("allow.email_domains", email_domains.is_empty(), "claims.email_verified", pointers.email_verified.is_empty()),
        ("allow.groups", groups.is_empty(), "claims.groups", pointers.groups.is_empty()),
    ];
    for (rule, unused, claim, is_nowhere) in nowhere {
        if !unused && is_nowhere {
            let remedy = format!("point {claim} to where the provider says it, or write another rule in allow.claims");
            at.refuse(&key(rule), format!("can never hold, since {claim} is empty: nobody could enter"), remedy);
        }
    }
    let claims = claims.into_iter().map(|(text, value)| {
        let pointer = pointer(&key(&format!("allow.claims.{text}")), &text, at)?;
        Some((pointer, value))
    });
    let claims: Vec<_> = claims.collect();
    if trusts_email && email_domains.is_empty() {
        let remedy = "write the domains that this provider is the authority for in allow.email_domains, or take it out";
        at.refuse(&key("trusts_email"), "is on, but allow.email_domains is empty", remedy);
    }
    Some(Allow {
        email_domains: email_domains.into_iter().map(|domain| domain.to_lowercase()).collect(),
        groups,
        claims: claims.into_iter().collect::<Option<_>>()?,
    })
}
