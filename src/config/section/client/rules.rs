//! `[clients.*]`

use uuid::Uuid;

use super::choice::{ClientType, Grant};
use super::credentials::{public_key, secret};
use super::model::{BUILT_IN_CLIENT, Client};
use super::raw::RawClient;
use super::uris::{backchannel_logout_uri, own_schemes, read_redirect_uris};
use crate::config::layer::findings::{Findings, shown};
use crate::config::layer::nearest::nearest_word;
use crate::config::section::{origin, scope};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::redirect_uri::RedirectUri;

/// A session keeps its scopes in its row.
const MOST_SCOPE_BYTES: usize = 4096;

/// What the rest of the configuration says about clients.
pub(crate) struct Around<'a> {
    /// `signing.algorithms`, unless it is wrong.
    pub(crate) algorithms: Option<&'a [Algorithm]>,
    /// The ids of all providers.
    pub(crate) providers: &'a [String],
    /// The ids of those whose own tokens are kept.
    pub(crate) storing: &'a [String],
    /// The issuer, unless it is wrong.
    pub(crate) issuer: Option<&'a str>,
    /// `tokens.audience`: who the tokens of everybody are for.
    pub(crate) audience: &'a [String],
}

pub(crate) fn client(id: &str, raw: RawClient, around: &Around<'_>, at: &mut Findings<'_>) -> Option<Client> {
    let key = |key: &str| format!("clients.{id}.{key}");
    let good_id = id_is_free(id, around, at);
    let schemes = own_schemes(&key("insecure_allow_dotless_schemes"), &raw, at);
    let redirect_uris = read_redirect_uris(&key("redirect_uris"), &raw.redirect_uris, schemes, at);
    let after_logout =
        read_redirect_uris(&key("post_logout_redirect_uris"), &raw.post_logout_redirect_uris, schemes, at);
    let allowed_origins = origin::origins(&key("allowed_origins"), &raw.allowed_origins, at);
    audience(&key("audience"), &raw.audience, around.issuer, at);
    scopes(&key("scopes"), &raw.scopes, at);
    grants(&key, &raw, at);
    providers(&key("providers"), &raw.providers, around.providers, "; none at all means every one", at);
    provider_tokens(&key("provider_tokens"), &raw.provider_tokens, around, at);
    id_token_alg(&key("id_token_alg"), &raw, around.algorithms, at);
    let backchannel_logout_uri = backchannel_logout_uri(&key("backchannel_logout_uri"), &raw, at);
    let public_key = public_key(&key, &raw, at);
    let secret = secret(&key("client_secret"), raw.r#type, raw.client_secret, public_key.is_some(), at);
    let name = if raw.name.is_empty() { id.to_owned() } else { raw.name };
    let (redirect_uris, mut allowed_origins) = (redirect_uris?, allowed_origins?);
    if allowed_origins.is_empty() {
        allowed_origins = redirect_uris.iter().filter_map(RedirectUri::origin).collect();
        allowed_origins.dedup();
    }
    good_id.then_some(Client {
        id: id.to_owned(),
        name,
        r#type: raw.r#type,
        secret: secret?,
        public_key,
        redirect_uris,
        post_logout_redirect_uris: after_logout?,
        allowed_origins,
        grants: raw.grants,
        scopes: raw.scopes,
        audience: raw.audience,
        id_token_alg: raw.id_token_alg,
        providers: raw.providers,
        backchannel_logout_uri,
        insecure_allow_private_logout_uri: raw.insecure_allow_private_logout_uri,
        insecure_skip_loopback_consent: raw.insecure_skip_loopback_consent,
        rotate_refresh_tokens: raw.rotate_refresh_tokens,
        provider_tokens: raw.provider_tokens,
    })
}

/// What names the issuer opens our own endpoints, which an app's token must not: no service that is handed one may act
/// on its user's session.
fn audience(key: &str, audience: &[String], issuer: Option<&str>, at: &mut Findings<'_>) {
    for (item, audience) in audience.iter().enumerate() {
        if audience.trim().is_empty() {
            at.refuse_item(key, item, "is empty", "write who the tokens are for, or leave it out");
        } else if issuer == Some(audience.as_str()) {
            let what = format!("{} is the issuer, for which the tokens of our own sessions are", shown(audience));
            at.refuse_item(key, item, what, "take it out, or write the service that this client's tokens are for");
        }
    }
}

/// No client is taken for the built-in one, nor for a user: where a token has no user, its `sub` is the client's id
/// (TK-25). Nor for everybody's audience: it could ask about every token there is.
fn id_is_free(id: &str, around: &Around<'_>, at: &mut Findings<'_>) -> bool {
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
    if around.issuer == Some(id) || around.audience.iter().any(|audience| audience == id) {
        let what = format!("{} stands in everybody's tokens, by tokens.audience or as the issuer", shown(id));
        let remedy =
            format!("choose another id; a client that may ask about these tokens has audience = [{}]", shown(id));
        at.refuse(&key, what, remedy);
        return false;
    }
    true
}

/// What fits into a session's row.
fn scopes(key: &str, scopes: &[String], at: &mut Findings<'_>) {
    scope::tokens(key, scopes, at);
    if scopes.iter().map(|scope| scope.len() + 1).sum::<usize>() > MOST_SCOPE_BYTES {
        at.refuse(key, "are more than 4096 characters", "write fewer or shorter ones");
    }
}

fn grants(key: &dyn Fn(&str) -> String, raw: &RawClient, at: &mut Findings<'_>) {
    if raw.r#type == ClientType::Public {
        if let Some(item) = raw.grants.iter().position(|grant| *grant == Grant::ClientCredentials) {
            let remedy = "take it out, or write type = \"confidential\"";
            at.refuse_item(&key("grants"), item, "a public client has no credentials of its own", remedy);
        }
        if !raw.rotate_refresh_tokens {
            let remedy = "take it out: a refresh token that anyone could use has to change at each use";
            at.refuse(&key("rotate_refresh_tokens"), "is off, but the client is public", remedy);
        }
    }
}

