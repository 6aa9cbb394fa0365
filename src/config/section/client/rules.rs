//! Validates a `[clients.<id>]` section.

use uuid::Uuid;

use super::choice::{ClientType, Grant};
use super::context::ClientContext;
use super::credentials::{assertion_audience, public_key, secret};
use super::model::{ACCOUNT_SCOPE, BUILT_IN_CLIENT, Client, RawClient};
use super::token_rules::{self, id_token_alg, introspects};
use super::uris::{backchannel_logout_uri, private_use_schemes, read_redirect_uris};
use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::picture::picture;
use crate::config::section::{allow, origin, scope};
use crate::config::value::redirect_uri::RedirectUri;
use crate::config::value::resource::is_same_resource;

/// The size limit of all scopes of a client, in bytes: each session's row holds its scopes.
const MAX_SCOPE_BYTES: usize = 4096;

/// Validates a section, and completes its [`Client`].
pub(crate) fn validate(
    id: &str,
    raw: RawClient,
    context: &ClientContext<'_>,
    validator: &mut Validator<'_>,
) -> Option<Client> {
    let key = |key: &str| format!("clients.{id}.{key}");
    let good_id = id_is_free(id, context, validator);
    written(&key, &raw.client, context, validator);
    let schemes = private_use_schemes(&raw);
    let redirect_uris = read_redirect_uris(&key("redirect_uris"), &raw.redirect_uris, schemes, validator);
    let after_logout =
        read_redirect_uris(&key("post_logout_redirect_uris"), &raw.post_logout_redirect_uris, schemes, validator);
    let allowed_origins = origin::origins(&key("allowed_origins"), &raw.allowed_origins, validator);
    id_token_alg(&key("id_token_alg"), &raw, context.algorithms, validator);
    let allow = allow::conditions(&key("allow"), raw.allow.clone(), validator);
    let claims = token_rules::validate(&key, &raw, context, validator);
    let backchannel_logout_uri = backchannel_logout_uri(&key("backchannel_logout_uri"), &raw, validator);
    assertion_audience(&key, &raw, validator);
    let has_public_key = !raw.public_key_file.is_empty();
    let public_key = public_key(&key, &raw, validator);
    let secret = secret(&key("client_secret"), raw.client.r#type, raw.client_secret, has_public_key, validator);
    let logo = picture(&key("logo"), &raw.logo, validator);
    let mut client = raw.client;
    client.display.logo = logo.ok()?;
    id.clone_into(&mut client.id);
    if client.name.is_empty() {
        id.clone_into(&mut client.name);
    }
    client.secret = secret.ok()?;
    client.public_key = public_key;
    client.redirect_uris = redirect_uris?;
    client.post_logout_redirect_uris = after_logout?;
    client.allowed_origins = allowed_origins.map(|written| or_own_origins(written, &client.redirect_uris))?;
    client.allow = allow?;
    client.tokens.claims = claims?;
    client.backchannel_logout_uri = backchannel_logout_uri;
    good_id.then_some(client)
}

/// The origins of the redirect URIs where none are written.
fn or_own_origins(written: Vec<String>, redirect_uris: &[RedirectUri]) -> Vec<String> {
    if !written.is_empty() {
        return written;
    }
    let mut own: Vec<_> = redirect_uris.iter().filter_map(RedirectUri::origin).collect();
    own.dedup();
    own
}

/// Validates the keys that mean what is written.
fn written(key: &dyn Fn(&str) -> String, client: &Client, context: &ClientContext<'_>, validator: &mut Validator<'_>) {
    audience(&key("audience"), &client.audience, context.issuer, validator);
    scopes(&key("scopes"), &client.scopes, validator);
    grants(key, client, validator);
    providers(&key("providers"), &client.providers, context.providers, "; an empty list allows all", validator);
    provider_tokens(&key("provider_tokens"), client, context, validator);
    introspects(&key("introspects"), client, validator);
    resources(&key("resources"), &client.resources, context.resources, validator);
}

/// The issuer must not be in the audience of a client. Our own endpoints accept tokens for the issuer, so a service that
/// receives such a token could act on the user's session.
fn audience(key: &str, audience: &[String], issuer: Option<&str>, validator: &mut Validator<'_>) {
    for (item, audience) in audience.iter().enumerate() {
        if audience.trim().is_empty() {
            validator.reject_item(key, item, "is empty", "write the audience of the tokens, or remove it");
        } else if issuer.is_some_and(|issuer| is_same_resource(issuer, audience)) {
            let what =
                format!("{} is the issuer, which is the audience of tokens for our own endpoints", quoted(audience));
            validator.reject_item(key, item, what, "remove it, or write the service that this client's tokens are for");
        }
    }
}

/// Rejects ids that have another meaning: the built-in client; a user id, since a token without a user has the client's
/// id as `sub` (TK-25); and the default audience, since that client could introspect every token.
fn id_is_free(id: &str, context: &ClientContext<'_>, validator: &mut Validator<'_>) -> bool {
    let key = format!("clients.{id}");
    if id == BUILT_IN_CLIENT {
        let what = format!("{} is the id of the built-in client, whose tokens are accepted at /session", quoted(id));
        validator.reject(&key, what, "choose another id");
        return false;
    }
    if Uuid::parse_str(id).is_ok() {
        validator.reject(&key, format!("{} has the form of a user id", quoted(id)), "choose an id that is not a UUID");
        return false;
    }
    if context.issuer.is_some_and(|issuer| is_same_resource(issuer, id))
        || context.audience.iter().any(|audience| audience == id)
    {
        let what = format!("{} is the default audience of all tokens (tokens.audience or the issuer)", quoted(id));
        let remedy =
            format!("choose another id; to let a client introspect these tokens, write audience = [{}]", quoted(id));
        validator.reject(&key, what, remedy);
        return false;
    }
    true
}

/// Checks the form of the scopes, their total size, and that none is the gateway's own.
pub(crate) fn scopes(key: &str, scopes: &[String], validator: &mut Validator<'_>) {
    scope::tokens(key, scopes, validator);
    for (item, _) in scopes.iter().enumerate().filter(|(_, scope)| *scope == ACCOUNT_SCOPE) {
        let what = "\"account\" is the scope of the built-in client's tokens that act for the user at the gateway";
        validator.reject_item(key, item, what, "choose another name");
    }
    if scopes.iter().map(|scope| scope.len() + 1).sum::<usize>() > MAX_SCOPE_BYTES {
        validator.reject(key, "are longer than 4096 characters in total", "write fewer or shorter ones");
    }
}

fn grants(key: &dyn Fn(&str) -> String, client: &Client, validator: &mut Validator<'_>) {
    if client.r#type == ClientType::Public {
        if let Some(item) = client.grants.iter().position(|grant| *grant == Grant::ClientCredentials) {
            let remedy = "remove it, or write type = \"confidential\"";
            validator.reject_item(&key("grants"), item, "a public client cannot use client_credentials", remedy);
        }
        if !client.rotate_refresh_tokens {
            let remedy = "remove it: the refresh tokens of a public client are not bound to it, so each use must return a new one";
            validator.reject(&key("rotate_refresh_tokens"), "is false, but the client is public", remedy);
        }
    }
}

