//! All that is asked of one provider.

use super::ask::Asker;
use super::client;
use super::finding::{Check, Finding};
use super::{oauth1, oidc};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{OAuth2, Provider};
use crate::upstream::line::Line;

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
        Provider::OAuth1(config) => oauth1::probe(config, callback, outbound, clock).await,
    };
    found.push(asker.clock_found(leeway));
    found
}

async fn oauth2(config: &OAuth2, callback: &str, outbound: Outbound, clock: &Clock) -> (Asker, Vec<Finding>) {
    let endpoint = &config.token_endpoint;
    let asker = Asker::new(Line::new(&config.registration, [endpoint], outbound), clock.clone());
    let found = client::found(&config.registration, endpoint.as_str(), config.audience(), callback, &asker).await;
    (asker, found)
}
