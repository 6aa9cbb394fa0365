//! `[providers.*]`

use std::collections::BTreeMap;

use super::{address, scope};
use crate::base::authorities::Authorities;
use crate::base::secret::Plain;
use crate::config::findings::{Findings, shown};
use crate::config::nearest::nearest_word;
use crate::config::provider::{Endpoints, Oidc, Protocol, Provider, TokenEndpointAuthMethod};
use crate::config::raw;

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

/// JWS algorithms that an ID token may be checked with (RFC 7518 §3.1, RFC 8037).
const ALGORITHMS: [&str; 12] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"];

/// An HMAC key is at least as long as the hash's output (RFC 7518 §3.2); shorter ones are guessed offline.
const HMAC_SECRET_BYTES: usize = 32;

pub(super) fn provider(id: &str, raw: raw::Provider, at: &mut Findings<'_>) -> Option<Provider> {
    let key = |key: &str| format!("providers.{id}.{key}");
    match raw.kind.as_str() {
        "oidc" => {}
        "oauth2" | "oauth1" => {
            at.refuse(&key("kind"), format!("\"{}\" is not supported yet", raw.kind), "write \"oidc\" or leave it out");
            return None;
        }
        other => {
            at.refuse(&key("kind"), format!("{} is not known", shown(other)), "write \"oidc\" or leave it out");
            return None;
        }
    }
    let name = if raw.name.is_empty() { id.to_owned() } else { raw.name.clone() };
    let redirect_uri = address::redirect_uri(&key("redirect_uri"), &raw.redirect_uri, at);
    let oidc = oidc(&key, raw, at);
    Some(Provider { id: id.to_owned(), name, redirect_uri, protocol: Protocol::Oidc(oidc?) })
}

fn oidc(key: &dyn Fn(&str) -> String, raw: raw::Provider, at: &mut Findings<'_>) -> Option<Oidc> {
    let endpoints = endpoints(key, &raw, at);
    let issuer = address::issuer(&key("issuer"), raw.issuer, raw.insecure_allow_http, at);
    if raw.client_id.trim().is_empty() {
        at.refuse(&key("client_id"), "is missing", "write the client id that the provider gave you");
    }
    let client_secret = Some(Plain::new(raw.client_secret)).filter(|secret| !secret.is_empty());
    client_authentication(key, raw.token_endpoint_auth_method, client_secret.is_some(), at);
    signing_algorithms(key, &raw.signing_algorithms, client_secret.as_ref(), at);
    scopes(&key("scopes"), &raw.scopes, at);
    extra_params(&key("extra_params"), &raw.extra_params, at);
    let leeway = at.duration(&key("leeway"), &raw.leeway, "0s", "5m");
    let timeout = at.duration(&key("timeout"), &raw.timeout, "1s", "60s");
    let authorities = authorities(&key("ca_file"), &raw.ca_file, at);
    Some(Oidc {
        issuer: issuer?,
        client_id: raw.client_id,
        client_secret,
        token_endpoint_auth_method: raw.token_endpoint_auth_method,
        scopes: raw.scopes,
        pkce: raw.pkce,
        extra_params: raw.extra_params.into_iter().collect(),
        userinfo: raw.userinfo,
        signing_algorithms: raw.signing_algorithms,
        leeway: leeway?,
        timeout: timeout?,
        authorities: authorities?,
        endpoints,
        insecure_allow_http: raw.insecure_allow_http,
        insecure_assume_fresh_login: raw.insecure_assume_fresh_login,
        expose_tokens: raw.expose_tokens,
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
    }
}

fn client_authentication(
    key: &dyn Fn(&str) -> String,
    method: TokenEndpointAuthMethod,
    has_secret: bool,
    at: &mut Findings<'_>,
) {
    if method == TokenEndpointAuthMethod::None && has_secret {
        let remedy = "take it out, or write token_endpoint_auth_method = \"client_secret_basic\"";
        at.refuse(&key("client_secret"), "is given, but token_endpoint_auth_method \"none\" never sends it", remedy);
    }
    if method != TokenEndpointAuthMethod::None && !has_secret {
        let remedy = "write the secret that the provider gave you, or name a file with it in client_secret_file; a \
                      public client has token_endpoint_auth_method = \"none\"";
        at.refuse(&key("client_secret"), "is missing", remedy);
    }
}

/// RT-20
fn signing_algorithms(
    key: &dyn Fn(&str) -> String,
    algorithms: &[String],
    secret: Option<&Plain>,
    at: &mut Findings<'_>,
) {
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
            && secret.is_none_or(|secret| secret.expose().len() < HMAC_SECRET_BYTES)
        {
            let what = format!("\"{algorithm}\" needs a client_secret of at least {HMAC_SECRET_BYTES} bytes");
            at.refuse_item(&list, item, what, "use a longer secret, or an algorithm with public keys as \"RS256\"");
        }
    }
}

/// Scope tokens (RFC 6749 §3.3), `openid` among them (OpenID Connect Core §3.1.2.1).
fn scopes(key: &str, scopes: &[String], at: &mut Findings<'_>) {
    if !scopes.iter().any(|scope| scope == "openid") {
        at.refuse(key, "\"openid\" is not among them", "add it: without it there is no ID token");
    }
    scope::tokens(key, scopes, at);
}

fn extra_params(key: &str, params: &BTreeMap<String, String>, at: &mut Findings<'_>) {
    for name in params.keys() {
        let lower = name.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            let remedy = match lower.as_str() {
                "scope" => "take it out; scopes has a key of its own",
                "redirect_uri" => "take it out; redirect_uri has a key of its own",
                _ => "take it out",
            };
            at.refuse(&format!("{key}.{name}"), "is a parameter that Vestibule sets itself", remedy);
        } else if name.trim().is_empty() {
            at.refuse(&format!("{key}.{name}"), "has no name", "write name = \"value\"");
        }
    }
}
