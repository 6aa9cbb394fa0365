//! The probe of an OAuth 1.0a provider: a request for temporary credentials.

use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::oauth1::{OAuth1, callback_confirmed};
use crate::upstream::provider_http::ProviderHttp;
use crate::upstream::sent::Sent;

/// Requests temporary credentials (RFC 5849 §2.1), which requires a valid secret, clock and callback URL.
pub async fn probe(
    config: config::OAuth1,
    callback: &str,
    outbound: Outbound,
    clock: &Clock,
) -> (ProbeClient, Vec<Finding>) {
    let http = ProviderHttp::new(&config.registration, [&config.request_token_endpoint], outbound.clone());
    let client = ProbeClient::new(http, clock.clone());
    let endpoint = config.request_token_endpoint.clone();
    let finding = match request(&OAuth1::new(config, outbound), callback, &client).await {
        Ok(true) => Finding::good(Check::Client, "the signature and the callback are accepted"),
        Ok(false) => Finding::failed(Check::Client, "the provider does not confirm the callback: it is no OAuth 1.0a"),
        Err(failure) if failure.fault == Fault::Refused => Finding::failed(Check::Client, failure.reason),
        Err(failure) => Finding::failed(Check::Reachable, format!("{endpoint}: {}", failure.reason)),
    };
    (client, vec![finding])
}

/// Requests temporary credentials that no login uses. `true` if the provider confirms the callback.
async fn request(oauth1: &OAuth1, callback: &str, client: &ProbeClient) -> Result<bool, Failure> {
    let request = oauth1.temporary_credentials_request(callback, client.now())?;
    let sent = Sent::of_request(&request);
    let answer = client.send(request).await;
    let answer = answer.map_err(|why| Failure::token(Fault::Unavailable, format!("the provider: {why}")))?;
    callback_confirmed(&answer, &sent)
}
