//! The authorization request of a probe: what a login sends, with `prompt=none`, so that the provider shows no page.

use super::begin::begin;
use super::metadata::Metadata;
use super::pushed_request::{endpoint, split};
use crate::config;
use crate::upstream::failure::Failure;
use crate::upstream::handshake::{LoginHints, LoginRequest};

/// An authorization request that no login uses.
pub struct TrialRequest {
    /// The URL of the authorization request with all parameters.
    pub url: String,
    /// The pushed authorization request endpoint and the form, if logins push their requests.
    pub pushed: Option<(String, Vec<(String, String)>)>,
}

impl TrialRequest {
    /// Replaces any `prompt` of the configuration, which overrides that of a request.
    pub fn prepare(config: &mut config::Oidc) {
        let extra_params = &mut config.registration.extra_params;
        extra_params.retain(|(name, _)| name != "prompt");
        extra_params.push(("prompt".into(), "none".into()));
    }

    /// Builds the request from a configuration that [`Self::prepare`] has changed.
    pub fn new(config: &config::Oidc, metadata: &Metadata, redirect_uri: &str) -> Result<Self, Failure> {
        let hints = LoginHints::default();
        let begun = begin(config, metadata, LoginRequest { redirect_uri: redirect_uri.to_owned(), hints })?;
        let pushed = endpoint(config.pushed_authorization, metadata)?.map(|endpoint| {
            let (_, form) = split(&begun.url, &metadata.authorization_endpoint);
            (endpoint.to_string(), form)
        });
        Ok(Self { url: begun.url, pushed })
    }
}
