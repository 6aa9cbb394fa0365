//! Validates an authorization request. Before client, redirect URI and `state` are validated an error is a page of ours;
//! afterwards it is an error response to the app.

use std::sync::Arc;

use super::answer::{ErrorAnswer, OAuthError, Target};
use super::request::{AuthorizationRequest, Prompt};
use crate::base::id::UserId;
use crate::client::{Client, ClientRef, Match, Registry};
use crate::config::Grant;
use crate::grant::AnswerMode;
use crate::keys::Keys;
use crate::token;

/// The maximum length of `state` and of other parameters, in bytes.
const MAX_NONCE: usize = 1024;
const MAX_HINT: usize = 512;
const MAX_STATE: usize = 4096;
/// The length of an S256 `code_challenge`, in characters (RFC 7636 §4.2).
const CHALLENGE_LEN: usize = 43;

/// The configuration that a request is validated against.
pub struct Terms<'a> {
    /// The clients of the configuration, by `client_id`.
    pub clients: &'a Registry,
    /// The client by URL that asks, as its document describes it; `None` for a registered one.
    pub by_url: Option<&'a Arc<Client>>,
    /// The issuer of this gateway (`server.public_url`).
    pub issuer: &'a str,
    /// The resource (second argument) as the configuration writes it, if tokens of a client (first argument) may have
    /// it as their only audience (RFC 8707 §2).
    pub resource: &'a dyn Fn(&str, &str) -> Option<String>,
    /// Whether a token for that resource (first argument) may have that scope.
    pub takes_scope: &'a dyn Fn(&str, &str) -> bool,
    /// Whether a provider of that id is configured.
    pub knows_provider: &'a dyn Fn(&str) -> bool,
    /// Our keys, for `id_token_hint`.
    pub keys: &'a Keys,
    /// Whether the request was pushed (RFC 9126).
    pub is_pushed: bool,
    /// The parameters that were sent more than once, which RFC 6749 §3.1 forbids.
    pub doubled: &'a [String],
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeError {
    /// There is no such client.
    UnknownClient,
    /// The redirect URI is not registered for the client.
    RedirectUri,
    /// `state` is too long, or was sent more than once. It cannot be returned, and the app would take an error response
    /// without its `state` for one that it did not ask for.
    State,
    /// An error response to the app.
    Told(Box<ErrorAnswer>),
}

/// Validates a request. `get` returns the value of a parameter, or `None` if it is absent or empty (RFC 6749 §3.1).
pub fn read(terms: &Terms<'_>, get: &dyn Fn(&str) -> Option<String>) -> Result<AuthorizationRequest, AuthorizeError> {
    let doubled = |name: &str| terms.doubled.iter().any(|doubled| doubled == name);
    let client_id = get("client_id").filter(|_| !doubled("client_id")).ok_or(AuthorizeError::UnknownClient)?;
    let client = client(terms, &client_id).ok_or(AuthorizeError::UnknownClient)?;
    let redirect_uri = get("redirect_uri").filter(|_| !doubled("redirect_uri")).ok_or(AuthorizeError::RedirectUri)?;
    let matched = client.redirect_uri(&redirect_uri).ok_or(AuthorizeError::RedirectUri)?;
    // A longer `state` is not returned: a server on the way could refuse the URL.
    let state = get("state");
    if doubled("state") || state.as_ref().is_some_and(|state| state.len() > MAX_STATE) {
        return Err(AuthorizeError::State);
    }
    let (mode, wrong_mode) =
        match mode(&redirect_uri, get("response_mode").filter(|_| !doubled("response_mode")).as_deref()) {
            Ok(mode) => (mode, None),
            Err(wrong) => (AnswerMode::Query, Some(wrong)),
        };
    let told = |(error, parameter, description): Wrong| {
        let (client_id, redirect_uri, state) = (client_id.clone(), redirect_uri.clone(), state.clone());
        let target = Target { client_id, redirect_uri, mode, state };
        AuthorizeError::Told(Box::new(ErrorAnswer { target, error, parameter, description: description.to_owned() }))
    };
    if let Some(wrong) = wrong_mode {
        return Err(told(wrong));
    }
    if !terms.doubled.is_empty() {
        return Err(told((OAuthError::InvalidRequest, "(repeated)", "a parameter stands there twice")));
    }
    let rest = rest(terms, &client, get).map_err(told)?;
    let installed = matched == Match::Installed;
    let by_url = client.by_url.clone();
    Ok(AuthorizationRequest { client_id, redirect_uri, installed, mode, state, by_url, ..rest })
}

