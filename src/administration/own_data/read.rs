//! Reads the document.

use super::document::{AppSession, OwnData};
use super::store::{self, Stored};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::UserId;

/// The version of the document. A new member does not change it; a member that goes, or gets another meaning, does.
const VERSION: u32 = 1;

/// The most entries of each list.
pub const LIMIT: i64 = 1000;

/// The data of a user; `None` if there is no such user. Six statements on one connection.
pub async fn own_data(app: &App, user: UserId, now: Timestamp) -> Result<Option<OwnData>, DbError> {
    let found = app.db.run("read own data", move |conn| store::read(conn, user, LIMIT + 1)).await?;
    let Some(Stored { user, mut identities, mut sessions, mut app_sessions, mut consents, mut audit_events }) = found
    else {
        return Ok(None);
    };
    let cut = [
        ("identities", is_cut(&mut identities)),
        ("sessions", is_cut(&mut sessions)),
        ("apps", is_cut(&mut app_sessions)),
        ("consents", is_cut(&mut consents)),
        ("audit_events", is_cut(&mut audit_events)),
    ];
    let apps = app_sessions.into_iter().map(|stored| {
        let name = app.clients.name(&stored.client_id).to_owned();
        AppSession { name, stored }
    });
    Ok(Some(OwnData {
        version: VERSION,
        generated_at: now,
        issuer: app.config.server.public_url.issuer().to_owned(),
        limit: LIMIT,
        cut: cut.into_iter().filter(|(_, is_cut)| *is_cut).map(|(list, _)| list).collect(),
        user,
        identities,
        sessions,
        apps: apps.collect(),
        consents,
        audit_events,
    }))
}

/// Shortens a list to [`LIMIT`]. Returns whether it was longer.
fn is_cut<T>(list: &mut Vec<T>) -> bool {
    let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
    let is_longer = list.len() > limit;
    list.truncate(limit);
    is_longer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_after_the_limit_only() {
        for (length, expected) in [(0, false), (LIMIT, false), (LIMIT + 1, true)] {
            let mut list: Vec<_> = (0..length).collect();
            assert_eq!(is_cut(&mut list), expected, "{length}");
            assert_eq!(list.len(), usize::try_from(length.min(LIMIT)).expect("a length"));
        }
    }
}
