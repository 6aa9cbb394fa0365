//! Assigning the identities of a provider to its new issuer.

use serde_json::json;

use super::actor::Actor;
use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::{self, Conn, Db, DbError, QueryResult};
use crate::base::event::Event;
use crate::telemetry;
use crate::upstream;

/// Assigns the identities of a provider to `issuer`. Returns the issuer before, which may be the same; `None` where no issuer
/// is stored for the provider.
pub async fn move_provider(
    db: &Db,
    id: &str,
    issuer: &str,
    by: Actor,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let (provider, issuer) = (id.to_owned(), issuer.to_owned());
    let to = issuer.clone();
    let act = move |conn: &mut Conn| db::in_transaction(conn, |conn| replace(conn, &provider, &issuer, by, now));
    let before = db.run("move provider", act).await?;
    if before.as_ref().is_some_and(|before| *before != to) {
        telemetry::record(&Event::ProviderMoved { provider: id.to_owned() });
    }
    Ok(before)
}

fn replace(conn: &mut Conn, id: &str, issuer: &str, by: Actor, now: Timestamp) -> QueryResult<Option<String>> {
    let before = upstream::replace_issuer(conn, id, issuer)?;
    if let Some(before) = before.as_deref().filter(|before| *before != issuer) {
        let mut detail = by.detail();
        if let Some(members) = detail.as_object_mut() {
            members.extend([("from".to_owned(), json!(before)), ("to".to_owned(), json!(issuer))]);
        }
        let event = AuditEvent::new("provider_moved", &detail);
        audit::insert(conn, &AuditEvent { provider: Some(id), ..event }, now)?;
    }
    Ok(before)
}
