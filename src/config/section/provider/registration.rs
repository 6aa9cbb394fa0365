//! What an operator and a provider agreed on, whatever protocol the provider speaks.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use super::allow::{Allow, allow};
use super::choice::{Pkce, ProviderLogout, ResponseMode, TokenEndpointAuthMethod};
use super::claims::{ClaimPointers, claims};
use super::client;
use super::endpoints::{Endpoints, endpoints};
use super::raw::RawProvider;
use crate::base::authorities::Authorities;
use crate::base::secret::Plain;
use crate::config::layer::findings::{Findings, shown};
use crate::config::section::{address, scope};
use crate::config::value::key_file::KeyFile;

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

/// Our registration at a provider, and what we make of what it says.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub struct Registration {
    /// The key of its table: lower-case letters, digits, `-` and `_`. Part of URLs and of `(provider, sub)`.
    pub id: String,
    /// What people read on the button.
    pub name: String,
    /// The preset that it was made from, if it was.
    pub preset: Option<String>,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a public client, and for one that signs.
    pub client_secret: Option<Plain>,
    /// The secret before, while it may still be the one in force.
    pub client_secret_previous: Option<Plain>,
    /// How we prove to be the client.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// What assertions, Apple's client secrets and RSA-SHA1 requests are signed with.
    pub private_key: Option<KeyFile>,
    /// Its `kid`, where the provider knows it by one.
    pub private_key_id: Option<String>,
    /// Whom an assertion is for, where it is not the issuer.
    pub client_assertion_audience: Option<String>,
    /// Whom Apple knows the private key of.
    pub team_id: Option<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The `redirect_uri` of the JSON door, where a frontend owns it.
    pub redirect_uri: Option<Url>,
    /// Where the provider sends a browser that was signed out there; none: to us.
    pub post_logout_redirect_uri: Option<Url>,
    /// PKCE (RFC 7636).
    pub pkce: Pkce,
    /// How answers come back.
    pub response_mode: ResponseMode,
    /// Added to the authorization URL; no reserved parameter among them.
    pub extra_params: Vec<(String, String)>,
    /// Given instead of what discovery says.
    pub endpoints: Endpoints,
    /// Where each part of a profile stands in what the provider says.
    pub claims: ClaimPointers,
    /// Whether the text `"true"` verifies an address too, as the provider documents it.
    pub email_verified_as_text: bool,
    /// Who may enter.
    pub allow: Allow,
    /// What becomes of the sign-in there when ours ends.
    pub logout: ProviderLogout,
    /// How far its clock may be off.
    pub leeway: Duration,
    /// How long any of its answers may take.
    pub timeout: Duration,
    /// What its certificate is checked against instead of the system's authorities.
    pub authorities: Option<Authorities>,
    /// Whether the provider's own tokens are shown at the JSON door.
    pub expose_tokens: bool,
    /// Whether the provider's own tokens are kept, sealed, and refreshed.
    pub store_tokens: bool,
    /// Whether it is the authority for the domains in `allow.email_domains`.
    pub trusts_email: bool,
    /// Whether plain http off loopback is accepted.
    pub insecure_allow_http: bool,
    /// Whether a login counts as one of this moment where the provider does not say when it authenticated the person.
    pub insecure_assume_fresh_login: bool,
}

pub(crate) fn registration(
    id: &str,
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    at: &mut Findings<'_>,
) -> Option<Registration> {
    let redirect_uri = address::redirect_uri(&key("redirect_uri"), &raw.redirect_uri, at);
    let post_logout = address::redirect_uri(&key("post_logout_redirect_uri"), &raw.post_logout_redirect_uri, at);
    let endpoints = endpoints(key, raw, at);
    let secrets = client::secrets(key, raw, at);
    scope::tokens(&key("scopes"), &raw.scopes, at);
    extra_params(&key("extra_params"), &raw.extra_params, at);
    let claims = claims(key, &raw.claims, at);
    let allow = allow(key, std::mem::take(&mut raw.allow), &raw.claims, raw.trusts_email, at);
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

#[cfg(test)]
impl Registration {
    /// What is agreed on with most.
    pub fn example() -> Self {
        let at = |text: &str| crate::config::Pointer::parse(text).ok();
        Self {
            id: "op".into(),
            name: "Op".into(),
            preset: None,
            client_id: "us".into(),
            client_secret: Some(Plain::new("secret")),
            client_secret_previous: None,
            token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretBasic,
            private_key: None,
            private_key_id: None,
            client_assertion_audience: None,
            team_id: None,
            scopes: ["openid", "profile", "email"].map(String::from).into(),
            redirect_uri: None,
            post_logout_redirect_uri: None,
            pkce: Pkce::S256,
            response_mode: ResponseMode::Query,
            extra_params: vec![],
            endpoints: Endpoints::default(),
            claims: ClaimPointers {
                sub: at("/sub"),
                email: at("/email"),
                email_verified: at("/email_verified"),
                name: at("/name"),
                preferred_username: at("/preferred_username"),
                picture: at("/picture"),
                groups: at("/groups"),
            },
            email_verified_as_text: false,
            allow: Allow::default(),
            logout: ProviderLogout::Local,
            leeway: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            authorities: None,
            expose_tokens: false,
            store_tokens: false,
            trusts_email: false,
            insecure_allow_http: false,
            insecure_assume_fresh_login: false,
        }
    }
}
