//! `trusts_email` and `login.link_by_verified_email`: rejects combinations by which a user could take over the account of another.

use super::issuer::TENANT;
use super::protocol::Provider;
use super::registration::Registration;
use crate::config::layer::validator::Validator;

/// Validates `trusts_email` of every provider, and `login.link_by_verified_email` for all of them together.
pub(crate) fn validate(link_by_verified_email: bool, providers: &[Option<Provider>], validator: &mut Validator<'_>) {
    for provider in providers.iter().flatten() {
        trust(provider, validator);
    }
    // With an invalid provider among them, the second check is skipped: its rules are not known.
    let read: Option<Vec<_>> = providers.iter().map(|provider| provider.as_ref().map(Provider::registration)).collect();
    if let Some(read) = read.filter(|_| link_by_verified_email) {
        check_shared_domain(&read, validator);
    }
}

/// A provider with `trusts_email` must return verified addresses, and no other party may be able to set them.
fn trust(provider: &Provider, validator: &mut Validator<'_>) {
    let registration = provider.registration();
    if !registration.trusts_email {
        return;
    }
    let key = format!("providers.{}.trusts_email", registration.id);
    let claims = &registration.claims;
    if claims.email.is_none() || claims.email_verified.is_none() {
        let missing = if claims.email.is_none() { "claims.email" } else { "claims.email_verified" };
        let what = format!("is true, but {missing} is empty, so no address of this provider counts as verified");
        validator.reject(&key, what, "remove it, or point to the claim that says whether the address is verified");
    }
    if let Provider::Oidc(oidc) = provider
        && oidc.issuer.contains(TENANT)
        && oidc.tenants.is_empty()
    {
        let what = "is true, but the issuer is the issuer of all tenants, and any tenant can set any address";
        validator.reject(&key, what, "list your own tenants in tenants, or write the issuer of one tenant");
    }
    if registration.insecure_allow_http {
        let what = "is true, but with insecure_allow_http an attacker on the network can set any address";
        validator.reject(&key, what, "write https:// URLs and remove insecure_allow_http, or remove trusts_email");
    }
}

/// Linking by address has an effect only if two providers are the authority for the same domain.
fn check_shared_domain(providers: &[&Registration], validator: &mut Validator<'_>) {
    let key = "login.link_by_verified_email";
    let trusting: Vec<_> = providers.iter().filter(|provider| provider.trusts_email).collect();
    if trusting.len() < 2 {
        let count = trusting.first().map_or("no provider has", |_| "only one provider has");
        let remedy = "set trusts_email = true and allow.email_domains for at least two providers that are the authority \
                      for the same domains, or remove it";
        validator.reject(key, format!("is true, but {count} trusts_email"), remedy);
        return;
    }
    let of_two =
        |domain: &String| trusting.iter().filter(|provider| provider.allow.email_domains.contains(domain)).count() > 1;
    if !trusting.iter().any(|provider| provider.allow.email_domains.iter().any(of_two)) {
        let remedy = "write the same domain in allow.email_domains of both, or remove it";
        validator.reject(key, "is true, but no two providers with trusts_email have a domain in common", remedy);
    }
}
