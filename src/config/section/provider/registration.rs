//! The gateway's registration as a client at a provider, for all protocols.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use url::Url;

use super::allow::{Allow, allow};
use super::choice::{Aal, EmailVerified, Pkce, ProviderLogout, ResponseMode, TokenEndpointAuthMethod};
use super::claims::ClaimPointers;
use super::credentials;
use super::endpoints::{Endpoints, endpoints};
use super::raw::RawProvider;
use crate::base::secret::Plain;
use crate::base::tls::Authorities;
use crate::config::layer::validator::{Rejected, Validator, quoted};
use crate::config::section::{address, scope};
use crate::config::value::duration;
use crate::config::value::key_file::KeyFile;
use crate::config::value::public_url::PublicUrl;

/// Parameters of the authorization request that the gateway sets, in upper or lower case (RA-16).
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

/// The accepted values of `recheck`: from a minute to 30 days.
const RECHECK: RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(30 * 24 * 60 * 60);

/// The gateway's registration at a provider, and how the provider's responses are used.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub struct Registration {
    /// The id of its table: lower-case letters, digits, `-` and `_`. Part of URLs and of `(provider, sub)`.
    pub id: String,
    /// The display name, as on the button.
    pub name: String,
    /// The name of the preset, if it uses one.
    pub preset: Option<String>,
    /// The id of the gateway's client at the provider.
    pub client_id: String,
    /// The secret of that client; `None` for a public client, and for one that signs with a private key.
    pub client_secret: Option<Plain>,
    /// The secret to use when the provider rejects `client_secret`, during a change of secrets.
    pub client_secret_previous: Option<Plain>,
    /// How the gateway authenticates at the token endpoint.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The key that signs client assertions, Apple's client secrets, and RSA-SHA1 requests.
    pub private_key: Option<KeyFile>,
    /// The `kid` of the private key, if the provider uses one.
    pub private_key_id: Option<String>,
    /// The `aud` of a client assertion, where it is not the issuer.
    pub client_assertion_audience: Option<String>,
    /// The id of the Apple team that owns the private key.
    pub team_id: Option<String>,
    /// The scopes to request.
    pub scopes: Vec<String>,
    /// The redirect URI of the frontend, in the SPA flow.
    pub redirect_uri: Option<Url>,
    /// Where the provider sends the browser after it signed out there; `None`: to the gateway.
    pub post_logout_redirect_uri: Option<Url>,
    /// The name of the parameter with that address.
    pub post_logout_parameter: String,
    /// The PKCE method (RFC 7636 §4.2).
    pub pkce: Pkce,
    /// How the provider returns the authorization response.
    pub response_mode: ResponseMode,
    /// Parameters that are added to the authorization request; none of them is one that the gateway sets.
    pub extra_params: Vec<(String, String)>,
    /// Configured endpoints, which replace those from discovery.
    pub endpoints: Endpoints,
    /// Where each claim is in the provider's response.
    pub claims: ClaimPointers,
    /// Whether the text `"true"` is accepted as `email_verified`.
    pub email_verified_as_text: bool,
    /// Whether addresses count as verified where the provider says nothing of it.
    pub assume_email_verified: bool,
    /// The assurance levels of values of `acr` and `amr`.
    pub aal: Vec<(String, Aal)>,
    /// Whether a single text at `claims.groups` is a list of one group.
    pub single_group_as_list: bool,
    /// Which users may sign in.
    pub allow: Allow,
    /// What happens to the session at the provider when a user signs out here.
    pub logout: ProviderLogout,
    /// The tolerated difference between its clock and ours; at most 5 minutes.
    pub leeway: Duration,
    /// The timeout of each request to it.
    pub timeout: Duration,
    /// The certificate authorities to trust for it; `None`: those of the system.
    pub authorities: Option<Authorities>,
    /// Whether the SPA flow returns the provider's tokens to the frontend.
    pub expose_tokens: bool,
    /// Whether the provider's tokens are stored, encrypted, and refreshed.
    pub store_tokens: bool,
    /// How often the tokens of an identity with a session are refreshed to learn whether the provider still admits it; `None`:
    /// never.
    pub recheck: Option<Duration>,
    /// Whether the stored tokens are also for sessions that were made through another identity of the user.
    pub tokens_for_linked: bool,
    /// Whether it is the authority for the domains in `allow.email_domains`.
    pub trusts_email: bool,
    /// Whether http to other hosts than loopback is allowed.
    pub insecure_allow_http: bool,
    /// Whether a login without `auth_time` is treated as a fresh one.
    pub insecure_assume_fresh_login: bool,
}

