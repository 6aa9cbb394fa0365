//! Assigning the identities of a provider to its new issuer.

use serde_json::json;

use super::actor::Actor;
use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::{self, Conn, Db, DbError, QueryResult};
use crate::base::event::Event;
use crate::telemetry;
use crate::{upstream, vault};

/// A provider whose identities were assigned to an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedProvider {
    /// The issuer before. If it is the same, nothing was written.
    pub before: String,
    /// The number of identities whose stored tokens, of the issuer before, were removed.
    pub tokens_removed: usize,
}

/// Assigns the identities of a provider to `issuer`, and removes the stored tokens of the issuer before. `None` if no
/// issuer is stored for the provider.
pub async fn move_provider(
    db: &Db,
    id: &str,
    issuer: &str,
    by: Actor,
    now: Timestamp,
) -> Result<Option<MovedProvider>, DbError> {
    let (provider, issuer) = (id.to_owned(), issuer.to_owned());
    let to = issuer.clone();
    let act = move |conn: &mut Conn| db::in_transaction(conn, |conn| replace(conn, &provider, &issuer, by, now));
    let moved = db.run("move provider", act).await?;
    if moved.as_ref().is_some_and(|moved| moved.before != to) {
        telemetry::record(&Event::ProviderMoved { provider: id.to_owned() });
    }
    Ok(moved)
}

fn replace(conn: &mut Conn, id: &str, issuer: &str, by: Actor, now: Timestamp) -> QueryResult<Option<MovedProvider>> {
    let Some(before) = upstream::replace_issuer(conn, id, issuer)? else { return Ok(None) };
    if before == issuer {
        return Ok(Some(MovedProvider { before, tokens_removed: 0 }));
    }
    let tokens_removed = vault::remove_tokens_of_former_issuer(conn, id, now)?;
    let mut detail = by.detail();
    if let Some(members) = detail.as_object_mut() {
        let more = [("from", json!(before)), ("to", json!(issuer)), ("tokens_removed", json!(tokens_removed))];
        members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    let event = AuditEvent::new("provider_moved", &detail);
    audit::insert(conn, &AuditEvent { provider: Some(id), ..event }, now)?;
    Ok(Some(MovedProvider { before, tokens_removed }))
}
