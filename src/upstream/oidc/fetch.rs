//! The provider's two documents, metadata and key set: where they come from, and what stands in when they cannot be
//! had.
//!
//! Fetches run in tasks of their own. So a caller who goes away stops nothing that others wait for, and a provider that
//! failed before can be asked again without anyone waiting longer than a moment.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tracing::Instrument;

use super::cached::{Cached, Kept, Miss, Want};
use super::discovery::{self, Metadata};
use super::issuer::Issuer;
use super::jwks::Keys;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::upstream::line::Unanswered;
use crate::upstream::store::{self, Document, Kind};

/// How long a login waits for a provider that failed the last time (FI-09).
const MOMENT: Duration = Duration::from_millis(800);

impl RelyingParty {
    /// The metadata: what is kept, however old, else fetched now. The error is for the operator.
    pub(super) async fn metadata(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Kept<Metadata>>, String> {
        let cached = &self.documents.metadata;
        if let Some(kept) = cached.kept() {
            return Ok(kept);
        }
        let shared = Arc::clone(self);
        wait(cached, now, async move { shared.get_metadata(now, Want::Any).await }).await
    }

    /// The keys: what is kept, however old, else fetched now. The error is for the operator.
    pub(super) async fn keys(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Kept<Keys>>, String> {
        let cached = &self.documents.keys;
        if let Some(kept) = cached.kept() {
            return Ok(kept);
        }
        let shared = Arc::clone(self);
        wait(cached, now, async move { shared.get_keys(now, Want::Any).await }).await
    }

    /// Newer keys than these, which lack one; the same again if newer ones are not to be had now (RD-07, RD-09).
    pub(super) async fn newer_keys(self: &Arc<Self>, seen: Arc<Kept<Keys>>, now: Timestamp) -> Arc<Kept<Keys>> {
        let (shared, want) = (Arc::clone(self), Want::Newer(Arc::clone(&seen)));
        let newer = tokio::spawn(async move { shared.get_keys(now, want).await }.in_current_span()).await;
        newer.ok().and_then(Result::ok).unwrap_or(seen)
    }

    /// Fetches what is missing or old.
    pub(super) async fn keep_fresh(self: &Arc<Self>, now: Timestamp) {
        // Failures are logged where they happen.
        if self.get_metadata(now, Want::Fresh).await.is_ok() {
            let _logged = self.get_keys(now, Want::Fresh).await;
        }
    }

    async fn get_metadata(&self, now: Timestamp, want: Want<Metadata>) -> Result<Arc<Kept<Metadata>>, String> {
        let fetch = async {
            if let Some(given) = discovery::given(&self.config) {
                return Ok(given);
            }
            let source = discovery::well_known(&Issuer::of(&self.config).home());
            let read = |document: &Value| discovery::read(document, &self.config);
            let metadata = self.fetch(Kind::Discovery, source, read, now).await?;
            if let Some(odd) = discovery::method_not_listed(&self.config, &metadata) {
                let provider = &self.config.registration.id;
                self.documents.warned.call_once(|| tracing::warn!(%provider, "token_endpoint_auth_method: {odd}"));
            }
            Ok(metadata)
        };
        self.documents.metadata.get(now, want, fetch).await
    }

    async fn get_keys(&self, now: Timestamp, want: Want<Keys>) -> Result<Arc<Kept<Keys>>, String> {
        let metadata = self.get_metadata(now, Want::Any).await?;
        let source = metadata.value.jwks_uri().to_string();
        self.documents.keys.get(now, want, self.fetch(Kind::Jwks, source, Keys::read, now)).await
    }

    async fn fetch<T>(
        &self,
        kind: Kind,
        source: String,
        read: impl Fn(&Value) -> Result<T, String>,
        now: Timestamp,
    ) -> Result<T, Miss<T>> {
        let fetched = self.line.get_json(&source, now).await.map_err(|Unanswered(_, why)| why);
        let reason = match fetched.and_then(|document| Ok((read(&document)?, document))) {
            Ok((value, document)) => {
                self.remember(kind, source, document, now);
                return Ok(value);
            }
            Err(reason) => format!("{}: {reason}", kind.name()),
        };
        tracing::warn!(provider = %self.config.registration.id, %reason, "provider metadata cannot be fetched");
        let stored = self.recall(kind, source, read).await;
        Err(Miss { reason, stored })
    }

    /// Keeps a good document for a start at which the provider is down. Nobody waits for it, and nobody minds if the
    /// database is away.
    fn remember(&self, kind: Kind, source: String, content: Value, fetched_at: Timestamp) {
        let document = Document { provider: self.config.registration.id.clone(), kind, source, content, fetched_at };
        let db = self.db.clone();
        let work = async move {
            let _best_effort = db.run("provider_metadata.save", move |conn| store::save(conn, &document)).await;
        };
        tokio::spawn(work.in_current_span());
    }

    /// The last known good document. Only asked for while there is none in memory.
    async fn recall<T>(
        &self,
        kind: Kind,
        source: String,
        read: impl Fn(&Value) -> Result<T, String>,
    ) -> Option<Kept<T>> {
        let in_memory = match kind {
            Kind::Discovery => self.documents.metadata.kept().is_some(),
            Kind::Jwks => self.documents.keys.kept().is_some(),
        };
        if in_memory {
            return None;
        }
        let id = self.config.registration.id.clone();
        let load = self.db.run("provider_metadata.load", move |conn| store::load(conn, &id, kind, &source)).await;
        let (document, fetched_at) = load.ok().flatten()?;
        // Judged again: the configuration may have changed since.
        let value = read(&document).ok()?;
        tracing::warn!(provider = %self.config.registration.id, kind = kind.name(), %fetched_at, "using the last known good document");
        Some(Kept { value, fetched_at })
    }
}

/// Waits for a fetch in a task of its own: as long as it takes the first time, and a moment after a failure.
async fn wait<T: Send + Sync + 'static>(
    cached: &Cached<T>,
    now: Timestamp,
    fetch: impl Future<Output = Result<Arc<Kept<T>>, String>> + Send + 'static,
) -> Result<Arc<Kept<T>>, String> {
    if let Some(reason) = cached.pause(now) {
        return Err(reason);
    }
    let failed_before = cached.is_failing();
    let task = tokio::spawn(fetch.in_current_span());
    let outcome = if failed_before {
        tokio::time::timeout(MOMENT, task).await.map_err(|_| "does not answer, as before")?
    } else {
        task.await
    };
    outcome.map_err(|_| "the fetch was broken off")?
}
