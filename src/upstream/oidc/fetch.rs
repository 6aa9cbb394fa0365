//! Calls to one OpenID provider, and how far each URL is trusted.

use http::{StatusCode, header};
use serde_json::Value;
use url::Url;

use super::client::Shared;
use crate::base::outbound::Trust;
use crate::config;
use crate::upstream::failure::Fault;
use crate::upstream::fetch::{Unanswered, read_json, status_in_words};

impl Shared {
    /// Sends one request to the provider, within the provider's time limit.
    pub(super) async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Unanswered> {
        let trust = Url::parse(&request.uri().to_string()).map_or(Trust::Learned, |url| trust(&self.config, &url));
        Ok(self.outbound.send(request, trust, self.config.registration.timeout).await?)
    }

    /// Gets a JSON document from the provider.
    pub(super) async fn get_json(&self, url: &str) -> Result<Value, Unanswered> {
        let request = http::Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| Unanswered(Fault::Answer, "the URL cannot be asked".into()))?;
        let answer = self.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(Unanswered(Fault::Answer, status_in_words(answer.status())));
        }
        read_json(answer.headers(), answer.body()).map_err(|reason| Unanswered(Fault::Answer, reason))
    }
}

/// The issuer's own host and what stands in the configuration may live on private addresses.
pub fn trust(config: &config::Oidc, url: &Url) -> Trust {
    let endpoints = &config.registration.endpoints;
    let given = [
        &endpoints.authorization_endpoint,
        &endpoints.token_endpoint,
        &endpoints.userinfo_endpoint,
        &endpoints.jwks_uri,
        &endpoints.end_session_endpoint,
    ];
    let issuer = Url::parse(&config.issuer).ok();
    let of_issuer = issuer.is_some_and(|issuer| issuer.host().is_some() && issuer.host() == url.host());
    if of_issuer || given.iter().any(|given| given.as_ref() == Some(url)) { Trust::Configured } else { Trust::Learned }
}