impl Registration {
    /// The authentication method, where the provider's metadata lists these: the configured one, unless that is
    /// [`TokenEndpointAuthMethod::Auto`].
    pub(crate) fn auth_method(&self, listed: &[String]) -> TokenEndpointAuthMethod {
        use TokenEndpointAuthMethod::{Auto, ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
        if self.token_endpoint_auth_method != Auto {
            return self.token_endpoint_auth_method;
        }
        let lists = |method: TokenEndpointAuthMethod| listed.iter().any(|name| name == method.name());
        let (has_key, has_secret) = (self.private_key.is_some(), self.client_secret.is_some());
        if has_key && (lists(PrivateKeyJwt) || !has_secret) {
            PrivateKeyJwt
        } else if lists(ClientSecretPost) && !lists(ClientSecretBasic) {
            ClientSecretPost
        } else {
            ClientSecretBasic
        }
    }

    /// The redirect URI of the SPA flow: that of the frontend, where configured; else the gateway's callback.
    pub(crate) fn spa_redirect_uri(&self, public_url: &PublicUrl) -> String {
        self.redirect_uri.as_ref().map_or_else(|| public_url.callback(&self.id), Url::to_string)
    }
}

pub(crate) fn validate(
    id: &str,
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Option<Registration> {
    if raw.tokens_for_linked && !raw.store_tokens {
        let remedy = "write store_tokens = true, or remove it";
        validator.reject(&key("tokens_for_linked"), "is true, but the provider's tokens are not stored", remedy);
    }
    let recheck = recheck(&key("recheck"), raw, validator);
    let redirect_uri = address::redirect_uri(&key("redirect_uri"), &raw.redirect_uri, validator);
    let post_logout = address::redirect_uri(&key("post_logout_redirect_uri"), &raw.post_logout_redirect_uri, validator);
    post_logout_parameter(&key("post_logout_parameter"), &raw.post_logout_parameter, validator);
    let endpoints = endpoints(key, raw, validator);
    let secrets = credentials::validate(key, raw, validator);
    scope::tokens(&key("scopes"), &raw.scopes, validator);
    extra_params(&key("extra_params"), &raw.extra_params, validator);
    let rules = std::mem::take(&mut raw.allow);
    let allow = allow(key, rules, &raw.claims, raw.email_verified, raw.trusts_email, validator);
    let authorities = authorities(&key("ca_file"), &raw.ca_file, validator);
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
        post_logout_parameter: std::mem::take(&mut raw.post_logout_parameter),
        pkce: raw.pkce,
        response_mode: raw.response_mode,
        extra_params: std::mem::take(&mut raw.extra_params).into_iter().collect(),
        endpoints,
        claims: raw.claims.clone(),
        email_verified_as_text: raw.email_verified_as_text,
        assume_email_verified: raw.email_verified == EmailVerified::Assume,
        aal: std::mem::take(&mut raw.aal).into_iter().collect(),
        single_group_as_list: raw.single_group_as_list,
        allow: allow?,
        logout: raw.logout,
        leeway: raw.leeway,
        timeout: raw.timeout,
        authorities: authorities.ok()?,
        expose_tokens: raw.expose_tokens,
        store_tokens: raw.store_tokens,
        recheck,
        tokens_for_linked: raw.tokens_for_linked,
        trusts_email: raw.trusts_email,
        insecure_allow_http: raw.insecure_allow_http,
        insecure_assume_fresh_login: raw.insecure_assume_fresh_login,
    })
}

