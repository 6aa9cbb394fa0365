//! Fetches and caches the documents of clients. Errors are not cached.

use std::sync::Arc;
use std::time::Duration;

use http::header::ACCEPT;
use quick_cache::sync::Cache;
use url::Url;

use super::document::{Document, DocumentError, judge};
use super::in_flight::InFlight;
use super::keys::ClientKeys;
use super::permits::{Asker, Permits};
use super::{client_url, freshness};
use crate::base::clock::Timestamp;
use crate::base::outbound::{Outbound, OutboundError, Trust};
use crate::client::downstream::{Client, SelfDescription};
use crate::config::{ClientsByUrl, is_loopback};

/// The largest document, in bytes (draft 03 §8.7).
const MAX_BYTES: usize = 5 * 1024;
/// The largest key set, in bytes.
const MAX_KEYS_BYTES: usize = 16 * 1024;
/// The longest wait for a document.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many documents are cached. Beyond it, those that are asked for least are evicted.
const MAX_CACHED: usize = 1000;

/// The clients by URL: their settings, and their documents.
pub struct ByUrl {
    settings: ClientsByUrl,
    outbound: Outbound,
    cache: Cache<String, Arc<Cached>>,
    /// By `jwks_uri`.
    keys: Cache<String, Arc<ClientKeys>>,
    permits: Permits,
    in_flight: InFlight,
}

/// A client as its document describes it.
struct Cached {
    client: Arc<Client>,
    fresh_until: Timestamp,
}

impl ByUrl {
    /// Without documents. Fails where no HTTP client can be built with the `ca_file`.
    pub fn new(settings: ClientsByUrl, outbound: &Outbound) -> Result<Self, OutboundError> {
        let outbound = match &settings.authorities {
            Some(authorities) => outbound.sibling(authorities)?,
            None => outbound.clone(),
        };
        let (permits, in_flight) = (Permits::new(), InFlight::default());
        let (cache, keys) = (Cache::new(MAX_CACHED), Cache::new(MAX_CACHED));
        Ok(Self { settings, outbound, cache, keys, permits, in_flight })
    }

    /// The client with that id by the settings alone, without redirect URIs; `None` where the id is no URL of a client.
    pub(in crate::client) fn without_document(&self, id: &str) -> Option<Client> {
        let said = (Vec::new(), SelfDescription::default());
        self.accepts(id).then(|| Client::by_url(id, client_url::host_of(id), &self.settings, said))
    }

    /// Whether the id is the URL of a client, by its form and its host.
    pub(in crate::client) fn accepts(&self, id: &str) -> bool {
        client_url::parse(id, &self.settings).is_some()
    }

    /// Whether the operator has listed the hosts, so that none of these clients is unknown to them.
    pub(in crate::client) fn lists_hosts(&self) -> bool {
        self.settings.lists_hosts()
    }

    /// Whether scripts of that origin may be such a client: its host is one that the operator allows.
    pub(in crate::client) fn is_at(&self, origin: &str) -> bool {
        client_url::parse(&format!("{origin}/client"), &self.settings).is_some()
    }

    /// The client as its cached document describes it.
    pub fn cached(&self, id: &str, now: Timestamp) -> Option<Arc<Client>> {
        let cached = self.cache.get(id)?;
        (now < cached.fresh_until).then(|| Arc::clone(&cached.client))
    }

    /// Fetches the document of a client and caches it; concurrent requests share one fetch. The caller counts the fetch.
    pub async fn fetch(&self, id: &str, asker: Asker, now: Timestamp) -> Result<Arc<Client>, DocumentError> {
        self.in_flight.share(asker, id, self.fetch_now(id, asker, now)).await
    }

    async fn fetch_now(&self, id: &str, asker: Asker, now: Timestamp) -> Result<Arc<Client>, DocumentError> {
        let url = client_url::parse(id, &self.settings).ok_or(DocumentError::OtherClient)?;
        let answer = self.answer(&url, asker, MAX_BYTES).await?;
        let Document { redirect_uris, name, jwks_uri } = judge(id, &answer)?;
        if jwks_uri.as_deref().is_some_and(|uri| !self.accepts(uri)) {
            return Err(DocumentError::AuthMethod);
        }
        let said = (redirect_uris, SelfDescription { name, jwks_uri });
        let client = Arc::new(Client::by_url(id, client_url::host_of(id), &self.settings, said));
        let fresh_until = now + freshness::lifetime(answer.headers());
        self.cache.insert(id.to_owned(), Arc::new(Cached { client: Arc::clone(&client), fresh_until }));
        Ok(client)
    }

    /// The cached keys of a `jwks_uri`.
    pub fn cached_keys(&self, jwks_uri: &str, now: Timestamp) -> Option<Arc<ClientKeys>> {
        self.keys.get(jwks_uri).filter(|keys| keys.is_fresh(now))
    }

    /// Fetches the keys of a `jwks_uri` and caches them. The caller counts the fetch.
    pub async fn fetch_keys(&self, jwks_uri: &str, now: Timestamp) -> Result<Arc<ClientKeys>, DocumentError> {
        let url = client_url::parse(jwks_uri, &self.settings).ok_or(DocumentError::Keys)?;
        let keys = Arc::new(ClientKeys::judge(&self.answer(&url, Asker::Client, MAX_KEYS_BYTES).await?, now)?);
        self.keys.insert(jwks_uri.to_owned(), Arc::clone(&keys));
        Ok(keys)
    }

    async fn answer(&self, url: &Url, asker: Asker, max: usize) -> Result<http::Response<Vec<u8>>, DocumentError> {
        let host = url.host_str().unwrap_or_default();
        let unavailable = |reason: String| {
            tracing::warn!(host, reason, "a document of a client by URL cannot be fetched");
            DocumentError::Unavailable
        };
        let Some(_permit) = self.permits.take(host, asker) else {
            return Err(unavailable("too many documents are being fetched".to_owned()));
        };
        let request = http::Request::get(url.as_str()).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|error| unavailable(error.to_string()))?;
        let answer = self.outbound.send_for_at_most(request, self.trust(url), TIMEOUT, max).await;
        answer.map_err(|error| match error {
            OutboundError::TooLarge => DocumentError::TooLarge,
            error => unavailable(error.to_string()),
        })
    }

    /// Every host but one on loopback, in development, has to be public. An outbound proxy resolves names itself, so only hosts that
    /// the operator lists are reached through one; those of `outbound.allow_hosts` are for the metadata of providers.
    fn trust(&self, url: &Url) -> Trust {
        match (self.settings.allows_loopback && is_loopback(url), self.settings.lists_hosts()) {
            (true, _) => Trust::Configured,
            (false, true) => Trust::Registered,
            (false, false) => Trust::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