pub(crate) fn resources(key: &str, wanted: &[String], known: &[String], validator: &mut Validator<'_>) {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    for (item, id) in wanted.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
        let likely =
            suggest_word(id, &names).map(|similar| format!("; did you mean \"{similar}\"?")).unwrap_or_default();
        let remedy = format!("write the id of a [resources.<id>] section, or remove it{likely}");
        validator.reject_item(key, item, format!("there is no resource {}", quoted(id)), remedy);
    }
}

fn providers(key: &str, wanted: &[String], known: &[String], none: &str, validator: &mut Validator<'_>) {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    for (item, id) in wanted.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
        let likely =
            suggest_word(id, &names).map(|similar| format!("; did you mean \"{similar}\"?")).unwrap_or_default();
        let remedy = format!("write the id of a [providers.<id>] section, or remove it{none}{likely}");
        validator.reject_item(key, item, format!("there is no provider {}", quoted(id)), remedy);
    }
}

/// A client can only get tokens of providers with `store_tokens`. It has to authenticate for it: the access token that it
/// exchanges is known to each service that receives it, and a public client shows nothing else.
fn provider_tokens(key: &str, client: &Client, context: &ClientContext<'_>, validator: &mut Validator<'_>) {
    let wanted = &client.provider_tokens;
    if client.r#type == ClientType::Public && !wanted.is_empty() {
        let what = "is set, but the client is public: each service that receives its access token could exchange it";
        validator.reject(key, what, "remove it, or write type = \"confidential\" with a client_secret");
        return;
    }
    providers(key, wanted, context.providers, "", validator);
    let kept = |id: &String| context.storing.contains(id) || !context.providers.contains(id);
    for (item, id) in wanted.iter().enumerate().filter(|(_, id)| !kept(id)) {
        let what = format!("the tokens of the provider {} are not stored", quoted(id));
        validator.reject_item(
            key,
            item,
            what,
            format!("write store_tokens = true in [providers.{id}], or remove it here"),
        );
    }
}
