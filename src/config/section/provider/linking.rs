//! Who may vouch for an e-mail address, and what that is good for: combinations by which one person could become another.

use super::issuer::TENANT;
use super::protocol::Provider;
use super::registration::Registration;
use crate::config::layer::findings::Findings;

/// Judges `trusts_email` of every provider, and `login.link_by_verified_email` over all of them.
pub(crate) fn linking(link_by_verified_email: bool, providers: &[Option<Provider>], at: &mut Findings<'_>) {
    for provider in providers.iter().flatten() {
        trust(provider, at);
    }
    // Where one could not be read, what it would have said is not known.
    let read: Option<Vec<_>> = providers.iter().map(|provider| provider.as_ref().map(Provider::registration)).collect();
    if let Some(read) = read.filter(|_| link_by_verified_email) {
        two_that_agree(&read, at);
    }
}

/// Whoever vouches for addresses must be able to, and must be who it says.
fn trust(provider: &Provider, at: &mut Findings<'_>) {
    let registration = provider.registration();
    if !registration.trusts_email {
        return;
    }
    let key = format!("providers.{}.trusts_email", registration.id);
    let claims = &registration.claims;
    if claims.email.is_none() || claims.email_verified.is_none() {
        let missing = if claims.email.is_none() { "claims.email" } else { "claims.email_verified" };
        let what = format!("is on, but {missing} is empty, so no address of this provider counts as verified");
        at.refuse(&key, what, "take it out, or point to where the provider says that it verified the address");
    }
    if let Provider::Oidc(oidc) = provider
        && oidc.issuer.contains(TENANT)
        && oidc.tenants.is_empty()
    {
        let what = "is on, but anybody's tenant may say any address (the issuer is that of all tenants)";
        at.refuse(&key, what, "list the tenants that are yours in tenants, or write the issuer of the one that is");
    }
    if registration.insecure_allow_http {
        let what = "is on, but with insecure_allow_http anyone on the way can say any address";
        at.refuse(&key, what, "write https:// addresses and take insecure_allow_http out, or take trusts_email out");
    }
}

/// An address joins two identities only where two providers are the authority for its domain.
fn two_that_agree(providers: &[&Registration], at: &mut Findings<'_>) {
    let key = "login.link_by_verified_email";
    let trusting: Vec<_> = providers.iter().filter(|provider| provider.trusts_email).collect();
    if trusting.len() < 2 {
        let who = trusting.first().map_or("no provider has", |_| "one provider alone has");
        let remedy = "set trusts_email = true and allow.email_domains for two providers at least that are the authority \
                      for the same domains, or take it out";
        at.refuse(key, format!("is on, but {who} trusts_email"), remedy);
        return;
    }
    let of_two =
        |domain: &String| trusting.iter().filter(|provider| provider.allow.email_domains.contains(domain)).count() > 1;
    if !trusting.iter().any(|provider| provider.allow.email_domains.iter().any(of_two)) {
        let remedy = "name a domain in allow.email_domains of both, or take it out";
        at.refuse(key, "is on, but no two providers with trusts_email have a domain in common", remedy);
    }
}
