//! `[clients.*]`

use uuid::Uuid;

use crate::base::secret::Plain;
use crate::config::client::{BUILT_IN_CLIENT, Client, ClientType};
use crate::config::findings::{Findings, shown};
use crate::config::raw;

/// A shorter secret could be guessed (LG-06).
const LEAST_SECRET_BYTES: usize = 32;

/// Who the tokens of everybody may be for: names that no client can have for itself.
pub(super) struct Everybody {
    /// The issuer, where it is known.
    pub issuer: Option<String>,
    /// The default audience.
    pub audience: Vec<String>,
}

pub(super) fn client(id: &str, raw: raw::Client, everybody: &Everybody, at: &mut Findings<'_>) -> Option<Client> {
    let key = |key: &str| format!("clients.{id}.{key}");
    let good_id = id_is_free(id, everybody, at);
    audience(&key("audience"), &raw.audience, everybody, at);
    let secret = secret(&key("client_secret"), raw.r#type, raw.client_secret, at);
    let name = if raw.name.is_empty() { id.to_owned() } else { raw.name };
    good_id.then_some(Client { id: id.to_owned(), name, secret: secret?, audience: raw.audience })
}

/// What names the issuer opens our own endpoints, which an app's token must not: no service that is handed one may act
/// on its user's session.
fn audience(key: &str, audience: &[String], everybody: &Everybody, at: &mut Findings<'_>) {
    for (item, audience) in audience.iter().enumerate() {
        if audience.trim().is_empty() {
            at.refuse_item(key, item, "is empty", "write who the tokens are for, or leave it out");
        } else if everybody.issuer.as_ref() == Some(audience) {
            let what = format!("{} is the issuer, for which the tokens of our own sessions are", shown(audience));
            at.refuse_item(key, item, what, "take it out, or write the service that this client's tokens are for");
        }
    }
}

/// No client is taken for the built-in one, nor for a user: where a token has no user, its `sub` is the client's id
/// (TK-25). Nor for everybody's audience: it could ask about every token there is.
fn id_is_free(id: &str, everybody: &Everybody, at: &mut Findings<'_>) -> bool {
    let key = format!("clients.{id}");
    if id == BUILT_IN_CLIENT {
        let what = format!("{} is the built-in client, whose tokens open /session", shown(id));
        at.refuse(&key, what, "choose another id");
        return false;
    }
    if Uuid::parse_str(id).is_ok() {
        at.refuse(&key, format!("{} looks like the id of a user", shown(id)), "choose an id that is not a UUID");
        return false;
    }
    if everybody.issuer.as_deref() == Some(id) || everybody.audience.iter().any(|audience| audience == id) {
        let what = format!("{} stands in everybody's tokens, by tokens.audience or as the issuer", shown(id));
        let remedy =
            format!("choose another id; a client that may ask about these tokens has audience = [{}]", shown(id));
        at.refuse(&key, what, remedy);
        return false;
    }
    true
}

/// The outer `None` is a wrong one.
#[expect(clippy::option_option, reason = "a good client may have none, a wrong one is no client")]
fn secret(key: &str, r#type: ClientType, secret: String, at: &mut Findings<'_>) -> Option<Option<Plain>> {
    let secret = Plain::new(secret);
    match r#type {
        ClientType::Public if secret.is_empty() => return Some(None),
        ClientType::Public => {
            let remedy = "take it out, or write type = \"confidential\"";
            at.refuse(key, "is given, but the client is public", remedy);
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
