//! How a client shows that it is itself.

use super::choice::ClientType;
use super::raw::RawClient;
use crate::base::secret::Plain;
use crate::config::layer::findings::Findings;
use crate::config::layer::twins;
use crate::config::value::public_key::PublicKey;

/// A shorter secret could be guessed (LG-06).
const LEAST_SECRET_BYTES: usize = 32;

pub(crate) fn public_key(key: &dyn Fn(&str) -> String, raw: &RawClient, at: &mut Findings<'_>) -> Option<PublicKey> {
    if raw.public_key_file.is_empty() {
        return None;
    }
    let key = key("public_key_file");
    if raw.r#type == ClientType::Public {
        at.refuse(&key, "is given, but the client is public", "take it out, or write type = \"confidential\"");
        return None;
    }
    let content = twins::read(&raw.public_key_file).map_err(|why| format!("the file {why}"));
    let pem = at.accept(&key, content, "write the path of a PEM file with the client's public key")?;
    let remedy = "write it with `openssl pkey -in private.pem -pubout`";
    at.accept(&key, PublicKey::parse(&pem), remedy)
}

/// The outer `None` is a wrong one.
#[expect(clippy::option_option, reason = "a good client may have none, a wrong one is no client")]
pub(crate) fn secret(
    key: &str,
    r#type: ClientType,
    secret: String,
    has_public_key: bool,
    at: &mut Findings<'_>,
) -> Option<Option<Plain>> {
    let secret = Plain::new(secret);
    match r#type {
        ClientType::Public if secret.is_empty() => return Some(None),
        ClientType::Public => {
            let remedy = "take it out, or write type = \"confidential\"";
            at.refuse(key, "is given, but the client is public", remedy);
        }
        ClientType::Confidential if has_public_key && secret.is_empty() => return Some(None),
        ClientType::Confidential if has_public_key => {
            let remedy = "keep one of client_secret and public_key_file: the weaker one would be the one that counts";
            at.refuse(key, "is given, and a public key too", remedy);
        }
        ClientType::Confidential if secret.is_empty() => {
            let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints, or name a file \
                          with them in client_secret_file; a client that cannot keep a secret has type = \"public\"";
            at.refuse(key, "is missing", remedy);
        }
        ClientType::Confidential if secret.expose().len() < LEAST_SECRET_BYTES => {
            let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints";
            at.refuse(key, "is short enough to be guessed", remedy);
        }
        // RFC 6749, A.2.
        ClientType::Confidential if !secret.expose().bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            at.refuse(key, "has characters that not every client can send", "write letters, digits and ASCII signs");
        }
        ClientType::Confidential => return Some(Some(secret)),
    }
    None
}
