//! The configured providers, by id.

use std::sync::Arc;

use super::oauth1::OAuth1;
use super::oauth2::OAuth2;
use super::oidc::Oidc;
use super::provider::Provider;
use crate::base::db::Db;
use crate::base::outbound::{Outbound, OutboundError};
use crate::config;

/// The providers, in configured order. Clones are cheap and share the cached documents.
#[derive(Clone)]
pub struct Registry(Arc<[Provider]>);

impl Registry {
    /// Builds the providers without making a request. Fails when no HTTP client can be built with a provider's `ca_file`.
    pub fn new(providers: Vec<config::Provider>, db: &Db, outbound: &Outbound) -> Result<Self, OutboundError> {
        let built = |provider: config::Provider| {
            let outbound = match &provider.registration().authorities {
                Some(authorities) => Outbound::trusting(authorities)?,
                None => outbound.clone(),
            };
            Ok(match provider {
                config::Provider::Oidc(oidc) => Provider::Oidc(Oidc::new(oidc, db.clone(), outbound)),
                config::Provider::OAuth2(oauth2) => Provider::OAuth2(OAuth2::new(oauth2, outbound)),
                config::Provider::OAuth1(oauth1) => Provider::OAuth1(OAuth1::new(oauth1, outbound)),
            })
        };
        providers.into_iter().map(built).collect::<Result<_, _>>().map(Self)
    }

    /// The provider with this id; `None` if it is not configured.
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.id() == id)
    }

    /// All providers, in configured order.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }
}
