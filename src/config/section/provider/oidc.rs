//! Providers of kind `oidc` (OpenID Connect).

use uuid::Uuid;

use super::choice::{EmailVerified, PushedAuthorization, Userinfo};
use super::issuer::{self, ONE_TENANT, TENANT};
use super::missing::missing;
use super::needs::ClaimNeeds;
use super::raw::RawProvider;
use super::registration::Registration;
use crate::base::jws::{JwsAlgorithm, UnusableAlgorithm};
use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::pointer::Pointer;

/// An OpenID provider. Endpoints and keys come from discovery.
pub struct Oidc {
    /// The keys that all provider kinds share.
    pub registration: Registration,
    /// Its issuer, byte for byte as in metadata and ID tokens. In the issuer of all tenants, `{tenantid}` stands for the
    /// tenant.
    pub issuer: String,
    /// If the issuer contains `{tenantid}`: the tenants whose users may sign in, as lower-case UUIDs; empty: all.
    pub tenants: Vec<String>,
    /// When the authorization request is pushed (RFC 9126).
    pub pushed_authorization: PushedAuthorization,
    /// When claims are requested from the userinfo endpoint.
    pub userinfo: Userinfo,
    /// The claims that rules, access tokens and clients need. With `userinfo = "auto"`, userinfo is requested when the ID token lacks one.
    pub needed_claims: Vec<Pointer>,
    /// The accepted JWS algorithms of ID tokens; empty: those from discovery, except `none` and HMAC.
    pub signing_algorithms: Vec<JwsAlgorithm>,
    /// Further audiences that ID tokens and logout tokens may have; `*` stands for any.
    pub trusted_audiences: Vec<String>,
}

impl Oidc {
    /// The placeholder for the tenant in an issuer of all tenants.
    pub const TENANT: &str = TENANT;
    /// The remedy if the configuration has the issuer of all tenants instead of the issuer of one tenant.
    pub const ONE_TENANT: &str = ONE_TENANT;
    /// The least length in bytes of a secret that verifies HMAC signatures: the output of SHA-256 (RFC 7518 §3.2), since a
    /// shorter one can be guessed offline (RT-20).
    pub const MIN_HMAC_SECRET: usize = 32;

    /// Whether users of every tenant may sign in. A rule about `tid` restricts them; the other claims are set by the tenants.
    pub fn admits_every_tenant(&self) -> bool {
        let is_tenant = |(pointer, _): &(Pointer, String)| pointer.as_str() == "/tid";
        let has_tenant_rule = self.registration.allow.claims.iter().any(is_tenant);
        self.issuer.contains(Self::TENANT) && self.tenants.is_empty() && !has_tenant_rule
    }
}

pub(crate) fn validate(
    key: &dyn Fn(&str) -> String,
    mut raw: RawProvider,
    registration_is_valid: Option<()>,
    needs: &ClaimNeeds<'_>,
    validator: &mut Validator<'_>,
) -> Option<Oidc> {
    check_template(key, &raw, validator);
    let issuer = issuer(key, &mut raw, validator);
    let tenants = tenants(&key("tenants"), &raw.tenants, validator);
    let secret_bytes = raw.registration.client_secret.as_ref().map_or(0, |secret| secret.expose().len());
    let signing_algorithms = signing_algorithms(key, &raw.signing_algorithms, secret_bytes, validator);
    trusted_audiences(&key("trusted_audiences"), &raw.trusted_audiences, validator);
    if registration_is_valid.is_some() && !raw.registration.scopes.iter().any(|scope| scope == "openid") {
        // OpenID Connect Core §3.1.2.1
        validator.reject(
            &key("scopes"),
            "do not contain \"openid\"",
            "add it: without it, the provider returns no ID token",
        );
    }
    registration_is_valid?;
    let needed_claims = needs.at(&raw.registration);
    Some(Oidc {
        registration: raw.registration,
        issuer: issuer?,
        tenants,
        pushed_authorization: raw.pushed_authorization,
        userinfo: raw.userinfo,
        needed_claims,
        signing_algorithms,
        trusted_audiences: std::mem::take(&mut raw.trusted_audiences),
    })
}

