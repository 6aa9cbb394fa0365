//! `[providers.*]`: what all kinds have in common.

use std::collections::BTreeMap;

use super::{address, kind_keys, provider_client, provider_kind, scope};
use crate::base::authorities::Authorities;
use crate::base::secret::Plain;
use crate::config::findings::{Findings, shown};
use crate::config::nearest::nearest_word;
use crate::config::pointer::Pointer;
use crate::config::preset;
use crate::config::provider::{Endpoints, Kind, Provider};
use crate::config::raw;
use crate::config::registration::{Allow, ClaimPointers, Registration};
use crate::config::settings::UserClaim;

/// Parameters of the authorization request that are ours, whatever their letter case (RA-16).
const RESERVED: [&str; 11] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
];

/// `token_claims` is `tokens.claims`, which a login has to be able to fill.
pub(super) fn provider(
    id: &str,
    raw: &mut raw::Provider,
    token_claims: &[UserClaim],
    at: &mut Findings<'_>,
) -> Option<Provider> {
    let key = |key: &str| format!("providers.{id}.{key}");
    // Of another kind, other things would be missing.
    if at.is_wrong(&key("kind")) {
        return None;
    }
    if !preset_is_known(&key("preset"), &raw.preset, at) {
        return None;
    }
    if preset_is_meant(id, raw) {
        let remedy = format!("write preset = \"{id}\", or the issuer and no preset");
        at.refuse(
            &key("preset"),
            format!("is missing, and so is the issuer, but there is a preset {}", shown(id)),
            remedy,
        );
        return None;
    }
    kind_keys::unread(&key, raw, at);
    let registration = registration(id, &key, raw, at);
    match raw.kind {
        Kind::Oidc => provider_kind::oidc(&key, raw, registration, token_claims, at).map(Provider::Oidc),
        Kind::OAuth2 => provider_kind::oauth2(&key, raw, registration, at).map(Provider::OAuth2),
        Kind::OAuth1 => provider_kind::oauth1(&key, raw, registration, at).map(Provider::OAuth1),
    }
}

/// The table alone takes no preset, whatever its name.
fn preset_is_meant(id: &str, raw: &raw::Provider) -> bool {
    raw.kind == Kind::Oidc && raw.preset.is_empty() && raw.issuer.is_empty() && preset::names().contains(&id)
}

/// Without its preset, everything that it would have given would seem to be missing.
fn preset_is_known(key: &str, name: &str, at: &mut Findings<'_>) -> bool {
    let known = preset::names();
    if name.is_empty() || known.contains(&name) {
        return true;
    }
    let likely = nearest_word(name, &known).map(|near| format!("; \"{near}\" is near")).unwrap_or_default();
    at.refuse(
        key,
        format!("there is no preset {}", shown(name)),
        format!("write one that `vestibule providers` lists{likely}"),
    );
    false
}

fn registration(
    id: &str,
    key: &dyn Fn(&str) -> String,
    raw: &mut raw::Provider,
    at: &mut Findings<'_>,
) -> Option<Registration> {
    let redirect_uri = address::redirect_uri(&key("redirect_uri"), &raw.redirect_uri, at);
    let post_logout = address::redirect_uri(&key("post_logout_redirect_uri"), &raw.post_logout_redirect_uri, at);
    let endpoints = endpoints(key, raw, at);
    let secrets = provider_client::secrets(key, raw, at);
    scope::tokens(&key("scopes"), &raw.scopes, at);
    extra_params(&key("extra_params"), &raw.extra_params, at);
    let claims = claims(key, &raw.claims, at);
    let allow = allow(key, raw, at);
    let leeway = at.duration(&key("leeway"), &raw.leeway, "0s", "5m");
    let timeout = at.duration(&key("timeout"), &raw.timeout, "1s", "60s");
    let authorities = authorities(&key("ca_file"), &raw.ca_file, at);
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let secrets = secrets?;
    Some(Registration {
        id: id.to_owned(),
        name: given(&raw.name).unwrap_or_else(|| id.to_owned()),
        preset: given(&raw.preset),
        client_id: raw.client_id.clone(),
        client_secret: secrets.current,
        client_secret_previous: secrets.previous,
        token_endpoint_auth_method: raw.token_endpoint_auth_method,
        private_key: secrets.private_key,
        private_key_id: given(&raw.private_key_id),
        client_assertion_audience: given(&raw.client_assertion_audience),
        team_id: given(&raw.team_id),
        scopes: std::mem::take(&mut raw.scopes),
        redirect_uri,
        post_logout_redirect_uri: post_logout,
        pkce: raw.pkce,
        response_mode: raw.response_mode,
        extra_params: std::mem::take(&mut raw.extra_params).into_iter().collect(),
        endpoints,
        claims,
        email_verified_as_text: raw.email_verified_as_text,
        allow: allow?,
        logout: raw.logout,
        leeway: leeway?,
        timeout: timeout?,
        authorities: authorities?,
        expose_tokens: raw.expose_tokens,
        store_tokens: raw.store_tokens,
        trusts_email: raw.trusts_email,
        insecure_allow_http: raw.insecure_allow_http,
        insecure_assume_fresh_login: raw.insecure_assume_fresh_login,
    })
}

/// The outer `None` is a file that will not do. It holds no secret, so it is named.
#[expect(clippy::option_option, reason = "most providers have none, and a wrong one is no configuration")]
fn authorities(key: &str, path: &str, at: &mut Findings<'_>) -> Option<Option<Authorities>> {
    if path.is_empty() {
        return Some(None);
    }
    let remedy = "write the path of a PEM file with the certificates of its authorities";
    let pem = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", shown(path)));
    let pem = at.accept(key, pem, remedy)?;
    let read = Authorities::parse(&pem).map_err(|bad| format!("{} {bad}", shown(path)));
    at.accept(key, read, remedy).map(Some)
}

