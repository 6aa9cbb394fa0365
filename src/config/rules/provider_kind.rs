//! `[providers.*]`: what each kind of provider needs besides.

use std::collections::BTreeMap;

use url::Url;
use uuid::Uuid;

use super::address;
use super::provider::pointer;
use crate::config::findings::{Findings, shown};
use crate::config::nearest::nearest_word;
use crate::config::pointer::Pointer;
use crate::config::provider::{OAuth1, OAuth2, Oidc, ProfileCall, ProfileCalls, ResponseMode, SignatureMethod};
use crate::config::raw;
use crate::config::registration::{ClaimPointers, Registration};
use crate::config::settings::UserClaim;

/// JWS algorithms that an ID token may be checked with (RFC 7518 §3.1, RFC 8037).
const ALGORITHMS: [&str; 12] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"];

type Key<'k> = &'k dyn Fn(&str) -> String;

pub(super) fn oidc(
    key: Key<'_>,
    raw: &mut raw::Provider,
    registration: Option<Registration>,
    token_claims: &[UserClaim],
    at: &mut Findings<'_>,
) -> Option<Oidc> {
    let text = std::mem::take(&mut raw.issuer);
    let several = text.contains(Oidc::TENANT);
    let issuer = address::issuer(&key("issuer"), text, raw.insecure_allow_http, at);
    if !raw.tenants.is_empty() && !several {
        let remedy = format!("take them out, or write the issuer with {} in it", Oidc::TENANT);
        at.refuse(&key("tenants"), "are given, but the issuer is that of one tenant", remedy);
    }
    let tenants = tenants(&key("tenants"), &raw.tenants, at);
    let secret = registration.as_ref().and_then(|registration| registration.client_secret.as_ref());
    let secret_bytes = secret.map_or(0, |secret| secret.expose().len());
    signing_algorithms(key, &raw.signing_algorithms, secret_bytes, at);
    let scopes = registration.as_ref().map(|registration| registration.scopes.as_slice());
    if scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == "openid")) {
        // OpenID Connect Core §3.1.2.1
        at.refuse(&key("scopes"), "\"openid\" is not among them", "add it: without it there is no ID token");
    }
    unused(key, "profile_calls", raw.profile_calls.is_empty(), at);
    let registration = registration?;
    let needed_claims = needed_claims(&registration, token_claims);
    Some(Oidc {
        registration,
        issuer: issuer?,
        tenants,
        pushed_authorization: raw.pushed_authorization,
        userinfo: raw.userinfo,
        needed_claims,
        signing_algorithms: std::mem::take(&mut raw.signing_algorithms),
    })
}

/// AC-13: what a token names is held against these byte for byte.
fn tenants(key: &str, tenants: &[String], at: &mut Findings<'_>) -> Vec<String> {
    let mut read = Vec::new();
    for (item, tenant) in tenants.iter().enumerate() {
        if let Ok(id) = Uuid::try_parse(tenant) {
            read.push(id.hyphenated().to_string());
        } else {
            let remedy = "write its tenant id, as \"72f988bf-86f1-41af-91ab-2d7cd011db47\"; a domain name is none";
            at.refuse_item(key, item, format!("{} is not a UUID", shown(tenant)), remedy);
        }
    }
    read
}

pub(super) fn oauth2(
    key: Key<'_>,
    raw: &mut raw::Provider,
    registration: Option<Registration>,
    at: &mut Findings<'_>,
) -> Option<OAuth2> {
    let profile = profile(key, raw, at);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, raw, at);
    let token_endpoint = required(key, "token_endpoint", &raw.token_endpoint, raw, at);
    sub_is_known(key, raw, at);
    let issuer = match std::mem::take(&mut raw.issuer) {
        none if none.is_empty() => None,
        text => Some(address::issuer(&key("issuer"), text, raw.insecure_allow_http, at)?),
    };
    Some(OAuth2 {
        registration: registration?,
        issuer,
        authorization_endpoint: authorization_endpoint?,
        token_endpoint: token_endpoint?,
        profile: profile?,
    })
}

pub(super) fn oauth1(
    key: Key<'_>,
    raw: &mut raw::Provider,
    registration: Option<Registration>,
    at: &mut Findings<'_>,
) -> Option<OAuth1> {
    let profile = profile(key, raw, at);
    let request_token_endpoint = required(key, "request_token_endpoint", &raw.request_token_endpoint, raw, at);
    let authorization_endpoint = required(key, "authorization_endpoint", &raw.authorization_endpoint, raw, at);
    let access_token_endpoint = required(key, "access_token_endpoint", &raw.access_token_endpoint, raw, at);
    sub_is_known(key, raw, at);
    let oauth1 = OAuth1 {
        registration: registration?,
        request_token_endpoint: request_token_endpoint?,
        authorization_endpoint: authorization_endpoint?,
        access_token_endpoint: access_token_endpoint?,
        signature_method: raw.signature_method,
        profile: profile?,
    };
    if oauth1.registration.response_mode == ResponseMode::FormPost {
        at.refuse(&key("response_mode"), "is given, but OAuth 1.0a answers in the address only", "take it out");
    }
    if oauth1.signature_method == SignatureMethod::Plaintext && !signed(&oauth1).all(address::is_private) {
        // RFC 5849 §3.4.4
        let remedy = "write https:// in every endpoint, or another method as \"HMAC-SHA1\"";
        at.refuse(&key("signature_method"), "\"PLAINTEXT\" sends the secrets themselves over http", remedy);
    }
    Some(oauth1)
}