/// Checks the keys that depend on whether the issuer stands for many tenants.
fn check_template(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) {
    let is_multi_tenant_template = raw.issuer.contains(Oidc::TENANT);
    if !raw.tenants.is_empty() && !is_multi_tenant_template {
        let remedy = format!("remove them, or write an issuer with {} in it", Oidc::TENANT);
        validator.reject(&key("tenants"), "are set, but the issuer belongs to one tenant", remedy);
    }
    if is_multi_tenant_template && raw.email_verified == EmailVerified::Assume {
        // Each tenant decides itself which addresses its users have (AC-13).
        let remedy = "remove it, or write the issuer of your own tenant";
        validator.reject(&key("email_verified"), format!("is \"assume\", but the issuer has {}", Oidc::TENANT), remedy);
    }
}

/// Takes the issuer. It is kept byte for byte, since `iss` is compared so.
fn issuer(key: &dyn Fn(&str) -> String, raw: &mut RawProvider, validator: &mut Validator<'_>) -> Option<String> {
    let text = std::mem::take(&mut raw.issuer);
    if text.is_empty() {
        let remedy = "write it as in its /.well-known/openid-configuration, for example \"https://sso.example.com\"";
        missing(key, "issuer", raw, remedy, validator);
        return None;
    }
    issuer::issuer(&key("issuer"), text, raw.registration.insecure_allow_http, validator)
}

/// Reads the tenant ids, in the form in which `tid` has them: they are compared byte for byte (AC-13).
fn tenants(key: &str, tenants: &[String], validator: &mut Validator<'_>) -> Vec<String> {
    let mut read = Vec::new();
    for (item, tenant) in tenants.iter().enumerate() {
        if let Ok(id) = Uuid::try_parse(tenant) {
            read.push(id.hyphenated().to_string());
        } else {
            let remedy = "write the tenant id, as \"72f988bf-86f1-41af-91ab-2d7cd011db47\", not a domain name";
            validator.reject_item(key, item, format!("{} is not a UUID", quoted(tenant)), remedy);
        }
    }
    read
}

/// Reads the algorithms. Each must be one that is verified, and a secret for HMAC long enough (RT-20).
fn signing_algorithms(
    key: &dyn Fn(&str) -> String,
    algorithms: &[String],
    secret_bytes: usize,
    validator: &mut Validator<'_>,
) -> Vec<JwsAlgorithm> {
    let list = key("signing_algorithms");
    let mut read = Vec::new();
    for (item, name) in algorithms.iter().enumerate() {
        match JwsAlgorithm::from_name(name) {
            Err(unusable) => {
                let (what, remedy) = refused(name, &unusable);
                validator.reject_item(&list, item, what, remedy);
            }
            Ok(algorithm)
                if algorithm.is_hmac()
                    && !validator.is_wrong(&key("client_secret"))
                    && secret_bytes < Oidc::MIN_HMAC_SECRET =>
            {
                let what = format!("\"{name}\" needs a client_secret of at least {} bytes", Oidc::MIN_HMAC_SECRET);
                let remedy = "use a longer secret, or an algorithm with public keys, as \"RS256\"";
                validator.reject_item(&list, item, what, remedy);
            }
            Ok(algorithm) => read.push(algorithm),
        }
    }
    read
}

/// The error in the name of an algorithm, and its remedy.
fn refused(name: &str, unusable: &UnusableAlgorithm) -> (String, String) {
    let known = JwsAlgorithm::NAMES;
    match unusable {
        UnusableAlgorithm::Unsigned => ("\"none\" accepts forged ID tokens".into(), "remove it".into()),
        UnusableAlgorithm::NotVerified(name) => (
            format!("\"{name}\" is an algorithm that Vestibule does not verify"),
            format!("write one of {}", known.join(", ")),
        ),
        UnusableAlgorithm::Unknown(_) => {
            let likely = suggest_word(name, &known).map(|similar| format!("; did you mean \"{similar}\"?"));
            let remedy = format!("write one of {}{}", known.join(", "), likely.unwrap_or_default());
            (format!("{} is not a known algorithm", quoted(name)), remedy)
        }
    }
}

/// Checks that `*`, which means any audience, stands alone.
fn trusted_audiences(key: &str, audiences: &[String], validator: &mut Validator<'_>) {
    for (item, audience) in audiences.iter().enumerate() {
        if audience.is_empty() {
            validator.reject_item(key, item, "is empty", "write the audience as in the `aud` of the provider's tokens");
        } else if audience == "*" && audiences.len() > 1 {
            validator.reject_item(
                key,
                item,
                "\"*\" means any audience, and the list has others",
                "write [\"*\"] alone",
            );
        }
    }
}
