//! The audience of a token: the gateway's client, and those beside it that the operator trusts (OpenID Connect Core §3.1.3.7,
//! steps 3 to 5).

use serde_json::Value;

use super::token_error::TokenError;
use crate::config;
use crate::upstream::text::clean;

/// The highest number of audiences that an error shows.
const MAX_SHOWN: usize = 3;
/// The longest audience that an error shows, in characters.
const MAX_LENGTH: usize = 64;
/// The entry of `trusted_audiences` that means any audience.
const ANY: &str = "*";

/// The audiences that a token may have.
#[derive(Clone, Copy)]
pub struct Audience<'c> {
    client_id: &'c str,
    trusted: &'c [String],
}

impl<'c> Audience<'c> {
    /// The client of a configured provider, and its `trusted_audiences`.
    pub fn of(config: &'c config::Oidc) -> Self {
        Self { client_id: &config.registration.client_id, trusted: &config.trusted_audiences }
    }

    /// The client id, which `azp` names.
    pub fn client_id(self) -> &'c str {
        self.client_id
    }

    /// Rejects an `aud` without the client, or with an audience that is not trusted. Returns whether it has further audiences.
    pub fn check(self, aud: &Value) -> Result<bool, TokenError> {
        let one = std::slice::from_ref(aud);
        let list = aud.as_array().map_or(one, Vec::as_slice);
        let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        if names.len() < list.len() {
            return Err("has an aud of the wrong type".into());
        }
        if !names.contains(&self.client_id) {
            return Err("is not for this client (aud)".into());
        }
        let others: Vec<&str> = names.into_iter().filter(|name| *name != self.client_id).collect();
        match others.iter().filter(|name| !self.trusts(name)).copied().collect::<Vec<_>>() {
            untrusted if untrusted.is_empty() => Ok(!others.is_empty()),
            untrusted => Err(not_for_us_alone(&untrusted)),
        }
    }

    fn trusts(self, name: &str) -> bool {
        self.trusted.iter().any(|trusted| trusted == ANY || trusted == name)
    }
}

fn not_for_us_alone(untrusted: &[&str]) -> TokenError {
    let shown = |name: &&str| format!("{:?}", clean(name).chars().take(MAX_LENGTH).collect::<String>());
    let names: Vec<_> = untrusted.iter().take(MAX_SHOWN).map(shown).collect();
    let more = if untrusted.len() > MAX_SHOWN { ", …" } else { "" };
    let names = names.join(", ");
    format!(
        "is not for this client alone (aud): it is also for {names}{more}; if these may have it, write them in \
         trusted_audiences, or [\"*\"] for any"
    )
    .into()
}
