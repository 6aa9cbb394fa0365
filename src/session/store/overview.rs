//! Reads what the account page shows, in one round trip.

use diesel::sql_types::{BigInt, Jsonb, Nullable, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use super::list::{ListedRow, listed, listing};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;
use crate::session::lifetime::Lifetime;
use crate::session::overview::{ListedWithApps, Overview};
use crate::session::signed_in::Session;

/// The maximum number of past sign-ins.
const MAX_SIGN_INS: i64 = 10;

statement! {
    struct ReadOverview {
        user: UserId => Uuid,
        current: SessionId => Uuid,
        now: Timestamp => Timestamptz,
        idle_since: Timestamp => Timestamptz,
        most: i64 => BigInt,
        most_sign_ins: i64 => BigInt,
    }
    concat!(
        "SELECT listed.*,
         CASE WHEN cardinality(listed.clients) > 0 THEN (
             SELECT jsonb_agg(to_jsonb(app) ORDER BY app.client_id)
             FROM (
                 SELECT DISTINCT ON (under.client_id) under.id, under.client_id, under.last_activity_at FROM sessions under
                 WHERE under.parent_id = listed.id
                   AND under.ended_at IS NULL AND under.not_after > {now} AND under.last_activity_at > {idle_since}
                 ORDER BY under.client_id, under.last_activity_at DESC, under.id DESC
             ) app
         ) END AS apps,
         ",
        // Adding an empty interval keeps the planner from the index on `at` alone, which has the events of all users.
        // Only the first row has the rest: the claims of an identity have up to 16 KiB.
        "CASE WHEN row_number() OVER () = 1 THEN jsonb_build_object(
             'identities', coalesce((
                 SELECT jsonb_agg(jsonb_build_object(
                            'id', id, 'provider', provider, 'sub', sub, 'email', email, 'email_verified', email_verified,
                            'created_at', created_at, 'last_login_at', last_login_at, 'unlink_at', unlink_at,
                            'claims', claims) ORDER BY created_at, id)
                 FROM subs WHERE user_id = {user}
             ), '[]'),
             'consents', coalesce((
                 SELECT jsonb_agg(to_jsonb(agreed) ORDER BY agreed.agreed_at DESC, agreed.id)
                 FROM (
                     SELECT id, client_id, resource, scopes, agreed_at FROM consents
                     WHERE user_id = {user} ORDER BY agreed_at DESC, id LIMIT {most}
                 ) agreed
             ), '[]'),
             'sign_ins', coalesce((
                 SELECT jsonb_agg(to_jsonb(past) - 'id' ORDER BY past.at DESC, past.id DESC)
                 FROM (
                     SELECT e.id, e.at, e.provider, host(e.ip) AS ip, s.browser, s.os
                     FROM audit_events e LEFT JOIN sessions s ON s.id = ANY (ARRAY[e.session_id])
                     WHERE e.user_id = {user} AND e.kind = 'login_completed'
                     ORDER BY e.at + interval '0' DESC, e.id DESC LIMIT {most_sign_ins}
                 ) past
             ), '[]')
         ) END AS of_user
         FROM (",
        listing!("s.user_id = {user}", "s.id = {current} DESC, s.created_at DESC, s.id DESC"),
        ") listed"
    )
}

#[derive(QueryableByName)]
struct OverviewRow {
    #[diesel(embed)]
    sign_in: ListedRow,
    #[diesel(sql_type = Nullable<Jsonb>)]
    apps: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    of_user: Option<Value>,
}

/// Reads up to `most` sign-ins of the user of a session, with their apps, and what else the account page shows. One statement.
pub fn overview(conn: &mut Conn, of: &Session, lifetime: Lifetime, now: Timestamp, most: i64) -> QueryResult<Overview> {
    let (idle_since, most_sign_ins) = (lifetime.idle_since(now), MAX_SIGN_INS);
    let query = ReadOverview { user: of.user, current: of.id, now, idle_since, most, most_sign_ins };
    let mut rows: Vec<OverviewRow> = query.load(conn)?;
    let user = rows.first_mut().and_then(|first| first.of_user.take());
    let device = |row: OverviewRow| ListedWithApps { listed: listed(row.sign_in), apps: read(row.apps) };
    Ok(Overview { user: read(user), devices: rows.into_iter().map(device).collect() })
}

/// The value of a JSON column; the default if it cannot be read.
fn read<T: Default + serde::de::DeserializeOwned>(json: Option<Value>) -> T {
    json.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default()
}
