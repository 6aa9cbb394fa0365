//! Stores which providers are configured, and looks for changed issuers.

use crate::app::{self, App};

/// Checks the issuers of all providers. After `vestibule providers move` the provider is used again.
pub async fn check_issuers(app: &App) {
    let (providers, now) = (app.providers.clone(), app.clock.now());
    match app.db.run("check issuers", move |conn| providers.check_issuers(conn, now)).await {
        Ok(changes) => app::issuers_changed(changes),
        Err(error) => tracing::warn!(%error, "the issuers of the providers cannot be checked"),
    }
}
