//! `[clients_by_url]`: clients that no section registers. Each is identified by the URL of a document that describes it (Client ID
//! Metadata Documents, draft-ietf-oauth-client-id-metadata-document-03).

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::authorities::authorities;
use super::client::context::ClientContext;
use super::client::rules::{resources, scopes};
use crate::base::proxies::{DirectHost, is_listed};
use crate::base::tls::Authorities;
use crate::config::layer::validator::{Rejected, Validator, quoted};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::public_url::is_loopback;

/// Clients without a section, by the URL of a document that describes them (Client ID Metadata Documents, draft 03).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawClientsByUrl {
    /// accept an https URL as `client_id`
    pub(crate) enabled: bool,
    /// hosts of these URLs, with a port if it is another one than 443; `*.` at the beginning stands for subdomains; empty: any public host, and the consent page says that the operator does not know the app
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
    hosts: Vec<ListedHost>,
    /// The scopes that each of these clients may request.
    pub scopes: Vec<String>,
    /// The ids of the protected resources that each may request tokens for.
    pub resources: Vec<String>,
    /// The certificate authorities of the hosts; `None` for the authorities of the system.
    pub authorities: Option<Authorities>,
    /// Whether URLs on loopback, with `http` too, are accepted.
    pub allows_loopback: bool,
    /// The algorithm of their ID tokens: RS256, the default of OpenID Connect, where it is configured.
    pub id_token_alg: Algorithm,
}

/// An entry of `clients_by_url.hosts`.
#[derive(Clone)]
struct ListedHost {
    /// The host name, perhaps with `*.` before it.
    name: String,
    /// The port; 443 where the entry has none, since another port can be another person's.
    port: u16,
}

impl ListedHost {
    fn parse(text: &str) -> Option<Self> {
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, port.parse().ok().filter(|port| *port != 0)?),
            None => (text, 443),
        };
        let is_name = matches!(DirectHost::parse(name), Some(DirectHost::Domain(_))) && !name.starts_with('.');
        is_name.then(|| Self { name: name.to_owned(), port })
    }

    fn covers(&self, url: &Url, is_own_device: bool) -> bool {
        let is_port = is_own_device || url.port_or_known_default() == Some(self.port);
        is_port && url.host_str().is_some_and(|host| is_listed(std::slice::from_ref(&self.name), host))
    }
}

impl ClientsByUrl {
    /// Whether a client may be described at that URL, by its host and port. On loopback, in development, each port counts.
    pub fn allows(&self, url: &Url) -> bool {
        let is_own_device = self.allows_loopback && is_loopback(url);
        self.hosts.is_empty() || self.hosts.iter().any(|listed| listed.covers(url, is_own_device))
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
    let mut hosts = Vec::new();
    for (item, host) in raw.hosts.iter().enumerate() {
        let Some(listed) = ListedHost::parse(host) else {
            let remedy = "write a host name, as \"app.example.com\", \"*.example.com\" or \"app.example.com:8443\"";
            validator.reject_item("clients_by_url.hosts", item, format!("{} is not a host name", quoted(host)), remedy);
            continue;
        };
        hosts.push(listed);
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
        hosts,
        scopes: raw.scopes,
        resources: raw.resources,
        authorities,
        allows_loopback: raw.insecure_allow_loopback,
        id_token_alg: id_token_alg.copied().unwrap_or(Algorithm::Es256),
    }))
}
