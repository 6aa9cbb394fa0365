//! `providers.<id>.recheck`: ends the sessions of identities that their provider no longer admits.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::app::App;
use crate::base::db::{Conn, DbError};
use crate::base::id::{SubId, UserId};
use crate::session::{self, EndReason, Scope};
use crate::vault::Vault;

/// The pause after a walk over all stored tokens.
const PAUSE: Duration = Duration::from_secs(2);

/// Walks over the stored tokens, for ever. Returns at once if no provider has `recheck`.
pub async fn recheck(app: Arc<App>) {
    if app.providers.iter().all(|provider| provider.registration().recheck.is_none()) {
        return;
    }
    let mut after = Uuid::nil();
    loop {
        // An unavailable database is logged by `Db::run`; the walk begins again then.
        let next = step(&app, after).await.unwrap_or_default();
        after = next.unwrap_or(Uuid::nil());
        if next.is_none() {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn step(app: &App, after: Uuid) -> Result<Option<Uuid>, DbError> {
    let found = app.vault.walk_step(&app.providers, after).await?;
    for (user, identity) in found.refused {
        end(app, user, identity).await?;
    }
    app.vault.refresh_due(found.due).await;
    Ok(found.next)
}

async fn end(app: &App, user: UserId, identity: SubId) -> Result<(), DbError> {
    let ending = app.endings.ending(EndReason::ProviderRefused, app.clock.now());
    let (scope, write) = (Scope::OfIdentity { user, identity }, ending.clone());
    let end = move |conn: &mut Conn| {
        if Vault::is_refused(conn, identity)? { session::end_where(conn, scope, &write).map(Some) } else { Ok(None) }
    };
    if let Some(ended) = app.db.run("end refused sessions", end).await? {
        app.ended(&ended, &ending);
    }
    Ok(())
}
