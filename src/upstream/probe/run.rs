//! All that is asked of one provider.

use super::ask::Asker;
use super::client;
use super::finding::{Check, Finding};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{self, OAuth2, Provider};
use crate::upstream::failure::Fault;
use crate::upstream::line::Line;
use crate::upstream::oauth1::OAuth1;
use crate::upstream::oidc;

/// Asks a provider. `callback` is where it would send people back to. Takes as long as its answers do, each of which
/// may take the provider's `timeout`.
pub async fn probe(provider: Provider, callback: &str, outbound: &Outbound, clock: &Clock) -> Vec<Finding> {
    let registration = provider.registration();
    let outbound = match registration.authorities.as_ref().map(Outbound::trusting) {
        None => outbound.clone(),
        Some(Ok(own)) => own,
        Some(Err(error)) => return vec![Finding::failed(Check::Reachable, error.to_string())],
    };
    let leeway = registration.leeway;
    let (asker, mut found) = match provider {
        Provider::Oidc(config) => oidc::probe(&config, callback, outbound, clock).await,
        Provider::OAuth2(config) => oauth2(&config, callback, outbound, clock).await,
        Provider::OAuth1(config) => oauth1(config, callback, outbound, clock).await,
    };
    found.push(asker.clock_found(leeway));
    found
}

/// RFC 5849 §2.1: a request token is asked for, which takes the right secret, the right time and the right callback.
async fn oauth1(config: config::OAuth1, callback: &str, outbound: Outbound, clock: &Clock) -> (Asker, Vec<Finding>) {
    let line = Line::new(&config.registration, [&config.request_token_endpoint], outbound.clone());
    let asker = Asker::new(line, clock.clone());
    let endpoint = config.request_token_endpoint.clone();
    let finding = match OAuth1::new(config, outbound).probe(callback, &asker).await {
        Ok(true) => Finding::good(Check::Client, "our signature and the callback are taken"),
        Ok(false) => Finding::failed(Check::Client, "the provider does not confirm the callback: it is no OAuth 1.0a"),
        Err(failure) if failure.fault == Fault::Refused => Finding::failed(Check::Client, failure.reason),
        Err(failure) => Finding::failed(Check::Reachable, format!("{endpoint}: {}", failure.reason)),
    };
    (asker, vec![finding])
}

async fn oauth2(config: &OAuth2, callback: &str, outbound: Outbound, clock: &Clock) -> (Asker, Vec<Finding>) {
    let endpoint = &config.token_endpoint;
    let asker = Asker::new(Line::new(&config.registration, [endpoint], outbound), clock.clone());
    let found = client::found(&config.registration, endpoint.as_str(), config.audience(), callback, &asker).await;
    (asker, found)
}
