//! Providers of kind `oidc`.

use uuid::Uuid;

use super::choice::{PushedAuthorization, Userinfo};
use super::claims::ClaimPointers;
use super::given::missing;
use super::issuer::{self, ONE_TENANT, TENANT};
use super::raw::RawProvider;
use super::registration::Registration;
use crate::config::layer::findings::{Findings, shown};
use crate::config::layer::nearest::nearest_word;
use crate::config::section::tokens::UserClaim;
use crate::config::value::pointer::Pointer;

/// JWS algorithms that an ID token may be checked with (RFC 7518 §3.1, RFC 8037).
const ALGORITHMS: [&str; 12] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"];

/// An OpenID provider.
pub struct Oidc {
    /// What we agreed on.
    pub registration: Registration,
    /// Its issuer, byte for byte as it must stand in metadata and ID tokens. One with `{tenantid}` in it is that of
    /// every tenant, each in its place.
    pub issuer: String,
    /// The tenants whose people may sign in, where the issuer has `{tenantid}` in it, as UUIDs in lower case; empty: all.
    pub tenants: Vec<String>,
    /// Whether the authorization request is pushed (RFC 9126).
    pub pushed_authorization: PushedAuthorization,
    /// When the userinfo endpoint is asked.
    pub userinfo: Userinfo,
    /// What something here depends on: where the ID token lacks one of these, userinfo is asked, if that is automatic.
    pub needed_claims: Vec<Pointer>,
    /// JWS algorithms an ID token may be signed with; empty: what discovery says, but never `none` or HMAC.
    pub signing_algorithms: Vec<String>,
}

impl Oidc {
    /// What stands for a tenant in the issuer of all of them.
    pub const TENANT: &str = TENANT;
    /// What to do where an issuer of every tenant stands in the place of one tenant's.
    pub const ONE_TENANT: &str = ONE_TENANT;
    /// The shortest secret that a token may be signed with by HMAC, in bytes: as long as the output of the hash (RFC 7518
    /// §3.2; RT-20), since shorter ones are guessed offline.
    pub const MIN_HMAC_SECRET: usize = 32;

    /// Whether people of every tenant come in. Only `tid` is the provider's own word; all else their tenants say.
    pub fn admits_every_tenant(&self) -> bool {
        let holds_tenant = |(pointer, _): &(Pointer, String)| pointer.as_str() == "/tid";
        let is_ruled = self.registration.allow.claims.iter().any(holds_tenant);
        self.issuer.contains(Self::TENANT) && self.tenants.is_empty() && !is_ruled
    }
}

pub(crate) fn oidc(
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    registration: Option<Registration>,
    token_claims: &[UserClaim],
    at: &mut Findings<'_>,
) -> Option<Oidc> {
    let text = std::mem::take(&mut raw.issuer);
    let several = text.contains(Oidc::TENANT);
    let issuer = if text.is_empty() {
        let remedy = "write it as its /.well-known/openid-configuration does, as \"https://sso.example.com\"";
        missing(key, "issuer", raw, remedy, at);
        None
    } else {
        issuer::issuer(&key("issuer"), text, raw.insecure_allow_http, at)
    };
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

/// RT-20
fn signing_algorithms(key: &dyn Fn(&str) -> String, algorithms: &[String], secret_bytes: usize, at: &mut Findings<'_>) {
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
