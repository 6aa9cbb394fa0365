//! `[clients_by_url]`: clients that no section registers. Each is identified by the URL of a document that describes it (Client ID
//! Metadata Documents, draft-ietf-oauth-client-id-metadata-document-03).

use schemars::JsonSchema;
use serde::Deserialize;

use super::authorities::authorities;
use super::client::context::ClientContext;
use super::client::rules::{resources, scopes};
use crate::base::proxies::{DirectHost, is_listed};
use crate::base::tls::Authorities;
use crate::config::layer::validator::{Rejected, Validator, quoted};
use crate::config::value::algorithm::Algorithm;

/// Clients without a section, by the URL of a document that describes them (Client ID Metadata Documents, draft 03).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawClientsByUrl {
    /// accept an https URL as `client_id`
    pub(crate) enabled: bool,
    /// hosts of these URLs; `*.` at the beginning stands for subdomains; empty: any public host, and the consent page says that the operator does not know the app
    pub(crate) hosts: Vec<String>,
    /// scopes that such a client may request
    pub(crate) scopes: Vec<String>,
    /// ids of the resources that such a client may request tokens for
    pub(crate) resources: Vec<String>,
    /// PEM file with the certificate authorities of the hosts, in place of the system's
    pub(crate) ca_file: String,
    /// accept http and loopback addresses too; for development and tests
    pub(crate) insecure_allow_loopback: bool,
}

/// The validated settings, where the section is enabled.
#[derive(Clone)]
pub struct ClientsByUrl {
    hosts: Vec<String>,
    /// The scopes that each of these clients may request.
    pub scopes: Vec<String>,
    /// The ids of the protected resources that each may request tokens for.
    pub resources: Vec<String>,
    /// The certificate authorities of the hosts; `None` for those of the system.
    pub authorities: Option<Authorities>,
    /// Whether URLs on loopback, with `http` too, are accepted.
    pub allows_loopback: bool,
    /// The algorithm of their ID tokens: RS256, the default of OpenID Connect, where it is configured.
    pub id_token_alg: Algorithm,
}

impl ClientsByUrl {
    /// Whether a client may be described at that host.
    pub fn allows_host(&self, host: &str) -> bool {
        self.hosts.is_empty() || is_listed(&self.hosts, host)
    }

    /// Whether the operator has listed the hosts; otherwise no client is known to them.
    pub fn lists_hosts(&self) -> bool {
        !self.hosts.is_empty()
    }
}

pub(crate) fn validate(
    raw: RawClientsByUrl,
    context: &ClientContext<'_>,
    validator: &mut Validator<'_>,
) -> Result<Option<ClientsByUrl>, Rejected> {
    for (item, host) in raw.hosts.iter().enumerate() {
        if !matches!(DirectHost::parse(host), Some(DirectHost::Domain(_))) || host.starts_with('.') {
            let remedy = "write a host name, as \"app.example.com\" or \"*.example.com\"";
            validator.reject_item("clients_by_url.hosts", item, format!("{} is not a host name", quoted(host)), remedy);
        }
    }
    scopes("clients_by_url.scopes", &raw.scopes, validator);
    resources("clients_by_url.resources", &raw.resources, context.resources, validator);
    let authorities = authorities("clients_by_url.ca_file", &raw.ca_file, validator)?;
    if !raw.enabled {
        return Ok(None);
    }
    let algorithms = context.algorithms.unwrap_or_default();
    let id_token_alg = algorithms.iter().find(|algorithm| **algorithm == Algorithm::Rs256).or(algorithms.first());
    Ok(Some(ClientsByUrl {
        hosts: raw.hosts,
        scopes: raw.scopes,
        resources: raw.resources,
        authorities,
        allows_loopback: raw.insecure_allow_loopback,
        id_token_alg: id_token_alg.copied().unwrap_or(Algorithm::Es256),
    }))
}
