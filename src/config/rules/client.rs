//! `[clients.*]`

use std::net::IpAddr;

use url::{Host, Url};
use uuid::Uuid;

use super::{address, login, scope};
use crate::base::outbound;
use crate::base::secret::Plain;
use crate::config::client::{BUILT_IN_CLIENT, Client, ClientType, Grant};
use crate::config::findings::{Findings, shown};
use crate::config::nearest::nearest_word;
use crate::config::public_key::PublicKey;
use crate::config::raw;
use crate::config::redirect_uri::RedirectUri;
use crate::config::settings::Algorithm;
use crate::config::twins;

/// A shorter secret could be guessed (LG-06).
const LEAST_SECRET_BYTES: usize = 32;
/// A session keeps its scopes in its row.
const MOST_SCOPE_BYTES: usize = 4096;

/// What the rest of the configuration says about clients.
pub(super) struct Around<'a> {
    /// `signing.algorithms`, unless it is wrong.
    pub(super) algorithms: Option<&'a [Algorithm]>,
    /// The ids of all providers.
    pub(super) providers: &'a [String],
    /// The ids of those whose own tokens are kept.
    pub(super) storing: &'a [String],
    /// The issuer, unless it is wrong.
    pub(super) issuer: Option<&'a str>,
    /// `tokens.audience`: who the tokens of everybody are for.
    pub(super) audience: &'a [String],
}

pub(super) fn client(id: &str, raw: raw::Client, around: &Around<'_>, at: &mut Findings<'_>) -> Option<Client> {
    let key = |key: &str| format!("clients.{id}.{key}");
    let good_id = id_is_free(id, around, at);
    let native = raw.r#type == ClientType::Public;
    let redirect_uris = read_redirect_uris(&key("redirect_uris"), &raw.redirect_uris, native, at);
    let after_logout =
        read_redirect_uris(&key("post_logout_redirect_uris"), &raw.post_logout_redirect_uris, native, at);
    let allowed_origins = login::origins(&key("allowed_origins"), &raw.allowed_origins, at);
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

fn read_redirect_uris(key: &str, texts: &[String], native: bool, at: &mut Findings<'_>) -> Option<Vec<RedirectUri>> {
    let read = |(item, text): (usize, &String)| {
        let remedy = "write the address out as browsers do, as \"https://app.example.com/callback\"; http is for \
                      127.0.0.1, [::1] and localhost only, and a scheme of its own, as \"com.example.app:/callback\", \
                      for public clients";
        let parsed = RedirectUri::parse(text, native).map_err(|bad| format!("{} {bad}", shown(text)));
        parsed.map_err(|what| at.refuse_item(key, item, what, remedy)).ok()
    };
    let read: Vec<_> = texts.iter().enumerate().map(read).collect();
    read.into_iter().collect()
}

/// What fits into a session's row.
fn scopes(key: &str, scopes: &[String], at: &mut Findings<'_>) {
    scope::tokens(key, scopes, at);
    if scopes.iter().map(|scope| scope.len() + 1).sum::<usize>() > MOST_SCOPE_BYTES {
        at.refuse(key, "are more than 4096 characters", "write fewer or shorter ones");
    }
}

fn grants(key: &dyn Fn(&str) -> String, raw: &raw::Client, at: &mut Findings<'_>) {
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
fn id_token_alg(key: &str, raw: &raw::Client, algorithms: Option<&[Algorithm]>, at: &mut Findings<'_>) {
    let Some(algorithms) = algorithms.filter(|_| !raw.redirect_uris.is_empty()) else { return };
    if !algorithms.contains(&raw.id_token_alg) {
        let names: Vec<_> = algorithms.iter().map(|algorithm| format!("\"{}\"", algorithm.name())).collect();
        let what = format!("\"{}\" is not among signing.algorithms", raw.id_token_alg.name());
        at.refuse(key, what, format!("write {}, or add it to signing.algorithms", names.join(" or ")));
    }
}

/// It is told of logouts by ourselves, from inside our network, so it must not be a way to reach what lives there.
fn backchannel_logout_uri(key: &str, raw: &raw::Client, at: &mut Findings<'_>) -> Option<Url> {
    let text = raw.backchannel_logout_uri.as_str();
    if text.is_empty() {
        return None;
    }
    let url = address::absolute(key, text, "https://app.example.com/backchannel-logout", at)?;
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    let private = address.is_some_and(|address| !outbound::is_public(address));
    let good = match url.scheme() {
        "https" => !private || raw.insecure_allow_private_logout_uri,
        "http" => raw.insecure_allow_private_logout_uri,
        _ => false,
    };
    if !good {
        let remedy = "write an https:// address that everybody can reach, or set insecure_allow_private_logout_uri = \
                      true if it is in a network of your own";
        at.refuse(key, format!("{} is not a public https address", shown(text)), remedy);
        return None;
    }
    Some(url)
}

fn public_key(key: &dyn Fn(&str) -> String, raw: &raw::Client, at: &mut Findings<'_>) -> Option<PublicKey> {
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
fn secret(
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
