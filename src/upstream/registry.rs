//! The configured providers, by id.

use std::sync::Arc;

use chrono::TimeDelta;

use super::oauth1::OAuth1;
use super::oauth2::OAuth2;
use super::oidc::Oidc;
use super::provider::Provider;
use super::store;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, QueryResult};
use crate::base::outbound::{Outbound, OutboundError};
use crate::config;

/// How often it is stored that a provider is in the configuration.
const KNOWN_EVERY: TimeDelta = TimeDelta::hours(1);

/// The providers, in configured order. Clones are cheap and share the cached documents.
#[derive(Clone)]
pub struct Registry {
    providers: Arc<[Provider]>,
    ids: Arc<[String]>,
    /// The issuer of each provider's identities, by the configuration.
    issuers: Arc<[String]>,
}

/// A provider came into use again, or is suspended from now on.
pub struct IssuerChange {
    /// The provider's id in the configuration.
    pub provider: String,
    /// The issuer in the configuration; for OAuth the origin of the token endpoint.
    pub configured: String,
    /// The issuer of the stored identities.
    pub stored: String,
}

impl IssuerChange {
    /// Whether the provider is suspended.
    pub fn is_suspension(&self) -> bool {
        self.configured != self.stored
    }
}

impl Registry {
    /// Builds the providers without making a request. Fails when no HTTP client can be built with a provider's `ca_file`.
    pub fn new(providers: Vec<config::Provider>, db: &Db, outbound: &Outbound) -> Result<Self, OutboundError> {
        let ids = providers.iter().map(|provider| provider.registration().id.clone()).collect();
        let issuers = providers.iter().map(config::Provider::identity_issuer).collect();
        let built = |provider: config::Provider| {
            let outbound = match &provider.registration().authorities {
                Some(authorities) => outbound.sibling(authorities)?,
                None => outbound.clone(),
            };
            Ok(match provider {
                config::Provider::Oidc(oidc) => Provider::Oidc(Oidc::new(oidc, db.clone(), outbound)),
                config::Provider::OAuth2(oauth2) => Provider::OAuth2(OAuth2::new(oauth2, outbound)),
                config::Provider::OAuth1(oauth1) => Provider::OAuth1(OAuth1::new(oauth1, outbound)),
            })
        };
        Ok(Self { providers: providers.into_iter().map(built).collect::<Result<_, _>>()?, ids, issuers })
    }

    /// The provider with this id; `None` if it is not configured.
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.id() == id)
    }

    /// All providers, in configured order.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// The ids of all providers, in configured order.
    pub fn ids(&self) -> &Arc<[String]> {
        &self.ids
    }

    /// The issuer of a provider's identities, by the configuration; empty if it is not configured.
    pub fn issuer_of(&self, id: &str) -> &str {
        let issuers = self.ids.iter().zip(self.issuers.iter());
        issuers.into_iter().find(|(known, _)| *known == id).map_or("", |(_, issuer)| issuer)
    }

    /// Stores which providers are configured, and suspends those whose stored identities are of another issuer: the same `sub`
    /// there may be another person. One statement. Returns what has changed since the last check.
    pub fn check_issuers(&self, conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<IssuerChange>> {
        let stored = store::know(conn, &self.ids, &self.issuers, now - KNOWN_EVERY, now)?;
        let mut changes = Vec::new();
        for (provider, configured) in self.iter().zip(self.issuers.iter()) {
            let Some(known) = stored.iter().find(|known| known.id == provider.id()) else { continue };
            let reason =
                (known.issuer != *configured).then(|| issuer_changed(provider.id(), configured, &known.issuer));
            if provider.suspend(reason) {
                let (provider, stored) = (provider.id().to_owned(), known.issuer.clone());
                changes.push(IssuerChange { provider, configured: configured.clone(), stored });
            }
        }
        Ok(changes)
    }
}

/// Why a provider is suspended, with the remedy.
pub fn issuer_changed(id: &str, configured: &str, stored: &str) -> String {
    format!(
        "the stored identities of providers.{id} are of the issuer {stored:?}, and configured is {configured:?}, where the \
         same sub may be another person; configure the former issuer, or give the new one another id; if both have the same \
         persons with the same sub, run `vestibule providers move {id}`"
    )
}
