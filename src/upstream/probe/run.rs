//! The probe of one provider.

use chrono::TimeDelta;

use super::addresses::Addresses;
use super::credentials;
use super::finding::{Check, Finding, ProbeOutcome};
use super::probe_client::{ClockTolerance, ProbeClient};
use super::{oauth1, oidc};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{OAuth2, Provider};
use crate::upstream::oidc::{MAX_ID_TOKEN_AGE, TrialRequest};
use crate::upstream::provider_http::ProviderHttp;

/// Probes a provider. Each request may take up to the provider's `timeout`.
pub async fn probe(provider: Provider, addresses: &Addresses, outbound: &Outbound, clock: &Clock) -> Vec<Finding> {
    let registration = provider.registration();
    let outbound = match registration.authorities.as_ref().map(|authorities| outbound.sibling(authorities)) {
        None => outbound.clone(),
        Some(Ok(own)) => own,
        Some(Err(error)) => return vec![Finding::failed(Check::Reachable, error.to_string())],
    };
    let leeway = registration.leeway;
    let callback = &addresses.callback;
    let distance = TimeDelta::from_std(leeway).unwrap_or_default();
    let any = ClockTolerance { ahead: None, behind: None };
    let (client, mut found, tolerance) = match provider {
        Provider::Oidc(mut config) => {
            TrialRequest::prepare(&mut config);
            let (client, found) = oidc::probe(&config, addresses, outbound, clock).await;
            // An ID token of a provider whose clock is slow is older by that time.
            let tolerance = ClockTolerance { ahead: Some(distance), behind: Some(distance + MAX_ID_TOKEN_AGE) };
            (client, found, tolerance)
        }
        Provider::OAuth2(config) => {
            let (client, found) = oauth2(&config, callback, outbound, clock).await;
            (client, found, any)
        }
        Provider::OAuth1(config) => {
            let (client, found) = oauth1::probe(config, callback, outbound, clock).await;
            // Signatures contain the time; a provider that accepts them does not mind it.
            let works = found.iter().all(|finding| finding.outcome != ProbeOutcome::Failed);
            let strict = ClockTolerance { ahead: Some(distance), behind: Some(distance) };
            (client, found, if works { any } else { strict })
        }
    };
    found.push(client.clock_found(leeway, &tolerance));
    found
}

async fn oauth2(config: &OAuth2, callback: &str, outbound: Outbound, clock: &Clock) -> (ProbeClient, Vec<Finding>) {
    let endpoint = &config.token_endpoint;
    let client = ProbeClient::new(ProviderHttp::new(&config.registration, [endpoint], outbound), clock.clone());
    let (method, at) = (config.registration.auth_method(&[]), (endpoint.as_str(), config.audience()));
    let found = credentials::check(&config.registration, method, at, callback, &client).await;
    (client, found)
}
