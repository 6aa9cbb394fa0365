//! Validates the registration at a provider, and completes it with what is made of several keys.

use super::allow::allow;
use super::another_account;
use super::choice::EmailVerified;
use super::credentials;
use super::domains::domains;
use super::endpoints::endpoints;
use super::icon::icon;
use super::raw::RawProvider;
use super::registration::Registration;
use super::reserved::is_reserved;
use crate::config::layer::validator::Validator;
use crate::config::section::authorities::authorities;
use crate::config::section::{address, scope};

/// Validates the keys of all kinds, and completes `raw.registration`; `None` if a part of it is invalid.
pub(crate) fn validate(
    id: &str,
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Option<()> {
    check_stored(key, &raw.registration, validator);
    let domains = domains(&key("domains"), &raw.domains, validator);
    let icon = icon(&key("icon"), &raw.icon, &raw.preset, validator);
    let redirect_uri = address::redirect_uri(&key("redirect_uri"), &raw.redirect_uri, validator);
    let post_logout = address::redirect_uri(&key("post_logout_redirect_uri"), &raw.post_logout_redirect_uri, validator);
    post_logout_parameter(&key("post_logout_parameter"), &raw.registration.post_logout_parameter, validator);
    let endpoints = endpoints(key, raw, validator);
    let secrets = credentials::validate(key, raw, validator);
    scope::tokens(&key("scopes"), &raw.registration.scopes, validator);
    extra_params(&key("extra_params"), &raw.registration.extra_params, validator);
    let another_account = another_account::validate(&key("another_account"), &raw.another_account, validator);
    let allow = allow(key, raw, validator);
    let authorities = authorities(&key("ca_file"), &raw.ca_file, validator);
    let (secrets, registration) = (secrets?, &mut raw.registration);
    id.clone_into(&mut registration.id);
    if registration.name.is_empty() {
        id.clone_into(&mut registration.name);
    }
    registration.icon = icon.ok()?;
    registration.domains = domains?;
    registration.preset = Some(raw.preset.clone()).filter(|preset| !preset.is_empty());
    registration.client_secret = secrets.current;
    registration.client_secret_previous = secrets.previous;
    registration.private_key = secrets.private_key;
    registration.redirect_uri = redirect_uri;
    registration.post_logout_redirect_uri = post_logout;
    registration.another_account = another_account;
    registration.endpoints = endpoints;
    registration.assume_email_verified = raw.email_verified == EmailVerified::Assume;
    registration.allow = allow?;
    registration.authorities = authorities.ok()?;
    Some(())
}

/// Checks the keys that need the stored tokens of the provider.
fn check_stored(key: &dyn Fn(&str) -> String, written: &Registration, validator: &mut Validator<'_>) {
    let remedy = "write store_tokens = true, or remove it";
    if written.tokens_for_linked && !written.store_tokens {
        validator.reject(&key("tokens_for_linked"), "is true, but the provider's tokens are not stored", remedy);
    }
    if written.recheck.is_some() && !written.store_tokens {
        validator.reject(&key("recheck"), "is set, but the provider's tokens are not stored", remedy);
    }
}

fn post_logout_parameter(key: &str, name: &str, validator: &mut Validator<'_>) {
    const TAKEN: [&str; 3] = ["client_id", "id_token_hint", "state"];
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if !is_name || TAKEN.contains(&name) {
        let remedy = "write \"post_logout_redirect_uri\", or what the provider documents, such as \"logout_uri\"";
        validator.reject(key, "is not the name of a parameter for an address", remedy);
    }
}

fn extra_params(key: &str, params: &[(String, String)], validator: &mut Validator<'_>) {
    for (name, _) in params {
        let lower = name.to_ascii_lowercase();
        if is_reserved(&lower) {
            let remedy = match lower.as_str() {
                "scope" => "remove it; the key for it is scopes",
                "redirect_uri" => "remove it; the key for it is redirect_uri",
                "response_mode" => "remove it; the key for it is response_mode",
                _ => "remove it",
            };
            validator.reject(&format!("{key}.{name}"), "is a parameter that Vestibule sets itself", remedy);
        } else if name.trim().is_empty() {
            validator.reject(&format!("{key}.{name}"), "has no name", "write name = \"value\"");
        }
    }
}
