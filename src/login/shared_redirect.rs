//! The SPA flow if several providers have one redirect URI: the parameter `iss` (RFC 9207) is the only defence against
//! a mix-up (RFC 9700 §4.4), so all of them have to announce it, and the exchange has to carry it.

use std::time::Duration;

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::upstream::{Failure, Fault, Provider};

/// How long the beginning of a login waits for the metadata of another provider.
const METADATA_WAIT: Duration = Duration::from_secs(1);

/// Whether another provider has the same redirect URI in the SPA flow.
pub fn is_shared(app: &App, provider: &Provider) -> bool {
    others(app, provider).next().is_some()
}

/// Refuses to begin a login if a provider that shares the redirect URI does not announce `iss`. One whose metadata is
/// out of reach prevents no login at the others: the exchange requires their own `iss`.
pub async fn check(app: &App, provider: &Provider, now: Timestamp) -> Result<(), Failure> {
    let mut others = others(app, provider).peekable();
    if others.peek().is_none() {
        return Ok(());
    }
    if !provider.announces_iss(now).await? {
        return Err(unannounced(provider));
    }
    for other in others {
        let announced = tokio::time::timeout(METADATA_WAIT, other.announces_iss(now)).await;
        if matches!(announced, Ok(Ok(false))) {
            return Err(unannounced(other));
        }
    }
    Ok(())
}

fn others<'a>(app: &'a App, provider: &'a Provider) -> impl Iterator<Item = &'a Provider> {
    let uri = |provider: &Provider| provider.registration().spa_redirect_uri(&app.config.server.public_url);
    let own = uri(provider);
    app.providers.iter().filter(move |other| other.id() != provider.id() && uri(other) == own)
}

fn unannounced(by: &Provider) -> Failure {
    let reason = format!(
        "another provider has the same redirect_uri, and {} does not announce \
         authorization_response_iss_parameter_supported (RFC 9207); write a different redirect_uri for each",
        by.id()
    );
    Failure::token(Fault::InvalidResponse, reason).needing_operator(true)
}
