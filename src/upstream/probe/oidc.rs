//! What an OpenID provider's documents say of it, judged by the code that a login uses.

use http::{Request, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::ask::Asker;
use super::client;
use super::finding::{Check, Finding};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{self, Pkce, ProviderLogout, PushedAuthorization};
use crate::upstream::line::{Line, read_json, status_in_words};
use crate::upstream::oidc::Issuer;
use crate::upstream::oidc::discovery::{self, Metadata};
use crate::upstream::oidc::jwks::Keys;

/// Asks an OpenID provider everything that can be asked without a login.
pub async fn probe(config: &config::Oidc, callback: &str, outbound: Outbound, clock: &Clock) -> (Asker, Vec<Finding>) {
    let issuer = Url::parse(&config.issuer).ok();
    let asker = Asker::new(Line::new(&config.registration, &issuer, outbound), clock.clone());
    let mut found = Vec::new();
    let Some((document, metadata)) = documents(config, &asker, &mut found).await else { return (asker, found) };
    found.push(keys(metadata.jwks_uri().as_str(), &asker).await);
    found.push(algorithms(config, &metadata));
    if let Some(document) = &document {
        found.extend(advertised(config, document, &metadata));
    }
    if let Some(endpoint) = metadata.token_endpoint() {
        let issuer = config.issuer.as_str();
        found.extend(client::found(&config.registration, endpoint.as_str(), issuer, callback, &asker).await);
    }
    (asker, found)
}

/// The metadata as a login would have it, and the document that it came from, if it came from one.
async fn documents(
    config: &config::Oidc,
    asker: &Asker,
    found: &mut Vec<Finding>,
) -> Option<(Option<Value>, Metadata)> {
    if let Some(given) = discovery::given(config) {
        found.push(Finding::note(Check::Discovery, "not asked: every endpoint is given in the configuration"));
        return Some((None, given));
    }
    let source = discovery::well_known(&Issuer::of(config).home());
    let document = match get_json(&source, asker).await {
        Ok(document) => document,
        Err(why) => {
            found.push(Finding::failed(Check::Reachable, format!("{source}: {why}")));
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

async fn get_json(url: &str, asker: &Asker) -> Result<Value, String> {
    let request = Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
    let answer = asker.send(request.map_err(|_| "cannot be asked")?).await?;
    if answer.status() != StatusCode::OK {
        return Err(status_in_words(answer.status()));
    }
    read_json(answer.headers(), answer.body())
}

async fn keys(source: &str, asker: &Asker) -> Finding {
    let read = get_json(source, asker).await.and_then(|document| Keys::read(&document));
    match read {
        Ok(_) => Finding::good(Check::Keys, source),
        Err(why) => Finding::failed(Check::Keys, format!("{source}: {why}")),
    }
}

fn algorithms(config: &config::Oidc, metadata: &Metadata) -> Finding {
    let allowed = discovery::algorithms(config, metadata);
    let names: Vec<_> = allowed.iter().filter_map(|algorithm| serde_json::to_value(algorithm).ok()).collect();
    let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
    let listed = metadata.id_token_signing_alg_values_supported();
    if names.is_empty() {
        let said = "it signs ID tokens with nothing that is allowed here: let it use RS256 or ES256 for this client";
        return Finding::failed(Check::Algorithms, said);
    }
    if !listed.is_empty() && !allowed.iter().any(|algorithm| listed.contains(algorithm)) {
        let said = format!("signing_algorithms has {}, none of which it says it signs with", names.join(", "));
        return Finding::warning(Check::Algorithms, said);
    }
    Finding::good(Check::Algorithms, format!("ID tokens may be signed with {}", names.join(", ")))
}

/// What the document says that it can do, beside what is asked of it.
fn advertised(config: &config::Oidc, document: &Value, metadata: &Metadata) -> Vec<Finding> {
    let mut found = vec![pkce(config, document), iss(metadata)];
    found.extend(scopes(config, document));
    found.extend(pushed(config, document));
    found.push(logout(config, document, metadata));
    found.extend(discovery::method_not_listed(config, metadata).map(|said| Finding::warning(Check::Client, said)));
    found
}

/// A list of texts in the document, if it has one.
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
                Finding::note(Check::Pkce, "is off, and the provider does not say that it supports S256")
            };
        }
    };
    match methods {
        None => {
            Finding::note(Check::Pkce, format!("{wanted} is sent; the provider does not say whether it looks at it"))
        }
        Some(methods) if methods.contains(&wanted) => Finding::good(Check::Pkce, format!("{wanted} is supported")),
        Some(methods) if methods.contains(&"S256") => {
            Finding::warning(Check::Pkce, "the provider supports S256: write pkce = \"S256\"")
        }
        Some(_) => {
            let said = format!("the provider does not support {wanted}; if it refuses it, write pkce = \"off\"");
            Finding::warning(Check::Pkce, said)
        }
    }
}

fn iss(metadata: &Metadata) -> Finding {
    if metadata.additional_metadata().authorization_response_iss_parameter_supported {
        Finding::good(Check::Iss, "promised, and checked in every answer")
    } else {
        Finding::note(Check::Iss, "not promised; answers are told apart by the provider's own callback address")
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
            let said = "the provider requires it: write pushed_authorization = \"auto\"";
            Some(Finding::failed(Check::PushedAuthorization, said))
        }
        (PushedAuthorization::Always, false) => {
            let said = "pushed_authorization is \"always\", and the provider has no endpoint for it: write \"auto\"";
            Some(Finding::failed(Check::PushedAuthorization, said))
        }
        (PushedAuthorization::Auto | PushedAuthorization::Always, true) => {
            Some(Finding::good(Check::PushedAuthorization, "authorization requests are pushed"))
        }
        _ => None,
    }
}

fn logout(config: &config::Oidc, document: &Value, metadata: &Metadata) -> Finding {
    let front = metadata.additional_metadata().end_session_endpoint.is_some();
    let back = document.get("backchannel_logout_supported") == Some(&Value::Bool(true));
    if config.registration.logout == ProviderLogout::Provider && !front {
        let said = "logout is \"provider\", and the provider has no end_session_endpoint: people stay signed in there";
        return Finding::warning(Check::Logout, said);
    }
    let said = match (front, back) {
        (true, true) => "it can be signed out of, and can tell us of its logouts",
        (true, false) => "it can be signed out of",
        (false, true) => "it can tell us of its logouts, and cannot be signed out of",
        (false, false) => return Finding::note(Check::Logout, "not supported"),
    };
    Finding::good(Check::Logout, said)
}
