//! The probe of an OpenID provider: metadata, keys and supported features.

use http::{Request, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::addresses::Addresses;
use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use super::{credentials, end_session, redirect_uri};
use crate::base::clock::Clock;
use crate::base::jws::{JwsAlgorithm, KeySet};
use crate::base::outbound::Outbound;
use crate::config::{self, Pkce, ProviderLogout, PushedAuthorization, TokenEndpointAuthMethod};
use crate::upstream::connection_remedy::of_missing_document;
use crate::upstream::error_response::describe_response;
use crate::upstream::oidc::accepted::Accepted;
use crate::upstream::oidc::discovery;
use crate::upstream::oidc::metadata::Metadata;
use crate::upstream::provider_http::{ProviderHttp, read_json};
use crate::upstream::sent::Sent;
use crate::upstream::text::shown_names;

/// Probes an OpenID provider with every check that needs no login.
pub async fn probe(
    config: &config::Oidc,
    addresses: &Addresses,
    outbound: Outbound,
    clock: &Clock,
) -> (ProbeClient, Vec<Finding>) {
    let callback = addresses.callback.as_str();
    let issuer = Url::parse(&config.issuer).ok();
    let trusted = issuer.iter().chain(&config.registration.endpoints.discovery_url);
    let client = ProbeClient::new(ProviderHttp::new(&config.registration, trusted, outbound), clock.clone());
    let mut found = Vec::new();
    let Some((document, metadata)) = documents(config, &client, &mut found).await else { return (client, found) };
    match &metadata.jwks_uri {
        Some(source) => found.push(keys(source.as_str(), &client).await),
        None => found.push(Finding::note(Check::Keys, "none: the client secret signs ID tokens")),
    }
    found.push(algorithms(config, &metadata));
    if let Some(document) = &document {
        found.extend(advertised(config, document, &metadata));
    }
    let method = config.registration.auth_method(&metadata.auth_methods);
    let at = (metadata.token_endpoint.as_str(), config.issuer.as_str());
    found.extend(credentials::check(&config.registration, method, at, callback, &client).await);
    found.push(redirect_uri::check(config, &metadata, callback, &client).await);
    found.extend(end_session::check(config, &metadata, &addresses.logout_callback, &client).await);
    (client, found)
}

/// The metadata as used by a login, and the document from which it was read, if any.
async fn documents(
    config: &config::Oidc,
    client: &ProbeClient,
    found: &mut Vec<Finding>,
) -> Option<(Option<Value>, Metadata)> {
    if let Some(metadata) = discovery::from_config(config) {
        found.push(Finding::note(Check::Discovery, "not fetched: every endpoint is in the configuration"));
        return Some((None, metadata));
    }
    let source = discovery::source(config);
    let document = match get_json(&source, client).await {
        Ok(document) => document,
        Err(why) => {
            let remedy = of_missing_document(&why);
            found.push(Finding::failed(Check::Reachable, format!("{source}: {why}{remedy}")));
            return None;
        }
    };
    found.push(Finding::good(Check::Reachable, source));
    match discovery::read(&document, config) {
        Ok(metadata) => {
            found.push(Finding::good(Check::Discovery, format!("the issuer is {}", config.issuer)));
            Some((Some(document), metadata))
        }
        Err(why) => {
            found.push(Finding::failed(Check::Discovery, why));
            None
        }
    }
}

async fn get_json(url: &str, client: &ProbeClient) -> Result<Value, String> {
    let request = Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
    let answer = client.send(request.map_err(|_| "the URL is not valid")?).await?;
    if answer.status() != StatusCode::OK {
        return Err(describe_response(&answer, &Sent::default()));
    }
    read_json(answer.headers(), answer.body())
}

async fn keys(source: &str, client: &ProbeClient) -> Finding {
    let read = get_json(source, client).await.and_then(|document| KeySet::read(&document));
    match read {
        Ok(_) => Finding::good(Check::Keys, source),
        Err(why) => Finding::failed(Check::Keys, format!("{source}: {why}")),
    }
}

fn algorithms(config: &config::Oidc, metadata: &Metadata) -> Finding {
    let accepted = Accepted::for_id_tokens(config, metadata);
    let (allowed, names) = (accepted.algorithms(), JwsAlgorithm::list(accepted.algorithms()));
    if allowed.is_empty() {
        let text = format!(
            "it signs ID tokens with no accepted algorithm ({}): configure RS256 or ES256 for this client there",
            shown_names(&metadata.signing_algorithms)
        );
        return Finding::failed(Check::Algorithms, text);
    }
    let listed: Vec<_> =
        metadata.signing_algorithms.iter().filter_map(|name| JwsAlgorithm::from_name(name).ok()).collect();
    if !metadata.signing_algorithms.is_empty() && !allowed.iter().any(|algorithm| listed.contains(algorithm)) {
        return Finding::warning(Check::Algorithms, format!("signing_algorithms has {names}, none of which it lists"));
    }
    Finding::good(Check::Algorithms, format!("ID tokens may be signed with {names}"))
}

/// Findings about the features that the document lists.
fn advertised(config: &config::Oidc, document: &Value, metadata: &Metadata) -> Vec<Finding> {
    let mut found = vec![pkce(config, document), iss(metadata)];
    found.extend(scopes(config, document));
    found.extend(pushed(config, document));
    found.push(logout(config, document, metadata));
    found.extend(chosen_auth_method(config, metadata));
    found.extend(discovery::unlisted_auth_method(config, metadata).map(|text| Finding::warning(Check::Client, text)));
    found
}

/// The authentication method that `auto` means at this provider.
fn chosen_auth_method(config: &config::Oidc, metadata: &Metadata) -> Option<Finding> {
    let is_auto = config.registration.token_endpoint_auth_method == TokenEndpointAuthMethod::Auto;
    let method = config.registration.auth_method(&metadata.auth_methods).name();
    is_auto.then(|| Finding::note(Check::AuthMethod, format!("{method} is used, by the provider's metadata")))
}

/// An array of strings in the document; `None` if it is absent.
fn list<'d>(document: &'d Value, name: &str) -> Option<Vec<&'d str>> {
    let items = document.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