fn recheck(key: &str, raw: &RawProvider, validator: &mut Validator<'_>) -> Option<Duration> {
    if raw.recheck.is_empty() {
        return None;
    }
    if !raw.store_tokens {
        let remedy = "write store_tokens = true, or remove it";
        validator.reject(key, "is set, but the provider's tokens are not stored", remedy);
        return None;
    }
    let remedy = "write a whole number with its unit (m, h, d), from \"1m\" to \"30d\"";
    let read = duration::parse(&raw.recheck).map_err(|bad| format!("{} {bad}", quoted(&raw.recheck)));
    let every = validator.accept(key, read, remedy)?;
    if !RECHECK.contains(&every) {
        validator.reject(key, format!("{} is too short or too long", quoted(&raw.recheck)), remedy);
        return None;
    }
    Some(every)
}

/// Reads the certificate authorities; `None` if there is no file.
fn authorities(key: &str, path: &str, validator: &mut Validator<'_>) -> Result<Option<Authorities>, Rejected> {
    if path.is_empty() {
        return Ok(None);
    }
    let remedy = "write the path of a PEM file with the certificates of its certificate authorities";
    let pem = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", quoted(path)));
    let pem = validator.accept(key, pem, remedy).ok_or(Rejected)?;
    let read = Authorities::parse(&pem).map_err(|bad| format!("{} {bad}", quoted(path)));
    validator.accept(key, read, remedy).map(Some).ok_or(Rejected)
}

fn post_logout_parameter(key: &str, name: &str, validator: &mut Validator<'_>) {
    const TAKEN: [&str; 3] = ["client_id", "id_token_hint", "state"];
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if !is_name || TAKEN.contains(&name) {
        let remedy = "write \"post_logout_redirect_uri\", or what the provider documents, such as \"logout_uri\"";
        validator.reject(key, "is not the name of a parameter for an address", remedy);
    }
}

fn extra_params(key: &str, params: &BTreeMap<String, String>, validator: &mut Validator<'_>) {
    for name in params.keys() {
        let lower = name.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
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

#[cfg(test)]
impl Registration {
    /// A typical registration, for tests.
    pub fn example() -> Self {
        let pointer = |text: &str| crate::config::Pointer::parse(text).ok();
        Self {
            id: "op".into(),
            name: "Op".into(),
            preset: None,
            client_id: "us".into(),
            client_secret: Some(Plain::new("secret")),
            client_secret_previous: None,
            token_endpoint_auth_method: TokenEndpointAuthMethod::Auto,
            private_key: None,
            private_key_id: None,
            client_assertion_audience: None,
            team_id: None,
            scopes: ["openid", "profile", "email"].map(String::from).into(),
            redirect_uri: None,
            post_logout_redirect_uri: None,
            post_logout_parameter: "post_logout_redirect_uri".into(),
            pkce: Pkce::S256,
            response_mode: ResponseMode::Query,
            extra_params: vec![],
            endpoints: Endpoints::default(),
            claims: ClaimPointers {
                sub: pointer("/sub"),
                email: pointer("/email"),
                email_verified: pointer("/email_verified"),
                name: pointer("/name"),
                preferred_username: pointer("/preferred_username"),
                picture: pointer("/picture"),
                groups: pointer("/groups"),
            },
            email_verified_as_text: false,
            assume_email_verified: false,
            aal: vec![],
            single_group_as_list: false,
            allow: Allow::default(),
            logout: ProviderLogout::Local,
            leeway: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            authorities: None,
            expose_tokens: false,
            store_tokens: false,
            recheck: None,
            tokens_for_linked: false,
            trusts_email: false,
            insecure_allow_http: false,
            insecure_assume_fresh_login: false,
        }
    }
}
