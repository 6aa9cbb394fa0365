//! `consents`: what persons have agreed to give apps.

use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::account::consent::ConsentTerms;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{ConsentId, UserId};
use crate::base::schema::consents;
use crate::base::statement::statement;

statement! {
    struct FindConsent<'a> {
        user: UserId => Uuid, client_id: &'a str => Text, resource: &'a str => Text, origin: &'a str => Text,
        scopes: &'a [String] => Array<Text>, authenticates: bool => Bool,
    }
    // A client by URL whose document names other keys than the person has agreed to, or none any more, is asked for again.
    "SELECT id FROM consents
     WHERE user_id = {user} AND (client_id = {client_id}) IS TRUE AND (resource = {resource}) IS TRUE
       AND (origin = {origin}) IS TRUE AND scopes @> {scopes}
       AND coalesce((SELECT known.authenticates FROM clients_by_url known WHERE known.client_id = {client_id}), false)
           = {authenticates}"
}

#[derive(QueryableByName)]
#[diesel(table_name = consents)]
struct IdRow {
    #[expect(dead_code, reason = "a row is enough")]
    id: ConsentId,
}

/// Whether the person has agreed to these terms before, in one or several steps. `authenticates`: whether the document of a client by
/// URL names keys.
pub fn has_consented(conn: &mut Conn, terms: &ConsentTerms, authenticates: bool) -> QueryResult<bool> {
    let ConsentTerms { user, client_id, resource, origin, scopes } = terms;
    let find = FindConsent { user: *user, client_id, resource, origin, scopes, authenticates };
    let found: Option<IdRow> = find.get_result(conn).optional()?;
    Ok(found.is_some())
}

statement! {
    struct RememberConsent<'a> {
        id: ConsentId => Uuid, user: UserId => Uuid, client_id: &'a str => Text, resource: &'a str => Text,
        origin: &'a str => Text, scopes: &'a [String] => Array<Text>, now: Timestamp => Timestamptz,
    }
    // An app has what the person agreed to at any time, as long as its answers go to the same origin.
    "INSERT INTO consents AS known (id, user_id, client_id, resource, origin, scopes, agreed_at)
     SELECT {id}, u.id, {client_id}, {resource}, {origin}, {scopes}, {now} FROM users u WHERE u.id = {user}
     ON CONFLICT (client_id, resource, user_id) DO UPDATE
     SET scopes = CASE WHEN known.origin = EXCLUDED.origin
                       THEN ARRAY(SELECT DISTINCT scope FROM unnest(known.scopes || EXCLUDED.scopes) scope ORDER BY scope)
                       ELSE EXCLUDED.scopes END,
         origin = EXCLUDED.origin, agreed_at = greatest(known.agreed_at, EXCLUDED.agreed_at)"
}

/// Stores that the person has agreed to these terms.
pub fn remember_consent(conn: &mut Conn, terms: &ConsentTerms, now: Timestamp) -> QueryResult<()> {
    let ConsentTerms { user, client_id, resource, origin, scopes } = terms;
    let id = ConsentId::new(now);
    RememberConsent { id, user: *user, client_id, resource, origin, scopes, now }.execute(conn).map(|_| ())
}

statement! {
    struct DeleteConsent { user: UserId => Uuid, id: ConsentId => Uuid }
    "DELETE FROM consents WHERE id = {id} AND (user_id = {user}) IS TRUE"
}

/// Deletes a consent of the user; `false` if there is none.
pub fn delete_consent(conn: &mut Conn, user: UserId, id: ConsentId) -> QueryResult<bool> {
    Ok(DeleteConsent { user, id }.execute(conn)? > 0)
}