fn providers(key: &str, wanted: &[String], known: &[String], none: &str, at: &mut Findings<'_>) {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    for (item, id) in wanted.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
        let likely = nearest_word(id, &names).map(|near| format!("; \"{near}\" is near")).unwrap_or_default();
        let remedy = format!("write the id of one of [providers.*], or take it out{none}{likely}");
        at.refuse_item(key, item, format!("there is no provider {}", shown(id)), remedy);
    }
}

/// Tokens that are not kept cannot be handed out.
fn provider_tokens(key: &str, wanted: &[String], around: &Around<'_>, at: &mut Findings<'_>) {
    providers(key, wanted, around.providers, "", at);
    let kept = |id: &String| around.storing.contains(id) || !around.providers.contains(id);
    for (item, id) in wanted.iter().enumerate().filter(|(_, id)| !kept(id)) {
        let what = format!("the tokens of the provider {} are not kept", shown(id));
        at.refuse_item(key, item, what, format!("write store_tokens = true in [providers.{id}], or take it out here"));
    }
}

/// Only who signs people in gets ID tokens.
fn id_token_alg(key: &str, raw: &RawClient, algorithms: Option<&[Algorithm]>, at: &mut Findings<'_>) {
    let Some(algorithms) = algorithms.filter(|_| !raw.redirect_uris.is_empty()) else { return };
    if !algorithms.contains(&raw.id_token_alg) {
        let names: Vec<_> = algorithms.iter().map(|algorithm| format!("\"{}\"", algorithm.name())).collect();
        let what = format!("\"{}\" is not among signing.algorithms", raw.id_token_alg.name());
        at.refuse(key, what, format!("write {}, or add it to signing.algorithms", names.join(" or ")));
    }
}
