//! Fetches and caches the documents of clients. Errors are not cached.

use std::sync::Arc;
use std::time::Duration;

use http::header::ACCEPT;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use url::Url;

use super::document::{Document, DocumentError, judge};
use super::{client_url, freshness};
use crate::base::clock::Timestamp;
use crate::base::outbound::{Outbound, OutboundError, Trust};
use crate::client::downstream::{Client, SelfDescription};
use crate::config::{ClientsByUrl, is_loopback};

/// The largest document, in bytes (draft 03 §8.7).
const MAX_BYTES: usize = 5 * 1024;
/// The longest wait for a document.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many documents are fetched at a time: slow hosts take no connections from the providers.
const MAX_FETCHES: usize = 16;
/// How many documents are cached. Beyond it, those that are asked for least are evicted.
const MAX_CACHED: usize = 1000;

/// The clients by URL: their settings, and their documents.
pub struct ByUrl {
    settings: ClientsByUrl,
    outbound: Outbound,
    cache: Cache<String, Arc<Cached>>,
    fetches: Semaphore,
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
        Ok(Self { settings, outbound, cache: Cache::new(MAX_CACHED), fetches: Semaphore::new(MAX_FETCHES) })
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

    /// Whether scripts of that origin may be such a client: its host is one that the operator allows.
    pub(in crate::client) fn is_at(&self, origin: &str) -> bool {
        client_url::parse(&format!("{origin}/client"), &self.settings).is_some()
    }

    /// The client as its cached document describes it.
    pub fn cached(&self, id: &str, now: Timestamp) -> Option<Arc<Client>> {
        let cached = self.cache.get(id)?;
        (now < cached.fresh_until).then(|| Arc::clone(&cached.client))
    }

    /// Fetches the document of a client and caches it. The caller counts the fetch.
    pub async fn fetch(&self, id: &str, now: Timestamp) -> Result<Arc<Client>, DocumentError> {
        let url = client_url::parse(id, &self.settings).ok_or(DocumentError::OtherClient)?;
        let answer = self.answer(&url).await?;
        let Document { redirect_uris, name } = judge(id, &answer)?;
        let said = (redirect_uris, SelfDescription { name });
        let client = Arc::new(Client::by_url(id, client_url::host_of(id), &self.settings, said));
        let fresh_until = now + freshness::lifetime(answer.headers());
        self.cache.insert(id.to_owned(), Arc::new(Cached { client: Arc::clone(&client), fresh_until }));
        Ok(client)
    }

    async fn answer(&self, url: &Url) -> Result<http::Response<Vec<u8>>, DocumentError> {
        let unavailable = |reason: String| {
            let host = url.host_str().unwrap_or_default();
            tracing::warn!(host, reason, "the document of a client by URL cannot be fetched");
            DocumentError::Unavailable
        };
        let Ok(_permit) = self.fetches.try_acquire() else {
            return Err(unavailable("too many documents are being fetched".to_owned()));
        };
        let request = http::Request::get(url.as_str()).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|error| unavailable(error.to_string()))?;
        // Every other host than one on loopback has to be public in development too.
        let is_own_device = self.settings.allows_loopback && is_loopback(url);
        let trust = if is_own_device { Trust::Configured } else { Trust::Learned };
        let answer = self.outbound.send_for_at_most(request, trust, TIMEOUT, MAX_BYTES).await;
        answer.map_err(|error| match error {
            OutboundError::TooLarge => DocumentError::TooLarge,
            error => unavailable(error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;
    use crate::base::outbound::rebinding;
    use crate::client::by_url::document::tests::settings;

    /// FI-23: DNS rebinding. The name is resolved at each fetch, and nothing connects to a private address that it resolves to
    /// later, alone or beside a public one.
    #[tokio::test]
    async fn a_document_is_not_read_from_a_private_address_that_its_name_resolves_to_later() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let public: SocketAddr = (Ipv4Addr::new(192, 88, 99, 1), own.port()).into();
        let outbound = rebinding::client(vec![vec![public], vec![own], vec![public, own], vec![own, public]]);
        let by_url = ByUrl::new(settings(&[], false), &outbound).expect("clients by URL");
        let id = format!("https://rebinding.example:{}/client.json", own.port());
        let first = tokio::time::timeout(Duration::from_millis(200), by_url.fetch(&id, Timestamp::UNIX_EPOCH)).await;
        assert!(first.is_err() || first.is_ok_and(|answer| answer.is_err()), "nothing answers at the public address");
        for round in 0..3 {
            let refused = by_url.fetch(&id, Timestamp::UNIX_EPOCH).await.map(|client| client.id.clone());
            assert_eq!(refused, Err(DocumentError::Unavailable), "{round}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "{connected:?}");
        assert!(by_url.cached(&id, Timestamp::UNIX_EPOCH).is_none());
    }
}