fn client<'a>(terms: &Terms<'a>, id: &str) -> Option<ClientRef<'a>> {
    match terms.by_url {
        Some(described) if described.id == id => Some(ClientRef::ByUrl(Arc::clone(described))),
        _ => terms.clients.get(id),
    }
}

/// How the response is sent, and so an error response as well. A browser posts forms to `http` and `https` only.
fn mode(redirect_uri: &str, asked: Option<&str>) -> Result<AnswerMode, Wrong> {
    let wrong = |what| Err((OAuthError::InvalidRequest, "response_mode", what));
    match asked {
        None | Some("query") => Ok(AnswerMode::Query),
        Some("form_post") if redirect_uri.starts_with("http") => Ok(AnswerMode::FormPost),
        Some("form_post") => wrong("response_mode=form_post needs a redirect URI of http or https"),
        Some(_) => wrong("only response_mode=query and form_post are supported"),
    }
}

/// The error, the parameter that causes it, and the `error_description`.
type Wrong = (OAuthError, &'static str, &'static str);

/// Validates all parameters except client, redirect URI and `state`.
fn rest(
    terms: &Terms<'_>,
    client: &Client,
    get: &dyn Fn(&str) -> Option<String>,
) -> Result<AuthorizationRequest, Wrong> {
    use OAuthError::InvalidRequest;
    supported(terms, client, get)?;
    let prompt = get("prompt").unwrap_or_default();
    let prompt = Prompt::parse(&prompt).ok_or((InvalidRequest, "prompt", "prompt is not a set of known words"))?;
    let max_age = get("max_age").map(|seconds| seconds.parse()).transpose();
    let max_age = max_age.map_err(|_| (InvalidRequest, "max_age", "max_age is not a number of seconds"))?;
    let provider = provider(terms, client, get)?;
    let resource = resource(terms, client, get)?;
    let nonce = bounded("nonce", get("nonce"), MAX_NONCE)?;
    let [login_hint, acr_values, ui_locales] =
        ["login_hint", "acr_values", "ui_locales"].map(|name| bounded(name, get(name), MAX_HINT));
    let hinted_user = get("id_token_hint").map(|hint| hinted_user(terms, client, &hint)).transpose()?;
    Ok(AuthorizationRequest {
        client_id: String::new(),
        redirect_uri: String::new(),
        installed: false,
        pushed: terms.is_pushed,
        mode: AnswerMode::Query,
        state: None,
        scope: scope(client, get("scope"), &|scope| {
            resource.as_deref().is_none_or(|resource| (terms.takes_scope)(resource, scope))
        })?,
        nonce,
        challenge: challenge(client, get("code_challenge"), get("code_challenge_method").as_deref())?,
        prompt,
        max_age,
        login_hint: login_hint?,
        acr_values: acr_values?,
        ui_locales: ui_locales?,
        provider,
        resource,
        hinted_user,
        by_url: None,
    })
}

/// The provider that the app wants, if any. `idp_hint` is the name of the parameter at other servers.
fn provider(terms: &Terms<'_>, client: &Client, get: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, Wrong> {
    let provider = get("provider").or_else(|| get("idp_hint"));
    if provider.as_deref().is_some_and(|id| !(terms.knows_provider)(id) || !client.takes_provider(id)) {
        return Err((OAuthError::InvalidRequest, "provider", "there is no such provider for this client"));
    }
    Ok(provider)
}

/// The resource that the access tokens are for, as it is configured (RFC 8707 §2).
fn resource(terms: &Terms<'_>, client: &Client, get: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, Wrong> {
    let Some(wanted) = get("resource") else { return Ok(None) };
    let known = (terms.resource)(&client.id, &wanted);
    let wrong_target = (OAuthError::InvalidTarget, "resource", "this client gets no tokens for that resource");
    known.map(Some).ok_or(wrong_target)
}