fn endpoints(key: &dyn Fn(&str) -> String, raw: &raw::Provider, at: &mut Findings<'_>) -> Endpoints {
    let mut read = |name: &str, text: &str| address::endpoint(&key(name), text, raw.insecure_allow_http, at);
    Endpoints {
        authorization_endpoint: read("authorization_endpoint", &raw.authorization_endpoint),
        token_endpoint: read("token_endpoint", &raw.token_endpoint),
        userinfo_endpoint: read("userinfo_endpoint", &raw.userinfo_endpoint),
        jwks_uri: read("jwks_uri", &raw.jwks_uri),
        end_session_endpoint: read("end_session_endpoint", &raw.end_session_endpoint),
        revocation_endpoint: read("revocation_endpoint", &raw.revocation_endpoint),
    }
}

fn claims(key: &dyn Fn(&str) -> String, raw: &raw::ProviderClaims, at: &mut Findings<'_>) -> ClaimPointers {
    let mut read = |name: &str, text: &str| match text {
        "" => None,
        text => pointer(&key(&format!("claims.{name}")), text, at),
    };
    ClaimPointers {
        sub: read("sub", &raw.sub),
        email: read("email", &raw.email),
        email_verified: read("email_verified", &raw.email_verified),
        name: read("name", &raw.name),
        preferred_username: read("preferred_username", &raw.preferred_username),
        picture: read("picture", &raw.picture),
        groups: read("groups", &raw.groups),
    }
}

/// A key that has to be given. What the page of its preset shows for it says more than a general remedy.
pub(super) fn missing(
    key: &dyn Fn(&str) -> String,
    name: &str,
    raw: &raw::Provider,
    remedy: &str,
    at: &mut Findings<'_>,
) {
    let example = preset::example(&raw.preset, name);
    let shown = example.map(|line| format!("write yours, which for preset \"{}\" looks like {line}", raw.preset));
    at.refuse(&key(name), "is missing", shown.unwrap_or_else(|| remedy.to_owned()));
}

/// A JSON pointer.
pub(super) fn pointer(key: &str, text: &str, at: &mut Findings<'_>) -> Option<Pointer> {
    let read = Pointer::parse(text).map_err(|bad| format!("{} {bad}", shown(text)));
    at.accept(key, read, "write a JSON pointer (RFC 6901), as \"/email\" or \"/data/id\"")
}

fn allow(key: &dyn Fn(&str) -> String, raw: &mut raw::Provider, at: &mut Findings<'_>) -> Option<Allow> {
    let raw::Allow { email_domains, groups, claims } = &mut raw.allow;
    let list = key("allow.email_domains");
    for (item, domain) in email_domains.iter().enumerate() {
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
        if !domain.split('.').all(part) || !domain.contains('.') {
            let remedy = "write what stands behind the @, as \"example.com\"; subdomains are named one by one";
            at.refuse_item(&list, item, format!("{} is not a domain", shown(domain)), remedy);
        }
    }
    for (item, _) in groups.iter().enumerate().filter(|(_, group)| group.trim().is_empty()) {
        at.refuse_item(&key("allow.groups"), item, "is empty", "write the name of a group, or take it out");
    }
    let nowhere = [
        (
            "allow.email_domains",
            email_domains.is_empty(),
            "claims.email_verified",
            raw.claims.email_verified.is_empty(),
        ),
        ("allow.groups", groups.is_empty(), "claims.groups", raw.claims.groups.is_empty()),
    ];
    for (rule, unused, claim, is_nowhere) in nowhere {
        if !unused && is_nowhere {
            let remedy = format!("point {claim} to where the provider says it, or write another rule in allow.claims");
            at.refuse(&key(rule), format!("can never hold, since {claim} is empty: nobody could enter"), remedy);
        }
    }
    let claims = std::mem::take(claims).into_iter().map(|(text, value)| {
        let pointer = pointer(&key(&format!("allow.claims.{text}")), &text, at)?;
        Some((pointer, value))
    });
    let claims: Vec<_> = claims.collect();
    if raw.trusts_email && email_domains.is_empty() {
        let remedy = "write the domains that this provider is the authority for in allow.email_domains, or take it out";
        at.refuse(&key("trusts_email"), "is on, but allow.email_domains is empty", remedy);
    }
    Some(Allow {
        email_domains: std::mem::take(email_domains).into_iter().map(|domain| domain.to_lowercase()).collect(),
        groups: std::mem::take(groups),
        claims: claims.into_iter().collect::<Option<_>>()?,
    })
}

fn extra_params(key: &str, params: &BTreeMap<String, String>, at: &mut Findings<'_>) {
    for name in params.keys() {
        let lower = name.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            let remedy = match lower.as_str() {
                "scope" => "take it out; scopes has a key of its own",
                "redirect_uri" => "take it out; redirect_uri has a key of its own",
                "response_mode" => "take it out; response_mode has a key of its own",
                _ => "take it out",
            };
            at.refuse(&format!("{key}.{name}"), "is a parameter that Vestibule sets itself", remedy);
        } else if name.trim().is_empty() {
            at.refuse(&format!("{key}.{name}"), "has no name", "write name = \"value\"");
        }
    }
}

/// Whether a secret was given; kept as what is shown once.
pub(super) fn secret(text: &mut String) -> Option<Plain> {
    Some(Plain::new(std::mem::take(text))).filter(|secret| !secret.is_empty())
}
