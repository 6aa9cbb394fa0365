//! Validates the keys of a client that concern its tokens.

use std::time::Duration;

use super::choice::ClientType;
use super::claims::{self, ClientClaim};
use super::context::ClientContext;
use super::model::{Client, RawClient};
use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::allow::check_groups;
use crate::config::value::algorithm::Algorithm;

/// Validates the keys of tokens. Returns the claims.
pub(crate) fn validate(
    key: &dyn Fn(&str) -> String,
    raw: &RawClient,
    context: &ClientContext<'_>,
    validator: &mut Validator<'_>,
) -> Option<Vec<ClientClaim>> {
    let tokens = &raw.client.tokens;
    within_idle_timeout(&key("access_lifetime"), tokens.access_lifetime, context.idle_timeout, validator);
    let claims = claims::claims(&key("claims"), &raw.claims, validator);
    groups(&key("groups"), &tokens.groups, validator);
    if let Some(algorithm) = tokens.access_token_alg {
        is_signed_with(&key("access_token_alg"), algorithm, context.algorithms, validator);
    }
    claims
}

/// A `*` elsewhere than at the end would be read as a part of a name.
fn groups(key: &str, groups: &[String], validator: &mut Validator<'_>) {
    check_groups(key, groups, validator);
    let is_misplaced = |group: &String| group.strip_suffix('*').unwrap_or(group).contains('*');
    for (item, group) in groups.iter().enumerate().filter(|(_, group)| is_misplaced(group)) {
        let what = format!("{} has a `*` that is not at its end", quoted(group));
        validator.reject_item(key, item, what, "write the name of a group, or the beginning of names and `*`");
    }
}

/// An access token ends with the idle timeout of its session; a longer lifetime would be cut at each token.
fn within_idle_timeout(key: &str, lifetime: Option<Duration>, idle: Option<Duration>, validator: &mut Validator<'_>) {
    if let (Some(lifetime), Some(idle)) = (lifetime, idle)
        && idle < lifetime
    {
        validator.reject(key, "is longer than sessions.idle_timeout, which cuts every token", "write at most as much");
    }
}

/// Only clients with redirect URIs get ID tokens.
pub(crate) fn id_token_alg(
    key: &str,
    raw: &RawClient,
    algorithms: Option<&[Algorithm]>,
    validator: &mut Validator<'_>,
) {
    if !raw.redirect_uris.is_empty() {
        is_signed_with(key, raw.client.id_token_alg, algorithms, validator);
    }
}

fn is_signed_with(key: &str, algorithm: Algorithm, known: Option<&[Algorithm]>, validator: &mut Validator<'_>) {
    let Some(known) = known.filter(|known| !known.contains(&algorithm)) else { return };
    let names: Vec<_> = known.iter().map(|algorithm| format!("\"{}\"", algorithm.name())).collect();
    let what = format!("\"{}\" is not among signing.algorithms", algorithm.name());
    validator.reject(key, what, format!("write {}, or add it to signing.algorithms", names.join(" or ")));
}

/// Introspection requires client authentication (RFC 7662 §2.1).
pub(crate) fn introspects(key: &str, client: &Client, validator: &mut Validator<'_>) {
    if client.r#type == ClientType::Public && !client.introspects.is_empty() {
        let remedy = "remove it, or write type = \"confidential\"";
        validator.reject(key, "is set, but the client is public, and introspection needs a secret", remedy);
    }
    for (item, audience) in client.introspects.iter().enumerate() {
        if audience.trim().is_empty() {
            validator.reject_item(key, item, "is empty", "write an audience of access tokens, or remove it");
        } else if audience.contains('*') && audience != "*" {
            let remedy = "write whole audiences, or [\"*\"] for any";
            validator.reject_item(key, item, format!("{} is a pattern", quoted(audience)), remedy);
        }
    }
}
