//! Remarks of `vestibule explain` on what a login ignores without an error.

use serde_json::Value;

use crate::access::kind;
use crate::config::{Pointer, Registration};
use crate::upstream::{Identity, MAX_GROUPS};

/// The number of groups that the provider sent, if it sent a list.
pub fn groups_sent(registration: &Registration, identity: &Identity) -> Option<usize> {
    find(registration.claims.groups.as_ref(), identity)?.as_array().map(Vec::len)
}

/// The remarks, one sentence each.
pub fn remarks(registration: &Registration, identity: &Identity) -> Vec<String> {
    let all = [groups(registration, identity), email_verified(registration, identity), others(identity)];
    all.into_iter().flatten().collect()
}

fn groups(registration: &Registration, identity: &Identity) -> Option<String> {
    let pointer = registration.claims.groups.as_ref()?;
    let loss = identity.losses.iter().find(|loss| loss.claim == "groups")?;
    let at = pointer.as_str();
    let Some(sent) = find(Some(pointer), identity) else { return loss.remedy.map(str::to_owned) };
    match sent {
        Value::Array(sent) => Some(format!(
            "of the {} groups at {at}, {} are taken: at most {MAX_GROUPS}, and of those only texts of 1 to 256 characters \
             without control characters and without spaces around them",
            sent.len(),
            sent.len() - loss.dropped - loss.cut,
        )),
        text @ Value::String(_) if loss.remedy.is_some() => Some(format!(
            "{at} is {}, not a list, so the groups are unknown; if the provider sends a single group as a \
             string, write single_group_as_list = true",
            kind(text),
        )),
        other => Some(format!("{at} is {}, not a list, so the groups are unknown", kind(other))),
    }
}

/// The other claim values that were dropped, cut or changed, as counts.
fn others(identity: &Identity) -> Option<String> {
    let reported: Vec<_> = identity
        .losses
        .iter()
        .filter(|loss| !matches!(loss.claim, "groups" | "email_verified"))
        .map(ToString::to_string)
        .collect();
    (!reported.is_empty()).then(|| format!("not taken as sent: {}", reported.join("; ")))
}

fn email_verified(registration: &Registration, identity: &Identity) -> Option<String> {
    let pointer = registration.claims.email_verified.as_ref()?;
    let sent = find(Some(pointer), identity)?;
    if sent.as_str() == Some("true") && !registration.email_verified_as_text {
        return Some(format!(
            "{} is the text \"true\" and not true, so it does not count; if the provider documents that it is one, write \
             email_verified_as_text = true",
            pointer.as_str(),
        ));
    }
    let is_odd = !(sent.is_boolean() || sent.is_null() || registration.email_verified_as_text);
    is_odd.then(|| format!("{} is {} and not true, so it does not count", pointer.as_str(), kind(sent)))
}

fn find<'i>(pointer: Option<&Pointer>, identity: &'i Identity) -> Option<&'i Value> {
    identity.raw_claims.iter().find_map(|source| pointer?.find(source))
}