/// Where requests go that are signed.
fn signed(oauth1: &OAuth1) -> impl Iterator<Item = &Url> {
    oauth1.profile.endpoints().chain([&oauth1.request_token_endpoint, &oauth1.access_token_endpoint])
}

/// The e-mail address, and what a rule or an access token needs.
fn needed_claims(registration: &Registration, token_claims: &[UserClaim]) -> Vec<Pointer> {
    let ClaimPointers { email, email_verified, name, preferred_username, picture, groups, .. } = &registration.claims;
    let allow = &registration.allow;
    let of_tokens = token_claims.iter().filter_map(|claim| match claim {
        UserClaim::Email => email.as_ref(),
        UserClaim::EmailVerified => email_verified.as_ref(),
        UserClaim::Name => name.as_ref(),
        UserClaim::PreferredUsername => preferred_username.as_ref(),
        UserClaim::Picture => picture.as_ref(),
        UserClaim::Groups => groups.as_ref(),
    });
    let of_domains = email_verified.as_ref().filter(|_| !allow.email_domains.is_empty());
    let of_groups = groups.as_ref().filter(|_| !allow.groups.is_empty());
    let of_rules = allow.claims.iter().map(|(pointer, _)| pointer);
    let all = email.iter().chain(of_tokens).chain(of_domains).chain(of_groups).chain(of_rules);
    all.cloned().collect()
}

/// An endpoint without which there is no login.
fn required(key: Key<'_>, name: &str, text: &str, raw: &raw::Provider, at: &mut Findings<'_>) -> Option<Url> {
    if text.is_empty() {
        at.refuse(&key(name), "is missing", "write the address from the provider's documentation, or name a preset");
        return None;
    }
    address::endpoint(&key(name), text, raw.insecure_allow_http, at)
}

fn sub_is_known(key: Key<'_>, raw: &raw::Provider, at: &mut Findings<'_>) {
    if raw.claims.sub.is_empty() {
        let remedy = "point to what never changes and is never given to another person, as \"/id\"";
        at.refuse(&key("claims.sub"), "is missing", remedy);
    }
}

fn profile(key: Key<'_>, raw: &raw::Provider, at: &mut Findings<'_>) -> Option<ProfileCalls> {
    let first = required(key, "userinfo_endpoint", &raw.userinfo_endpoint, raw, at);
    let mut further = Vec::new();
    for (name, text) in &raw.profile_calls {
        let endpoint = required(key, &format!("profile_calls.{name}"), text, raw, at);
        let pick = picked(key, name, &raw.profile_pick, at);
        further.extend(endpoint.map(|endpoint| ProfileCall { name: name.clone(), endpoint, pick }));
    }
    for name in raw.profile_pick.keys().filter(|name| !raw.profile_calls.contains_key(*name)) {
        let remedy = "give profile_calls a URL of that name, or take it out";
        at.refuse(&key(&format!("profile_pick.{name}")), "belongs to no call", remedy);
    }
    Some(ProfileCalls { first: first?, further })
}

fn picked(key: Key<'_>, name: &str, picks: &BTreeMap<String, String>, at: &mut Findings<'_>) -> Option<Pointer> {
    picks.get(name).and_then(|text| pointer(&key(&format!("profile_pick.{name}")), text, at))
}

fn unused(key: Key<'_>, name: &str, is_empty: bool, at: &mut Findings<'_>) {
    if !is_empty {
        let remedy = "take it out: an OpenID provider says who somebody is in its ID token and at userinfo_endpoint";
        at.refuse(&key(name), "is given, but the kind is \"oidc\"", remedy);
    }
}

/// RT-20
fn signing_algorithms(key: Key<'_>, algorithms: &[String], secret_bytes: usize, at: &mut Findings<'_>) {
    let list = key("signing_algorithms");
    for (item, algorithm) in algorithms.iter().enumerate() {
        if algorithm.eq_ignore_ascii_case("none") {
            at.refuse_item(&list, item, "\"none\" lets anyone sign in as anyone", "take it out");
        } else if !ALGORITHMS.contains(&algorithm.as_str()) {
            let likely = nearest_word(algorithm, &ALGORITHMS).map(|near| format!("; \"{near}\" is near"));
            let remedy = format!("write one of {}{}", ALGORITHMS.join(", "), likely.unwrap_or_default());
            at.refuse_item(&list, item, format!("{} is not known", shown(algorithm)), remedy);
        } else if algorithm.starts_with("HS")
            && !at.is_wrong(&key("client_secret"))
            && secret_bytes < Oidc::MIN_HMAC_SECRET
        {
            let what = format!("\"{algorithm}\" needs a client_secret of at least {} bytes", Oidc::MIN_HMAC_SECRET);
            at.refuse_item(&list, item, what, "use a longer secret, or an algorithm with public keys as \"RS256\"");
        }
    }
}
