//! The claims that `allow` rules compare: those of the provider, and those of clients, sites and resources, which are judged later by
//! what the login stored. A login needs them; it does not fail for the lack of any other claim.

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
