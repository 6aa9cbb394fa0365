//! The probe of one provider.

use super::credentials;
use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use super::{oauth1, oidc};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{OAuth2, Provider};
use crate::upstream::provider_http::ProviderHttp;

/// Probes a provider. `callback` is the redirect URI of a login. Each request may take up to the provider's `timeout`.
pub async fn probe(provider: Provider, callback: &str, outbound: &Outbound, clock: &Clock) -> Vec<Finding> {
    let registration = provider.registration();
    let outbound = match registration.authorities.as_ref().map(Outbound::trusting) {
        None => outbound.clone(),
        Some(Ok(own)) => own,
        Some(Err(error)) => return vec![Finding::failed(Check::Reachable, error.to_string())],
    };
    let leeway = registration.leeway;
    let (client, mut found) = match provider {
        Provider::Oidc(config) => oidc::probe(&config, callback, outbound, clock).await,
        Provider::OAuth2(config) => oauth2(&config, callback, outbound, clock).await,
        Provider::OAuth1(config) => oauth1::probe(config, callback, outbound, clock).await,
    };
    found.push(client.clock_found(leeway));
    found
}

async fn oauth2(config: &OAuth2, callback: &str, outbound: Outbound, clock: &Clock) -> (ProbeClient, Vec<Finding>) {
    let endpoint = &config.token_endpoint;
    let client = ProbeClient::new(ProviderHttp::new(&config.registration, [endpoint], outbound), clock.clone());
    let found = credentials::check(&config.registration, endpoint.as_str(), config.audience(), callback, &client).await;
    (client, found)
}