/// Refuses requests of a kind that is not supported, or that the client may not make.
fn supported(terms: &Terms<'_>, client: &Client, get: &dyn Fn(&str) -> Option<String>) -> Result<(), Wrong> {
    use OAuthError::{
        InvalidRequest, RequestNotSupported, RequestUriNotSupported, UnauthorizedClient, UnsupportedResponseType,
    };
    if client.requires_par && !terms.is_pushed {
        return Err((
            InvalidRequest,
            "request_uri",
            "this client has to push its authorization requests to /oauth2/par",
        ));
    }
    if get("request").is_some() {
        return Err((RequestNotSupported, "request", "request objects are not supported"));
    }
    if get("request_uri").is_some() {
        return Err((
            RequestUriNotSupported,
            "request_uri",
            "only request URIs of the pushed authorization request endpoint are taken",
        ));
    }
    match get("response_type").as_deref() {
        Some("code") => {}
        None => return Err((InvalidRequest, "response_type", "response_type is missing")),
        Some(_) => return Err((UnsupportedResponseType, "response_type", "only response_type=code is supported")),
    }
    if !client.may(Grant::AuthorizationCode) {
        return Err((UnauthorizedClient, "client_id", "this client may not use the authorization code grant"));
    }
    Ok(())
}

/// A parameter of at most `most` bytes.
fn bounded(name: &'static str, value: Option<String>, most: usize) -> Result<Option<String>, Wrong> {
    if value.as_ref().is_some_and(|text| text.len() > most) {
        return Err((OAuthError::InvalidRequest, name, "a parameter is too long"));
    }
    Ok(value)
}

/// The user that `id_token_hint` names: an ID token of ours for this client, expired or not (OpenID Connect Core §3.1.2.1).
fn hinted_user(terms: &Terms<'_>, client: &Client, hint: &str) -> Result<UserId, Wrong> {
    let hint = token::verify_id_token_hint(terms.keys, terms.issuer, hint).ok();
    let hint = hint.filter(|hint| hint.client_id == client.id);
    hint.map(|hint| hint.user).ok_or((
        OAuthError::InvalidRequest,
        "id_token_hint",
        "id_token_hint is not an ID token of this client",
    ))
}

/// The requested scopes that the client may have; the token response states them. Unknown scopes are ignored (OpenID
/// Connect Core §3.1.2.1). A request without `scope` gets all of the client's scopes except `offline_access`.
/// `is_taken` is whether the requested resource takes a scope.
fn scope(client: &Client, asked: Option<String>, is_taken: &dyn Fn(&str) -> bool) -> Result<String, Wrong> {
    let Some(asked) = asked else {
        let all = client.scopes.iter().map(String::as_str);
        return Ok(all.filter(|scope| *scope != "offline_access" && is_taken(scope)).collect::<Vec<_>>().join(" "));
    };
    let mut granted: Vec<&str> = Vec::new();
    let may = |scope: &str| client.scopes.iter().any(|allowed| allowed == scope) && is_taken(scope);
    for scope in asked.split(' ').filter(|scope| may(scope)) {
        if !granted.contains(&scope) {
            granted.push(scope);
        }
    }
    if granted.is_empty() {
        Err((OAuthError::InvalidScope, "scope", "this client has none of these scopes, or not at this resource"))
    } else {
        Ok(granted.join(" "))
    }
}

/// The PKCE challenge. Public clients and those with `require_pkce` must send one, and `plain` is refused (RFC 9700 §2.1.1).
fn challenge(client: &Client, challenge: Option<String>, method: Option<&str>) -> Result<Option<String>, Wrong> {
    let wrong = |parameter, what| Err((OAuthError::InvalidRequest, parameter, what));
    match (challenge, method) {
        (None, None) if !client.requires_pkce => Ok(None),
        (None, _) => wrong("code_challenge", "code_challenge is missing"),
        (Some(challenge), Some("S256")) => {
            if is_s256_challenge(&challenge) {
                Ok(Some(challenge))
            } else {
                wrong("code_challenge", "code_challenge is not the base64url of a SHA-256")
            }
        }
        (Some(_), _) => wrong("code_challenge_method", "code_challenge_method is not S256"),
    }
}

/// Whether a `code_challenge` has the form of the base64url of a SHA-256 (RFC 7636 §4.2).
pub fn is_s256_challenge(challenge: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    challenge.len() == CHALLENGE_LEN && challenge.bytes().all(is_base64url)
}
