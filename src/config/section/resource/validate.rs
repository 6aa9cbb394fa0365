//! Validates `[resources.<id>]` sections.

use url::Url;

use super::model::ProtectedResource;
use super::raw::RawResource;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::client::model::{ACCOUNT_SCOPE, Client};
use crate::config::section::scope;
use crate::config::section::verify::model::SiteAccess;
use crate::config::section::verify::raw::RawSiteAllow;
use crate::config::section::verify::{VerifyContext, access};
use crate::config::value::public_url::{PublicUrl, is_loopback};
use crate::config::value::resource::is_same_resource;

pub(crate) fn validate(
    id: &str,
    raw: RawResource,
    context: &VerifyContext<'_>,
    audience: &[String],
    validator: &mut Validator<'_>,
) -> Option<ProtectedResource> {
    let key = |key: &str| format!("resources.{id}.{key}");
    let url = address(&key("resource"), &raw.resource, context, audience, validator);
    scope::tokens(&key("scopes"), &raw.scopes, validator);
    for (item, _) in raw.scopes.iter().enumerate().filter(|(_, scope)| *scope == ACCOUNT_SCOPE) {
        let what = "\"account\" is the scope of the built-in client's tokens that act for the user at the gateway";
        validator.reject_item(&key("scopes"), item, what, "choose another name");
    }
    let allow = raw.allow;
    let allow = RawSiteAllow {
        email_domains: allow.email_domains,
        groups: allow.groups,
        claims: allow.claims,
        providers: allow.providers,
        max_age: allow.max_age,
        aal: allow.aal,
        anyone: false,
        deny: false,
    };
    let conditions = match access(&key("allow"), allow, context.providers, validator)? {
        SiteAccess::SignedIn(conditions) => conditions,
        SiteAccess::Deny | SiteAccess::Anyone => return None,
    };
    let url = url?;
    let name = if raw.name.is_empty() { url.host_str().unwrap_or(id).to_owned() } else { raw.name };
    Some(ProtectedResource { id: id.to_owned(), resource: raw.resource, name, scopes: raw.scopes, conditions })
}

/// Parses the resource URL (RFC 9728 §1.2: https, no fragment). Rejects the issuer and the items of `tokens.audience`:
/// access tokens that were not requested for this resource would be valid at it.
fn address(
    key: &str,
    text: &str,
    context: &VerifyContext<'_>,
    audience: &[String],
    validator: &mut Validator<'_>,
) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| {
        let is_good = url.scheme() == "https" || url.scheme() == "http" && is_loopback(url);
        is_good && url.host_str().is_some() && url.fragment().is_none() && url.username().is_empty()
    });
    let Some(url) = url else {
        let what = if text.is_empty() {
            "is missing".to_owned()
        } else {
            format!("{} must be an https URL with a host, without a user name and without a fragment", quoted(text))
        };
        let remedy = "write the URL of the service, for example \"https://tools.example.com/mcp\"; http is allowed on loopback only";
        validator.reject(key, what, remedy);
        return None;
    };
    let issuer = context.public_url.map(PublicUrl::issuer);
    if issuer.into_iter().chain(audience.iter().map(String::as_str)).any(|known| is_same_resource(known, text)) {
        let what = format!("{} is in the audience of other tokens (the issuer or tokens.audience)", quoted(text));
        validator.reject(key, what, "write the address of the service itself");
        return None;
    }
    Some(url)
}

/// Rejects two resources with the same URL: their tokens would have the same audience.
pub(crate) fn distinct(resources: &[ProtectedResource], validator: &mut Validator<'_>) {
    for (at, resource) in resources.iter().enumerate() {
        let same = |other: &&ProtectedResource| is_same_resource(&other.resource, &resource.resource);
        if let Some(other) = resources.iter().take(at).find(same) {
            let key = format!("resources.{}.resource", resource.id);
            let what = format!("{} is the address of resources.{} too", quoted(&resource.resource), other.id);
            validator.reject(&key, what, "keep one of the two sections");
        }
    }
}

/// Rejects the address of a resource in the audience of a client: each token of the client would be for it, with all scopes, and no
/// consent page would name it.
pub(crate) fn apart_from_audiences<'a>(
    resources: &[ProtectedResource],
    clients: impl Iterator<Item = &'a Client>,
    validator: &mut Validator<'_>,
) {
    for client in clients {
        for (item, audience) in client.audience.iter().enumerate() {
            let same = |known: &&ProtectedResource| is_same_resource(&known.resource, audience);
            if let Some(known) = resources.iter().find(same) {
                let what = format!("{} is the address of resources.{}", quoted(audience), known.id);
                let remedy = format!("remove it here, and write resources = [{}] for this client", quoted(&known.id));
                validator.reject_item(&format!("clients.{}.audience", client.id), item, what, remedy);
            }
        }
    }
}
