//! Lists live sign-ins.

use diesel::sql_types::{Array, BigInt, Inet, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;
use crate::session::device::Device;
use crate::session::lifetime::Lifetime;
use crate::session::listed::Listed;

/// A row of the list.
#[derive(QueryableByName)]
pub(super) struct ListedRow {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    last_activity_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    not_after: Timestamp,
    #[diesel(sql_type = Nullable<Inet>)]
    ip: Option<IpNet>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    device_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    os: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    os_version: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    browser: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    browser_version: Option<String>,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Array<Text>)]
    clients: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    tag: Option<String>,
}

/// A sign-in is listed while it or an app's session under it is live: an idle timeout of the browser session does not end
/// its apps' sessions, and the user must still be able to end them.
macro_rules! listing {
    ($whose:literal, $newest_first:literal) => {
        concat!(
            "SELECT s.id, s.user_id, s.created_at, s.last_activity_at, s.not_after, s.ip, s.user_agent,
                    coalesce(s.device_type, 'other') AS device_type,
                    s.os, s.os_version, s.browser, s.browser_version, s.provider, s.tag, under.clients
             FROM sessions s CROSS JOIN LATERAL (
                 SELECT array(
                     SELECT DISTINCT app.client_id FROM sessions app
                     WHERE app.parent_id = s.id
                       AND app.ended_at IS NULL AND app.not_after > {now} AND app.last_activity_at > {idle_since}
                     ORDER BY app.client_id
                 ) AS clients
             ) under
             WHERE ",
            $whose,
            " AND s.parent_id IS NULL
               AND (cardinality(under.clients) > 0
                    OR s.ended_at IS NULL AND s.not_after > {now} AND s.last_activity_at > {idle_since})
             ORDER BY ",
            $newest_first,
            " LIMIT {most}"
        )
    };
}
pub(super) use listing;

statement! {
    struct OfUser { user: UserId => Uuid, now: Timestamp => Timestamptz, idle_since: Timestamp => Timestamptz, most: i64 => BigInt }
    listing!("s.user_id = {user}", "s.created_at DESC, s.id DESC")
}

statement! {
    struct OfAll<'a> {
        tag: Option<&'a str> => Nullable<Text>,
        now: Timestamp => Timestamptz,
        idle_since: Timestamp => Timestamptz,
        most: i64 => BigInt,
    }
    // UUIDv7 ids are ordered by time, so the newest are found without sorting all rows.
    listing!("({tag}::text IS NULL OR s.tag = {tag})", "s.id DESC")
}

/// Up to `most` sign-ins of a user that are live or have a live app's session, newest first.
pub fn list(conn: &mut Conn, user: UserId, lifetime: Lifetime, now: Timestamp, most: i64) -> QueryResult<Vec<Listed>> {
    let query = OfUser { user, now, idle_since: lifetime.idle_since(now), most };
    Ok(query.load::<ListedRow>(conn)?.into_iter().map(listed).collect())
}

/// Up to `most` sign-ins of all users, newest first; with a tag only those that have it.
pub fn list_all(
    conn: &mut Conn,
    tag: Option<&str>,
    lifetime: Lifetime,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<Listed>> {
    let query = OfAll { tag, now, idle_since: lifetime.idle_since(now), most };
    let rows: Vec<ListedRow> = with_every_plan(conn, |conn| query.load(conn))?;
    Ok(rows.into_iter().map(listed).collect())
}

/// A row as an entry of the list.
pub(super) fn listed(row: ListedRow) -> Listed {
    Listed {
        id: row.id,
        user: row.user_id,
        created_at: row.created_at,
        last_activity_at: row.last_activity_at,
        expires_at: row.not_after,
        ip: row.ip.map(|net| net.addr()),
        user_agent: row.user_agent,
        device: Device {
            r#type: row.device_type,
            os: row.os,
            os_version: row.os_version,
            browser: row.browser,
            browser_version: row.browser_version,
        },
        provider: row.provider,
        clients: row.clients,
        tag: row.tag,
    }
}

statement! {
    struct OfTag<'a> { user: UserId => Uuid, tag: &'a str => Text, except: SessionId => Uuid }
    "SELECT id FROM sessions
     WHERE user_id = {user} AND tag = {tag} AND id <> {except} AND parent_id IS NULL AND ended_at IS NULL"
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
}

/// The other sign-ins of a user with this tag that have not ended, the oldest first: every login locks them in that order.
pub fn of_tag(conn: &mut Conn, user: UserId, tag: &str, except: SessionId) -> QueryResult<Vec<SessionId>> {
    let found: Vec<IdRow> = OfTag { user, tag, except }.load(conn)?;
    let mut ids: Vec<_> = found.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    Ok(ids)
}
