//! `[providers.*]`: how we show to a provider that we are its client.

use super::choice::{Kind, SignatureMethod, TokenEndpointAuthMethod};
use super::given::{missing, secret};
use super::raw::RawProvider;
use crate::base::secret::Plain;
use crate::config::layer::findings::Findings;
use crate::config::value::algorithm::Algorithm;
use crate::config::value::key_file::KeyFile;

/// The largest key that RSA-SHA1 requests are signed with.
const MOST_RSA_BITS: usize = 4096;

/// What we show, or sign with.
pub(crate) struct Secrets {
    pub(crate) current: Option<Plain>,
    pub(crate) previous: Option<Plain>,
    pub(crate) private_key: Option<KeyFile>,
}

/// Everything that the way to show it needs is there, and nothing that is never used.
pub(crate) fn secrets(key: &dyn Fn(&str) -> String, raw: &mut RawProvider, at: &mut Findings<'_>) -> Option<Secrets> {
    if raw.client_id.trim().is_empty() {
        missing(key, "client_id", raw, "write the client id that the provider gave you", at);
    }
    let private_key = private_key(key, raw, at);
    let current = secret(&mut raw.client_secret);
    let previous = secret(&mut raw.client_secret_previous);
    if previous.is_some() && current.is_none() {
        let remedy = "write the new secret as client_secret, or take this one out";
        at.refuse(&key("client_secret_previous"), "is given without a client_secret", remedy);
    }
    match raw.kind {
        Kind::OAuth1 => signer(key, raw, current.is_some(), at),
        Kind::Oidc | Kind::OAuth2 => authentication(key, raw.token_endpoint_auth_method, current.is_some(), at),
    }
    needed_by_key(key, raw, at);
    Some(Secrets { current, previous, private_key: private_key? })
}

fn authentication(
    key: &dyn Fn(&str) -> String,
    method: TokenEndpointAuthMethod,
    has_secret: bool,
    at: &mut Findings<'_>,
) {
    let sends_it =
        matches!(method, TokenEndpointAuthMethod::ClientSecretBasic | TokenEndpointAuthMethod::ClientSecretPost);
    if sends_it && !has_secret {
        let remedy = "write the secret that the provider gave you, or name a file with it in client_secret_file; a \
                      public client has token_endpoint_auth_method = \"none\"";
        at.refuse(&key("client_secret"), "is missing", remedy);
    }
    if has_secret && !sends_it {
        let what = format!("is given, but token_endpoint_auth_method \"{}\" never sends it", method.name());
        let remedy = match method {
            TokenEndpointAuthMethod::Apple => "take it out: the secret is made from private_key for each call",
            _ => "take it out, or write token_endpoint_auth_method = \"client_secret_basic\"",
        };
        at.refuse(&key("client_secret"), what, remedy);
    }
}

/// OAuth 1.0a signs with the consumer secret, or with a private key.
fn signer(key: &dyn Fn(&str) -> String, raw: &RawProvider, has_secret: bool, at: &mut Findings<'_>) {
    if raw.signature_method != SignatureMethod::RsaSha1 && !has_secret {
        let remedy = "write the consumer secret that the provider gave you, or name a file with it in \
                      client_secret_file";
        at.refuse(&key("client_secret"), "is missing", remedy);
    }
}

/// The outer `None` is a key that will not do.
#[expect(clippy::option_option, reason = "most providers have none, and a wrong one is no configuration")]
fn private_key(key: &dyn Fn(&str) -> String, raw: &mut RawProvider, at: &mut Findings<'_>) -> Option<Option<KeyFile>> {
    let remedy = "write a private key in PEM, as `openssl genpkey` writes it and Apple hands it out; older forms are \
                  turned into it by `openssl pkcs8 -topk8 -nodes`";
    let Some(pem) = secret(&mut raw.private_key) else { return Some(None) };
    let read = KeyFile::parse(pem.expose()).map_err(|bad| bad.to_string());
    let read = at.accept(&key("private_key"), read, remedy)?;
    let wanted = match (raw.kind, raw.token_endpoint_auth_method, raw.signature_method) {
        (Kind::OAuth1, _, SignatureMethod::RsaSha1) => Some((Algorithm::Rs256, "RSA-SHA1 needs an RSA key")),
        (Kind::Oidc | Kind::OAuth2, TokenEndpointAuthMethod::Apple, _) => {
            Some((Algorithm::Es256, "Apple's client secret needs a P-256 key"))
        }
        _ => None,
    };
    match wanted {
        Some((algorithm, what)) if read.algorithm() != algorithm => {
            let remedy = match algorithm {
                Algorithm::Es256 => "name the file AuthKey_….p8 that Apple gave you when the key was made",
                _ => remedy,
            };
            at.refuse(&key("private_key"), what, remedy);
            None
        }
        Some((Algorithm::Rs256, _)) if read.rsa_bits().is_none_or(|bits| bits > MOST_RSA_BITS) => {
            let remedy = "register one of 2048 to 4096 bits: with larger ones, signing keeps other logins waiting";
            at.refuse(&key("private_key"), "is an RSA key of more than 4096 bits", remedy);
            None
        }
        _ => Some(Some(read)),
    }
}

/// What goes along with a private key.
fn needed_by_key(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) {
    let apple = raw.kind != Kind::OAuth1 && raw.token_endpoint_auth_method == TokenEndpointAuthMethod::Apple;
    let signs = match raw.kind {
        Kind::OAuth1 => raw.signature_method == SignatureMethod::RsaSha1,
        Kind::Oidc | Kind::OAuth2 => apple || raw.token_endpoint_auth_method == TokenEndpointAuthMethod::PrivateKeyJwt,
    };
    let given = at.is_given(&key("private_key")) || at.is_given(&key("private_key_file"));
    if signs && !given {
        missing(key, "private_key", raw, "name the file with it in private_key_file", at);
    }
    if given && !signs {
        let remedy = "take it out, or write token_endpoint_auth_method = \"private_key_jwt\"";
        at.refuse(&key("private_key"), "is given, but nothing is signed with it", remedy);
    }
    let needed = [("private_key_id", &raw.private_key_id, "the key's id"), ("team_id", &raw.team_id, "the team's id")];
    for (name, text, what) in needed {
        if apple && text.is_empty() {
            missing(key, name, raw, &format!("write {what} from Apple's developer pages, ten characters"), at);
        }
    }
}
