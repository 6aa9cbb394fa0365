//! The claims that `allow` rules compare: the rules of the provider, and the rules of clients, sites and resources,
//! which later compare the claims that the login stored. A login needs these claims; it does not fail if any other
//! claim is missing.

use crate::config::{ClaimPointers, Pointer, Registration};

/// The pointers that the rules compare.
pub fn compared_claims(registration: &Registration) -> impl Iterator<Item = &Pointer> {
    let ClaimPointers { email, email_verified, groups, .. } = &registration.claims;
    let allow = &registration.allow;
    let of_domains = email.iter().chain(email_verified).filter(|_| !allow.email_domains.is_empty());
    let of_groups = groups.iter().filter(|_| !allow.groups.is_empty());
    let of_claims = allow.claims.iter().map(|(pointer, _)| pointer);
    of_domains.chain(of_groups).chain(of_claims).chain(&registration.compared_elsewhere)
}
