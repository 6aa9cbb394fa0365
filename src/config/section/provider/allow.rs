//! `[providers.<id>.allow]`: which users of the provider may sign in.

use super::choice::EmailVerified;
use super::claims::ClaimPointers;
use super::raw::RawProvider;
use crate::config::layer::validator::Validator;
use crate::config::section::allow::{Allow, RawAllow, conditions};

/// Validates the rules, with the keys of the provider that they depend on.
pub(crate) fn allow(
    key: &dyn Fn(&str) -> String,
    provider: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Option<Allow> {
    let raw = std::mem::take(&mut provider.allow);
    let (pointers, trusts_email) = (&provider.registration.claims, provider.registration.trusts_email);
    let is_assumed = provider.email_verified == EmailVerified::Assume;
    check_claims_exist(key, &raw, pointers, is_assumed, validator);
    let has_no_domain = raw.email_domains.is_empty();
    let allow = conditions(&key("allow"), raw, validator);
    if trusts_email && is_assumed {
        let remedy = "remove one of them: an authority for addresses says which ones it has verified";
        validator.reject(&key("trusts_email"), "is true, but email_verified is \"assume\"", remedy);
    }
    if trusts_email && has_no_domain {
        let remedy = "write the domains that this provider is the authority for in allow.email_domains, or remove it";
        validator.reject(&key("trusts_email"), "is true, but allow.email_domains is empty", remedy);
    }
    allow
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
