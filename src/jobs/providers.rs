//! Stores which providers are configured, and looks for changed issuers.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::app::{self, App};

/// Checks the issuers of all providers. After `vestibule providers move` the provider is used again. `failing`: whether the last
/// check failed, so that an outage of the database is logged once.
pub async fn check_issuers(app: &App, failing: &AtomicBool) {
    let (providers, now) = (app.providers.clone(), app.clock.now());
    match app.db.run("check issuers", move |conn| providers.check_issuers(conn, now)).await {
        Ok(changes) => {
            failing.store(false, Ordering::Relaxed);
            app::issuers_changed(changes);
        }
        Err(error) if !failing.swap(true, Ordering::Relaxed) => {
            tracing::warn!(%error, "the issuers of the providers cannot be checked");
        }
        Err(error) => tracing::debug!(%error, "the issuers of the providers still cannot be checked"),
    }
}
