//! Fetching the provider's metadata and key set, with the last valid documents in the database as a fallback.
//!
//! Each fetch runs in a separate task. A cancelled caller does not stop a fetch for which other callers wait, and a caller
//! waits at most 800 ms if the last fetch failed.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{StatusCode, header};
use serde_json::Value;
use tracing::Instrument;

use super::accepted::Accepted;
use super::discovery;
use super::document_cache::{Acceptable, DocumentCache, FetchError, Fetched, Missing, Refetch};
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::jws::KeySet;
use crate::base::outbound::is_certificate_error;
use crate::upstream::connection_remedy;
use crate::upstream::error_response::describe_response;
use crate::upstream::failure::Fault;
use crate::upstream::provider_http::{CallError, read_json};
use crate::upstream::sent::Sent;
use crate::upstream::store::{self, Document, DocumentKind};
use crate::upstream::text::quoted;

/// The longest time that a caller waits for a fetch if the last fetch failed (FI-09).
const WAIT_AFTER_FAILURE: Duration = Duration::from_millis(800);
/// The most unusable keys of a key set that are logged one by one.
const MAX_UNUSABLE_SHOWN: usize = 5;

impl RelyingParty {
    /// The cached metadata of any age, or newly fetched metadata. The error is an explanation for the operator.
    pub(super) async fn metadata(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Fetched<Metadata>>, Missing> {
        let cache = &self.documents.metadata;
        if let Some(cached) = cache.current() {
            return Ok(cached);
        }
        let relying_party = Arc::clone(self);
        wait(cache, now, async move { relying_party.get_metadata(now, Acceptable::Any).await }).await
    }

    /// The cached keys of any age, or newly fetched keys. The error is an explanation for the operator.
    pub(super) async fn keys(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Fetched<KeySet>>, Missing> {
        let cache = &self.documents.keys;
        if let Some(cached) = cache.current() {
            return Ok(cached);
        }
        let relying_party = Arc::clone(self);
        wait(cache, now, async move { relying_party.get_keys(now, Acceptable::Any).await }).await
    }

    /// Fetches newer keys within the limit `refetch`, because no key of `seen` verifies a token. Returns `seen` if there are none
    /// (RD-07, RD-09).
    pub(super) async fn newer_keys(
        self: &Arc<Self>,
        seen: Arc<Fetched<KeySet>>,
        refetch: Refetch,
        now: Timestamp,
    ) -> Arc<Fetched<KeySet>> {
        let (relying_party, acceptable) = (Arc::clone(self), Acceptable::NewerThan(Arc::clone(&seen), refetch));
        let newer = tokio::spawn(async move { relying_party.get_keys(now, acceptable).await }.in_current_span()).await;
        newer.ok().and_then(Result::ok).unwrap_or(seen)
    }

    /// Fetches documents that are missing or older than ten minutes.
    pub(super) async fn refresh_documents(self: &Arc<Self>, now: Timestamp) {
        // `fetch` logs failures.
        if let Ok(metadata) = self.get_metadata(now, Acceptable::Fresh).await
            && Accepted::for_id_tokens(&self.config, &metadata.value).needs_keys()
        {
            let _logged = self.get_keys(now, Acceptable::Fresh).await;
        }
    }

    async fn get_metadata(
        &self,
        now: Timestamp,
        acceptable: Acceptable<Metadata>,
    ) -> Result<Arc<Fetched<Metadata>>, Missing> {
        let fetch = async {
            if let Some(metadata) = discovery::from_config(&self.config) {
                return Ok(metadata);
            }
            let source = discovery::source(&self.config);
            let read = |document: &Value| discovery::read(document, &self.config);
            let metadata = self.fetch(DocumentKind::Discovery, source, read, now).await?;
            if let Some(warning) = discovery::unlisted_auth_method(&self.config, &metadata) {
                let provider = &self.config.registration.id;
                self.documents.warned.call_once(|| tracing::warn!(%provider, "token_endpoint_auth_method: {warning}"));
            }
            Ok(metadata)
        };
        self.documents.metadata.get(now, acceptable, fetch).await
    }

    async fn get_keys(&self, now: Timestamp, acceptable: Acceptable<KeySet>) -> Result<Arc<Fetched<KeySet>>, Missing> {
        let metadata = self.get_metadata(now, Acceptable::Any).await?;
        let source = metadata.value.jwks_uri.as_ref().ok_or("the discovery document has no jwks_uri")?.to_string();
        let read = |document: &Value| KeySet::read(document).inspect(|keys| self.tell_unusable(keys));
        self.documents.keys.get(now, acceptable, self.fetch(DocumentKind::Jwks, source, read, now)).await
    }

    /// Logs keys that cannot be used, unless the cached key set has them too.
    fn tell_unusable(&self, keys: &KeySet) {
        let texts = |keys: &KeySet| -> Vec<String> {
            let name = |kid: Option<&str>| kid.map_or_else(|| "without a kid".into(), quoted);
            keys.unusable().map(|(kid, defect)| format!("the key {} is not used: {defect}", name(kid))).collect()
        };
        let known = self.documents.keys.current().map(|known| texts(&known.value)).unwrap_or_default();
        let known: HashSet<_> = known.into_iter().collect();
        let new: Vec<_> = texts(keys).into_iter().filter(|reason| !known.contains(reason)).collect();
        for reason in new.iter().take(MAX_UNUSABLE_SHOWN) {
            let count = new.len();
            tracing::warn!(provider = %self.config.registration.id, %reason, count, "a key of the provider cannot be used");
        }
    }

    async fn fetch<T>(
        &self,
        kind: DocumentKind,
        source: String,
        read: impl Fn(&Value) -> Result<T, String>,
        now: Timestamp,
    ) -> Result<T, FetchError<T>> {
        let fetched = self.get_json(&source, now).await;
        let is_overload = matches!(fetched, Err(CallError(Fault::Overloaded, _)));
        // A document that was read and is wrong stays wrong until an operator changes it or the configuration.
        let (reason, needs_operator) = match fetched {
            Err(CallError(_, why)) => {
                let needs_operator = is_certificate_error(&why) || connection_remedy::needs_operator(&why);
                (format!("{why}{}", self.missing_document(kind, &why)), needs_operator)
            }
            Ok(document) => match read(&document) {
                Ok(value) => {
                    self.store_in_background(kind, source, document, now);
                    return Ok(value);
                }
                Err(why) => (why, true),
            },
        };
        let reason = format!("{}: {reason}", kind.name());
        tracing::warn!(provider = %self.config.registration.id, %reason, "provider metadata cannot be fetched");
        let stored = self.load_stored(kind, source, read).await;
        Err(FetchError { missing: Missing { reason, is_overload, needs_operator }, stored })
    }

    /// Requests a JSON document; any status but 200 is an error.
    async fn get_json(&self, url: &str, now: Timestamp) -> Result<Value, CallError> {
        let request = http::Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| CallError(Fault::InvalidResponse, "the URL cannot be requested".into()))?;
        let answer = self.http.send(request, now).await?;
        if answer.status() != StatusCode::OK {
            return Err(CallError(Fault::InvalidResponse, describe_response(&answer, &Sent::default())));
        }
        read_json(answer.headers(), answer.body()).map_err(|reason| CallError(Fault::InvalidResponse, reason))
    }

    /// The remedy if there is no discovery document.
    fn missing_document(&self, kind: DocumentKind, why: &str) -> String {
        let remedy = connection_remedy::of_missing_document(why);
        if kind != DocumentKind::Discovery || remedy.is_empty() {
            return String::new();
        }
        let is_default = self.config.registration.endpoints.discovery_url.is_none();
        let elsewhere = if is_default { "; if the document is elsewhere, write its URL in discovery_url" } else { "" };
        format!("{remedy}{elsewhere}")
    }

    /// Stores a valid document in the background, for a gateway that starts while the provider is down. Ignores
    /// failures.
    fn store_in_background(&self, kind: DocumentKind, source: String, content: Value, fetched_at: Timestamp) {
        let document = Document { provider: self.config.registration.id.clone(), kind, source, content, fetched_at };
        let db = self.db.clone();
        let work = async move {
            let _best_effort = db.run("provider_metadata.save", move |conn| store::save(conn, &document)).await;
        };
        tokio::spawn(work.in_current_span());
    }

    /// Loads the last valid document from the database. `None` while a document is cached, because that one stays.
    async fn load_stored<T>(
        &self,
        kind: DocumentKind,
        source: String,
        read: impl Fn(&Value) -> Result<T, String>,
    ) -> Option<Fetched<T>> {
        let is_cached = match kind {
            DocumentKind::Discovery => self.documents.metadata.current().is_some(),
            DocumentKind::Jwks => self.documents.keys.current().is_some(),
        };
        if is_cached {
            return None;
        }
        let id = self.config.registration.id.clone();
        let load = self.db.run("provider_metadata.load", move |conn| store::load(conn, &id, kind, &source)).await;
        let (document, fetched_at) = load.ok().flatten()?;
        // Validated again, because the configuration may have changed.
        let value = read(&document).ok()?;
        tracing::warn!(provider = %self.config.registration.id, kind = kind.name(), %fetched_at, "using the last valid document");
        Some(Fetched { value, fetched_at })
    }
}

/// Waits for a fetch in a separate task: at most [`WAIT_AFTER_FAILURE`] if the last fetch failed, else without a limit.
async fn wait<T: Send + Sync + 'static>(
    cache: &DocumentCache<T>,
    now: Timestamp,
    fetch: impl Future<Output = Result<Arc<Fetched<T>>, Missing>> + Send + 'static,
) -> Result<Arc<Fetched<T>>, Missing> {
    if let Some(missing) = cache.pause_reason(now) {
        return Err(missing);
    }
    let has_failed = cache.is_failing();
    let task = tokio::spawn(fetch.in_current_span());
    let outcome = if has_failed {
        tokio::time::timeout(WAIT_AFTER_FAILURE, task).await.map_err(|_| "does not respond, as before")?
    } else {
        task.await
    };
    outcome.map_err(|_| "the fetch was cancelled")?
}
