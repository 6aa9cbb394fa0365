//! How the gateway authenticates as a client of a provider: secrets and private keys.

use super::choice::{ProviderKind, SignatureMethod, TokenEndpointAuthMethod};
use super::missing::{missing, secret};
use super::raw::RawProvider;
use crate::base::secret::Plain;
use crate::config::layer::validator::{Rejected, Validator, quoted};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::key_file::KeyFile;

/// The size limit in bits of an RSA key for RSA-SHA1.
const MAX_RSA_BITS: usize = 4096;

/// The validated secrets and keys of the client.
pub(crate) struct ClientCredentials {
    pub(crate) current: Option<Plain>,
    pub(crate) previous: Option<Plain>,
    pub(crate) private_key: Option<KeyFile>,
}

/// Checks that each secret and private key that the authentication method needs is set, and no other.
pub(crate) fn validate(
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Option<ClientCredentials> {
    if raw.registration.client_id.trim().is_empty() {
        missing(key, "client_id", raw, "write the client id from the provider", validator);
    }
    let private_key = private_key(key, raw, validator);
    let current = secret(&mut raw.client_secret);
    let previous = secret(&mut raw.client_secret_previous);
    if previous.is_some() && current.is_none() {
        let remedy = "write the new secret as client_secret, or remove this one";
        validator.reject(&key("client_secret_previous"), "is set without a client_secret", remedy);
    }
    match raw.kind {
        ProviderKind::OAuth1 => check_consumer_secret(key, raw, current.is_some(), validator),
        ProviderKind::Oidc | ProviderKind::OAuth2 => {
            let has_key = validator.is_given(&key("private_key")) || validator.is_given(&key("private_key_file"));
            check_secret(key, raw.registration.token_endpoint_auth_method, (current.is_some(), has_key), validator);
        }
    }
    check_private_key_settings(key, raw, validator);
    Some(ClientCredentials { current, previous, private_key: private_key.ok()? })
}

/// Checks that `client_secret` is set exactly if the authentication method sends it.
fn check_secret(
    key: &dyn Fn(&str) -> String,
    method: TokenEndpointAuthMethod,
    (has_secret, has_key): (bool, bool),
    validator: &mut Validator<'_>,
) {
    let sends_secret = match method {
        TokenEndpointAuthMethod::ClientSecretBasic | TokenEndpointAuthMethod::ClientSecretPost => true,
        TokenEndpointAuthMethod::Auto => has_secret || !has_key,
        _ => false,
    };
    if sends_secret && !has_secret {
        let remedy = "write the secret from the provider, or the path of a file with it in client_secret_file; a \
                      public client has token_endpoint_auth_method = \"none\"";
        validator.reject(&key("client_secret"), "is missing", remedy);
    }
    if has_secret && !sends_secret {
        let what = format!("is set, but token_endpoint_auth_method \"{}\" does not use it", method.name());
        let remedy = match method {
            TokenEndpointAuthMethod::Apple => "remove it: the secret is created from private_key for each request",
            _ => "remove it, or write token_endpoint_auth_method = \"client_secret_basic\"",
        };
        validator.reject(&key("client_secret"), what, remedy);
    }
}

/// OAuth 1.0a needs a consumer secret, unless requests are signed with a private key.
fn check_consumer_secret(
    key: &dyn Fn(&str) -> String,
    raw: &RawProvider,
    has_secret: bool,
    validator: &mut Validator<'_>,
) {
    if raw.signature_method != SignatureMethod::RsaSha1 && !has_secret {
        let remedy = "write the consumer secret from the provider, or the path of a file with it in \
                      client_secret_file";
        validator.reject(&key("client_secret"), "is missing", remedy);
    }
}

/// Reads the private key; `None` if there is none.
fn private_key(
    key: &dyn Fn(&str) -> String,
    raw: &mut RawProvider,
    validator: &mut Validator<'_>,
) -> Result<Option<KeyFile>, Rejected> {
    let remedy = "write a private key in PEM (PKCS#8), as from `openssl genpkey` or from Apple; convert older formats with \
                  `openssl pkcs8 -topk8 -nodes`";
    let Some(pem) = secret(&mut raw.private_key) else { return Ok(None) };
    let read = KeyFile::parse(pem.expose()).map_err(|bad| bad.to_string());
    let read = validator.accept(&key("private_key"), read, remedy).ok_or(Rejected)?;
    let wanted = match (raw.kind, raw.registration.token_endpoint_auth_method, raw.signature_method) {
        (ProviderKind::OAuth1, _, SignatureMethod::RsaSha1) => Some((Algorithm::Rs256, "RSA-SHA1 needs an RSA key")),
        (ProviderKind::Oidc | ProviderKind::OAuth2, TokenEndpointAuthMethod::Apple, _) => {
            Some((Algorithm::Es256, "Apple's client secret needs a P-256 key"))
        }
        _ => None,
    };
    match wanted {
        Some((algorithm, what)) if read.algorithm() != algorithm => {
            let remedy = match algorithm {
                Algorithm::Es256 => {
                    "use the file AuthKey_….p8 that Apple offered for download when the key was created"
                }
                _ => remedy,
            };
            validator.reject(&key("private_key"), what, remedy);
            Err(Rejected)
        }
        Some((Algorithm::Rs256, _)) if read.rsa_bits().is_none_or(|bits| bits > MAX_RSA_BITS) => {
            let remedy = "register a key of 2048 to 4096 bits: signing with a larger one delays other logins";
            validator.reject(&key("private_key"), "is an RSA key of more than 4096 bits", remedy);
            Err(Rejected)
        }
        _ => with_certificate(&key("certificate_file"), read, &raw.certificate_file, validator).map(Some),
    }
}

/// The private key with its certificate, if one is given.
fn with_certificate(
    key: &str,
    private_key: KeyFile,
    path: &str,
    validator: &mut Validator<'_>,
) -> Result<KeyFile, Rejected> {
    if path.is_empty() {
        return Ok(private_key);
    }
    let remedy = "write the path of the PEM file with the certificate of private_key, as registered at the provider";
    let pem = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", quoted(path)));
    let pem = validator.accept(key, pem, remedy).ok_or(Rejected)?;
    let read = private_key.with_certificate(&pem).map_err(|bad| format!("{} {bad}", quoted(path)));
    validator.accept(key, read, remedy).ok_or(Rejected)
}

/// Checks the configuration keys that depend on a private key: `private_key`, `private_key_id` and `team_id`.
fn check_private_key_settings(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) {
    let apple = raw.kind != ProviderKind::OAuth1
        && raw.registration.token_endpoint_auth_method == TokenEndpointAuthMethod::Apple;
    let signs = match raw.kind {
        ProviderKind::OAuth1 => raw.signature_method == SignatureMethod::RsaSha1,
        ProviderKind::Oidc | ProviderKind::OAuth2 => {
            apple || raw.registration.token_endpoint_auth_method == TokenEndpointAuthMethod::PrivateKeyJwt
        }
    };
    let may_sign = raw.kind != ProviderKind::OAuth1
        && raw.registration.token_endpoint_auth_method == TokenEndpointAuthMethod::Auto;
    let given = validator.is_given(&key("private_key")) || validator.is_given(&key("private_key_file"));
    if signs && !given {
        missing(key, "private_key", raw, "write the path of a file with it in private_key_file", validator);
    }
    if given && !signs && !may_sign {
        let remedy = match raw.kind {
            ProviderKind::OAuth1 => "remove it, or write signature_method = \"RSA-SHA1\"",
            ProviderKind::Oidc | ProviderKind::OAuth2 => {
                "remove it, or write token_endpoint_auth_method = \"private_key_jwt\""
            }
        };
        validator.reject(&key("private_key"), "is set, but nothing is signed with it", remedy);
    }
    let needed = [
        ("private_key_id", &raw.registration.private_key_id, "the key's id"),
        ("team_id", &raw.registration.team_id, "the team's id"),
    ];
    for (name, text, what) in needed {
        if apple && text.is_none() {
            missing(key, name, raw, &format!("write {what} from Apple's developer pages (ten characters)"), validator);
        }
    }
}
