//! All that is asked of one provider.

use super::ask::Asker;
use super::client;
use super::finding::{Check, Finding};
use crate::base::clock::Clock;
use crate::base::outbound::{Outbound, Trust};
use crate::config::{OAuth2, Provider};
use crate::upstream::oidc;

/// Asks a provider. `callback` is where it would send people back to. Takes as long as its answers do, each of which
/// may take the provider's `timeout`.
pub async fn probe(provider: &Provider, callback: &str, outbound: &Outbound, clock: &Clock) -> Vec<Finding> {
    let registration = provider.registration();
    let outbound = match registration.authorities.as_ref().map(Outbound::trusting) {
        None => outbound.clone(),
        Some(Ok(own)) => own,
        Some(Err(error)) => return vec![Finding::failed(Check::Reachable, error.to_string())],
    };
    let asker = Asker::new(outbound, registration.timeout, clock.clone());
    let mut found = match provider {
        Provider::Oidc(config) => oidc::probe(config, callback, &asker).await,
        Provider::OAuth2(config) => oauth2(config, callback, &asker).await,
        Provider::OAuth1(_) => vec![Finding::note(Check::Client, "cannot be told of an OAuth 1.0a provider")],
    };
    found.push(asker.clock_found(registration.leeway));
    found
}

async fn oauth2(config: &OAuth2, callback: &str, asker: &Asker) -> Vec<Finding> {
    client::found(&config.registration, &config.token_endpoint, Trust::Configured, callback, asker).await
}