fn pkce(config: &config::Oidc, document: &Value) -> Finding {
    let methods = list(document, "code_challenge_methods_supported");
    let wanted = match config.registration.pkce {
        Pkce::S256 => "S256",
        Pkce::Plain => "plain",
        Pkce::Off => {
            let supported = methods.is_some_and(|methods| methods.contains(&"S256"));
            return if supported {
                Finding::warning(Check::Pkce, "is off, and the provider supports S256: write pkce = \"S256\"")
            } else {
                Finding::note(Check::Pkce, "is off, and the provider does not list S256")
            };
        }
    };
    match methods {
        None => Finding::note(Check::Pkce, format!("{wanted} is sent; the provider does not list its methods")),
        Some(methods) if methods.contains(&wanted) => Finding::good(Check::Pkce, format!("{wanted} is supported")),
        Some(methods) if methods.contains(&"S256") => {
            Finding::warning(Check::Pkce, "the provider supports S256: write pkce = \"S256\"")
        }
        Some(_) => {
            let text = format!("the provider does not support {wanted}; if it rejects logins, write pkce = \"off\"");
            Finding::warning(Check::Pkce, text)
        }
    }
}

fn iss(metadata: &Metadata) -> Finding {
    if metadata.announces_iss {
        Finding::good(Check::Iss, "announced, and checked in every authorization response")
    } else {
        Finding::note(Check::Iss, "not announced; responses are distinguished by the callback URL of each provider")
    }
}

fn scopes(config: &config::Oidc, document: &Value) -> Option<Finding> {
    let known = list(document, "scopes_supported")?;
    let unknown: Vec<_> = config.registration.scopes.iter().filter(|scope| !known.contains(&scope.as_str())).collect();
    Some(if unknown.is_empty() {
        Finding::good(Check::Scopes, "all are supported")
    } else {
        let names: Vec<_> = unknown.iter().map(|scope| scope.as_str()).collect();
        Finding::note(Check::Scopes, format!("not among those it lists: {}", names.join(", ")))
    })
}

fn pushed(config: &config::Oidc, document: &Value) -> Option<Finding> {
    let endpoint = document.get("pushed_authorization_request_endpoint").is_some_and(Value::is_string);
    let required = document.get("require_pushed_authorization_requests") == Some(&Value::Bool(true));
    match (config.pushed_authorization, endpoint) {
        (PushedAuthorization::Never, _) if required => {
            let text = "the provider requires it: write pushed_authorization = \"auto\"";
            Some(Finding::failed(Check::PushedAuthorization, text))
        }
        (PushedAuthorization::Always, false) => {
            let text = "pushed_authorization is \"always\", and the provider has no endpoint for it: write \"auto\"";
            Some(Finding::failed(Check::PushedAuthorization, text))
        }
        (PushedAuthorization::Auto | PushedAuthorization::Always, true) => {
            Some(Finding::good(Check::PushedAuthorization, "authorization requests are pushed"))
        }
        _ => None,
    }
}

fn logout(config: &config::Oidc, document: &Value, metadata: &Metadata) -> Finding {
    let front = metadata.end_session_endpoint.is_some();
    let back = document.get("backchannel_logout_supported") == Some(&Value::Bool(true));
    if config.registration.logout == ProviderLogout::Provider && !front {
        let text = "logout is \"provider\", and the provider has no end_session_endpoint: users stay logged in there";
        return Finding::warning(Check::Logout, text);
    }
    let text = match (front, back) {
        (true, true) => "RP-initiated logout and back-channel logout are supported",
        (true, false) => "RP-initiated logout is supported",
        (false, true) => "back-channel logout is supported, RP-initiated logout is not",
        (false, false) => return Finding::note(Check::Logout, "not supported"),
    };
    Finding::good(Check::Logout, text)
}
