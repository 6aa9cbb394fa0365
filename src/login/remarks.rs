//! Remarks of `vestibule explain` on what a login ignores without an error.

use serde_json::Value;

use super::rules::kind;
use crate::config::{Pointer, Registration};
use crate::upstream::Identity;

/// The number of groups that the provider sent, where it sent a list.
pub fn groups_said(registration: &Registration, identity: &Identity) -> Option<usize> {
    find(registration.claims.groups.as_ref(), identity)?.as_array().map(Vec::len)
}

/// The remarks, one sentence each.
pub fn remarks(registration: &Registration, identity: &Identity) -> Vec<String> {
    [groups(registration, identity), email_verified(registration, identity)].into_iter().flatten().collect()
}

fn groups(registration: &Registration, identity: &Identity) -> Option<String> {
    let pointer = registration.claims.groups.as_ref()?;
    let kept = identity.profile.groups.len();
    match find(Some(pointer), identity)? {
        Value::Null => None,
        Value::Array(said) if said.len() == kept => None,
        Value::Array(said) => Some(format!(
            "of the {} groups at {}, {kept} are taken: at most 500, and of those only texts of 1 to 256 characters \
             without control characters",
            said.len(),
            pointer.as_str(),
        )),
        other => Some(format!("{} is {}, not a list: there are no groups", pointer.as_str(), kind(other))),
    }
}

fn email_verified(registration: &Registration, identity: &Identity) -> Option<String> {
    let pointer = registration.claims.email_verified.as_ref()?;
    let said = find(Some(pointer), identity)?;
    if said.as_str() == Some("true") && !registration.email_verified_as_text {
        return Some(format!(
            "{} is the text \"true\" and not true, so it does not count; if the provider documents that it is one, write \
             email_verified_as_text = true",
            pointer.as_str(),
        ));
    }
    let is_odd = !(said.is_boolean() || said.is_null() || registration.email_verified_as_text);
    is_odd.then(|| format!("{} is {} and not true, so it does not count", pointer.as_str(), kind(said)))
}

fn find<'i>(pointer: Option<&Pointer>, identity: &'i Identity) -> Option<&'i Value> {
    identity.raw_claims.iter().find_map(|source| pointer?.find(source))
}
