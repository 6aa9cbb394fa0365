//! Decides whether a verified e-mail address identifies an existing user (`login.link_by_verified_email`), as a pure
//! function.
//!
//! An address identifies a user only if both providers are the authority for its domain: the provider of this login, and
//! the one that stated the address before. A provider at which people can enter an address, or that verified it once by
//! an e-mail, is not an authority (AC-02, AC-04).

use crate::access;
use crate::account::Profile;
use crate::config::Registration;

/// The other trusted providers for the address's domain. Empty in most configurations.
pub fn vouching<'r>(
    enabled: bool,
    arriving: &Registration,
    profile: &Profile,
    all: impl Iterator<Item = &'r Registration>,
) -> Vec<String> {
    if !enabled || !is_authority(arriving, profile) {
        return Vec::new();
    }
    all.filter(|other| other.id != arriving.id && is_authority(other, profile)).map(|other| other.id.clone()).collect()
}

fn is_authority(provider: &Registration, profile: &Profile) -> bool {
    provider.trusts_email && !profile.email_assumed && access::is_at(profile, &provider.allow.email_domains)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Allow;

    fn provider(id: &str, trusts_email: bool, domains: &[&str]) -> Registration {
        let email_domains = domains.iter().map(ToString::to_string).collect();
        let allow = Allow { email_domains, ..Allow::default() };
        Registration { id: id.into(), trusts_email, allow, ..Registration::example() }
    }

    /// AC-02, AC-04: only providers marked `trusts_email`, and only for their domains.
    #[test]
    fn both_must_be_the_authority_and_the_setting_on() {
        let ada = |verified| Profile {
            email: Some("ada@example.com".into()),
            email_verified: Some(verified),
            ..Profile::default()
        };
        let all = [
            provider("a", true, &["example.com"]),
            provider("b", true, &["example.org", "example.com"]),
            provider("elsewhere", true, &["example.org"]),
            provider("untrusted", false, &["example.com"]),
            provider("everyone", true, &[]),
        ];
        let [a, _, elsewhere, untrusted, everyone] = &all;
        let of = |enabled, arriving, verified| vouching(enabled, arriving, &ada(verified), all.iter());
        assert_eq!(of(true, a, true), ["b"]);
        for (enabled, arriving, verified) in [
            (false, a, true),
            (true, a, false),
            (true, elsewhere, true),
            (true, untrusted, true),
            (true, everyone, true),
        ] {
            assert!(of(enabled, arriving, verified).is_empty(), "{enabled} {} {verified}", arriving.id);
        }
        let assumed = Profile { email_assumed: true, ..ada(true) };
        assert!(vouching(true, a, &assumed, all.iter()).is_empty());
    }
}
