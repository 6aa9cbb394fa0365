//! `clients.<id>.claims`: further claims of ID tokens and userinfo.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::pointer::Pointer;

/// Claims with a meaning of their own, which no setting may replace. `email` and `groups` depend on the provider, and all that
/// begins with `email` or ends with `_hash` is refused as well.
const RESERVED: [&str; 24] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "aal",
    "azp",
    "sid",
    "client_id",
    "scope",
    "status",
    "cnf",
    "act",
    "may_act",
    "events",
    "groups",
    "idp",
    "typ",
];
/// The highest number of claims, and the longest name in bytes: each ID token contains them.
const MAX_CLAIMS: usize = 50;
const MAX_NAME: usize = 128;

/// A claim of a client's ID tokens and of its userinfo responses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientClaim {
    /// The name of the claim in the token.
    pub name: String,
    /// The source of its value.
    pub source: ClaimSource,
}

/// The source of the value of a client's claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimSource {
    /// The claims of the provider: those of the ID token, merged with those of userinfo.
    Provider(Pointer),
    /// A value that is the same for every user.
    Fixed(Value),
}

pub(crate) fn claims(
    key: &str,
    raw: &BTreeMap<String, Value>,
    validator: &mut Validator<'_>,
) -> Option<Vec<ClientClaim>> {
    if raw.len() > MAX_CLAIMS {
        validator.reject(key, "are more than 50 claims", "write fewer, or point to an object that contains them");
    }
    // Collect the options first: an invalid claim must not hide the problems of the others.
    let read: Vec<_> = raw.iter().map(|(name, value)| claim(key, name, value, validator)).collect();
    read.into_iter().collect()
}

fn claim(key: &str, name: &str, value: &Value, validator: &mut Validator<'_>) -> Option<ClientClaim> {
    let key = format!("{key}.{name}");
    if is_reserved(name) {
        let what = format!("{} has a meaning that a setting cannot change", quoted(name));
        validator.reject(&key, what, "choose another name");
        return None;
    }
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        validator.reject(&key, "is not a name of a claim", "write 1 to 128 bytes without control characters");
        return None;
    }
    let remedy = "write a JSON pointer (RFC 6901) into the provider's claims, as \"/department\", or { value = … }";
    let source = match value {
        Value::String(text) => {
            let read = Pointer::parse(text).map_err(|bad| format!("{} {bad}", quoted(text)));
            ClaimSource::Provider(validator.accept(&key, read, remedy)?)
        }
        Value::Object(table) if table.len() == 1 && table.contains_key("value") => {
            ClaimSource::Fixed(table.get("value").cloned().unwrap_or_default())
        }
        _ => {
            validator.reject(&key, "is neither a pointer nor a table with the key value alone", remedy);
            return None;
        }
    };
    Some(ClientClaim { name: name.to_owned(), source })
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with("email") || name.ends_with("_hash")
}
