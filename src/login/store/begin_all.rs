//! Inserts several pending authorization sessions in one statement.

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, Binary, Bool, Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use super::begin::{Pending, begin};
use crate::base::clock::Timestamp;
use crate::base::db::{Batch, Conn, Db, DbError};
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, SessionId, UserId};
use crate::base::statement::statement;
use crate::grant::LoginFor;
use crate::login::input::Flow;

statement! {
    // Asynchronous commit, as in `Insert`, which is for one row. An authorization request that is not stored yet is inserted there.
    struct InsertAll<'a> {
        ids: &'a [AuthorizationSessionId] => Array<Uuid>,
        references: &'a [&'a str] => Array<Text>,
        providers: &'a [&'a str] => Array<Text>,
        flows: &'a [Flow] => Array<Text>,
        states: &'a [&'a [u8]] => Array<Binary>,
        handshakes: &'a [&'a [u8]] => Array<Binary>,
        bindings: &'a [&'a [u8]] => Array<Binary>,
        challenges: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        carry_cookie: &'a [bool] => Array<Bool>,
        origins: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        return_to: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        request_ids: &'a [Option<AuthorizationRequestId>] => Array<Nullable<Uuid>>,
        link_sessions: &'a [Option<SessionId>] => Array<Nullable<Uuid>>,
        link_users: &'a [Option<UserId>] => Array<Nullable<Uuid>>,
        ips: &'a [IpNet] => Array<Inet>,
        user_agents: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        steps: &'a [&'a Value] => Array<Jsonb>,
        times: &'a [Timestamp] => Array<Timestamptz>,
        expire_at: &'a [Timestamp] => Array<Timestamptz>,
    }
    "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
     INSERT INTO authorization_sessions
         (id, reference, provider, flow, state_hash, handshake, binding_hash, spa_challenge, carries_cookie, origin,
          return_to, authorization_request_id, link_session_id, link_user_id, ip, user_agent, steps, created_at, expires_at)
     SELECT a.*
     FROM hasty, unnest({ids}, {references}, {providers}, {flows}, {states}, {handshakes}, {bindings}, {challenges},
                        {carry_cookie}, {origins}, {return_to}, {request_ids}, {link_sessions}, {link_users}, {ips},
                        {user_agents}, {steps}, {times}, {expire_at}) AS a"
}

/// Inserts that share a statement.
struct Beginnings;

impl Batch for Beginnings {
    const NAME: &'static str = "begin logins";
    type Ask = Arc<Pending>;
    type Answer = ();

    fn row(row: &Arc<Pending>) -> uuid::Uuid {
        row.id.0
    }

    fn run(conn: &mut Conn, rows: &[Arc<Pending>]) -> QueryResult<Vec<(uuid::Uuid, ())>> {
        fn all<'a, T>(rows: &'a [Arc<Pending>], part: impl Fn(&'a Pending) -> T) -> Vec<T> {
            rows.iter().map(|row| part(row)).collect()
        }
        let insert = InsertAll {
            ids: &all(rows, |row| row.id),
            references: &all(rows, |row| row.reference.as_str()),
            providers: &all(rows, |row| row.provider.as_str()),
            flows: &all(rows, |row| row.flow),
            states: &all(rows, |row| row.state.as_bytes()),
            handshakes: &all(rows, |row| row.handshake.as_slice()),
            bindings: &all(rows, |row| row.binding.as_bytes()),
            challenges: &all(rows, |row| row.challenge.as_deref()),
            carry_cookie: &all(rows, |row| row.carries_cookie),
            origins: &all(rows, |row| row.origin.as_deref()),
            return_to: &all(rows, |row| row.return_to.as_deref()),
            request_ids: &all(rows, |row| row.request.as_ref().map(LoginFor::id)),
            link_sessions: &all(rows, |row| row.link.map(|link| link.session)),
            link_users: &all(rows, |row| row.link.map(|link| link.user)),
            ips: &all(rows, |row| IpNet::from(row.ip)),
            user_agents: &all(rows, |row| row.user_agent.as_deref()),
            steps: &all(rows, |row| &row.steps),
            times: &all(rows, |row| row.now),
            expire_at: &all(rows, |row| row.expires_at),
        };
        insert.execute(conn)?;
        Ok(all(rows, |row| (row.id.0, ())))
    }
}

/// Inserts the row by a statement that concurrent logins share. A login that brings a new authorization request has its own.
pub async fn insert_pending(db: &Db, row: Pending) -> Result<(), DbError> {
    let row = Arc::new(row);
    let begun = match row.request {
        Some(LoginFor::New(_)) => None,
        _ => db.run_batched::<Beginnings>(Arc::clone(&row)).await?,
    };
    match begun {
        Some(()) => Ok(()),
        None => db.run("begin login", move |conn| begin_once(conn, &row)).await,
    }
}

/// The row may be there already, if a statement for several rows was committed and its answer was lost.
fn begin_once(conn: &mut Conn, row: &Pending) -> QueryResult<()> {
    match begin(conn, row) {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info))
            if info.constraint_name() == Some("authorization_sessions_pkey") =>
        {
            Ok(())
        }
        other => other,
    }
}
