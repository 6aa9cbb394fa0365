//! How a client authenticates: a secret or a public key.

use super::choice::{AssertionAudience, ClientType};
use super::model::RawClient;
use crate::base::secret::Plain;
use crate::config::layer::secret_files;
use crate::config::layer::validator::{Rejected, Validator};
use crate::config::value::public_key::AssertionKey;

/// The least length of a client secret in bytes; a shorter one could be guessed (LG-06).
const MIN_SECRET_BYTES: usize = 32;

pub(crate) fn public_key(
    key: &dyn Fn(&str) -> String,
    raw: &RawClient,
    validator: &mut Validator<'_>,
) -> Option<AssertionKey> {
    if raw.public_key_file.is_empty() {
        return None;
    }
    let key = key("public_key_file");
    if raw.client.r#type == ClientType::Public {
        validator.reject(&key, "is set, but the client is public", "remove it, or write type = \"confidential\"");
        return None;
    }
    let content = secret_files::read(&raw.public_key_file).map_err(|why| format!("the file {why}"));
    let pem = validator.accept(&key, content, "write the path of a PEM file with the client's public key")?;
    let remedy = "write it with `openssl pkey -in private.pem -pubout`";
    validator.accept(&key, AssertionKey::parse(&pem), remedy)
}

/// Only a client with a public key sends assertions.
pub(crate) fn assertion_audience(key: &dyn Fn(&str) -> String, raw: &RawClient, validator: &mut Validator<'_>) {
    if raw.client.assertion_audience == AssertionAudience::Issuer && raw.public_key_file.is_empty() {
        let remedy = "remove it, or name the client's public key in public_key_file";
        validator.reject(&key("assertion_audience"), "is \"issuer\", but the client sends no assertions", remedy);
    }
}

/// Reads the client secret; `None` if the client has none.
pub(crate) fn secret(
    key: &str,
    r#type: ClientType,
    secret: String,
    has_public_key: bool,
    validator: &mut Validator<'_>,
) -> Result<Option<Plain>, Rejected> {
    let secret = Plain::new(secret);
    match r#type {
        ClientType::Public if secret.is_empty() => return Ok(None),
        ClientType::Public => {
            let remedy = "remove it, or write type = \"confidential\"";
            validator.reject(key, "is set, but the client is public", remedy);
        }
        ClientType::Confidential if has_public_key && secret.is_empty() => return Ok(None),
        ClientType::Confidential if has_public_key => {
            let remedy = "keep one of client_secret and public_key_file: an attacker would use the weaker one";
            validator.reject(key, "is set, and so is public_key_file", remedy);
        }
        ClientType::Confidential if secret.is_empty() => {
            let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints, or name a file \
                          with them in client_secret_file; a client that cannot keep a secret has type = \"public\"";
            validator.reject(key, "is missing", remedy);
        }
        ClientType::Confidential if secret.expose().len() < MIN_SECRET_BYTES => {
            let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints";
            validator.reject(key, "is too short: it could be guessed", remedy);
        }
        // RFC 6749 appendix A.2
        ClientType::Confidential if !secret.expose().bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            validator.reject(
                key,
                "has characters that some clients cannot send",
                "write printable ASCII characters only",
            );
        }
        ClientType::Confidential => return Ok(Some(secret)),
    }
    Err(Rejected)
}
