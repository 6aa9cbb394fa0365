//! The table `providers`: which issuer the identities of a provider are of, and when a replica last had the provider in its
//! configuration.

use diesel::sql_types::{Array, Text, Timestamptz};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::jws::JwsAlgorithm;
use crate::base::statement::statement;

statement! {
    struct Know<'a> {
        ids: &'a [String] => Array<Text>,
        issuers: &'a [String] => Array<Text>,
        stale: Timestamp => Timestamptz,
        now: Timestamp => Timestamptz,
    }
    // The issuer of a provider without identities is replaced. `last_known_at` is written once an hour. The rows are written in
    // the order of their ids, so that two replicas do not deadlock.
    "WITH configured AS MATERIALIZED (
         SELECT id, issuer FROM unnest({ids}, {issuers}) AS configured (id, issuer)
     ), stored AS MATERIALIZED (
         SELECT id, issuer, last_known_at FROM providers WHERE id = ANY ({ids})
     ), written AS (
         INSERT INTO providers AS known (id, issuer, last_known_at)
         SELECT configured.id, configured.issuer, {now}
         FROM configured LEFT JOIN stored ON stored.id = configured.id
         WHERE stored.issuer IS NULL OR stored.last_known_at < {stale}
            OR stored.issuer <> configured.issuer
               AND NOT EXISTS (SELECT FROM subs WHERE subs.provider = configured.id)
         ORDER BY configured.id
         ON CONFLICT (id) DO UPDATE
         SET issuer = CASE WHEN known.issuer IS NULL OR NOT EXISTS (SELECT FROM subs WHERE subs.provider = known.id)
                           THEN excluded.issuer ELSE known.issuer END,
             last_known_at = GREATEST(known.last_known_at, excluded.last_known_at)
         RETURNING known.id, known.issuer
     )
     SELECT configured.id, COALESCE(written.issuer, stored.issuer, configured.issuer) AS issuer
     FROM configured LEFT JOIN written ON written.id = configured.id LEFT JOIN stored ON stored.id = configured.id"
}

/// A provider, and the issuer of its identities.
#[derive(QueryableByName)]
pub struct KnownIssuer {
    /// The provider's id in the configuration.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The issuer; for OAuth the origin of the token endpoint.
    #[diesel(sql_type = Text)]
    pub issuer: String,
}

/// Stores that the configuration has these providers now, and the issuer of those whose issuer is not stored yet or that have
/// no identity. Returns the stored issuer of each. `ids` and `issuers` have the same length. Writes nothing if all was
/// stored after `stale`.
pub fn know(
    conn: &mut Conn,
    ids: &[String],
    issuers: &[String],
    stale: Timestamp,
    now: Timestamp,
) -> QueryResult<Vec<KnownIssuer>> {
    Know { ids, issuers, stale, now }.load(conn)
}

statement! {
    struct NoteAlgorithm<'a> { id: &'a str => Text, algorithm: &'a str => Text }
    "UPDATE providers SET id_token_alg = {algorithm} WHERE id = {id} AND id_token_alg IS DISTINCT FROM {algorithm}"
}

/// Stores the algorithm of the provider's newest ID token.
pub fn note_algorithm(conn: &mut Conn, id: &str, algorithm: JwsAlgorithm) -> QueryResult<()> {
    NoteAlgorithm { id, algorithm: algorithm.name() }.execute(conn).map(|_| ())
}

statement! {
    struct Stored<'a> { ids: &'a [String] => Array<Text> }
    "SELECT id, issuer FROM providers
     WHERE id = ANY ({ids}) AND issuer IS NOT NULL AND EXISTS (SELECT FROM subs WHERE subs.provider = providers.id)"
}

/// The issuer of each of these providers that has identities and whose issuer is stored.
pub fn stored_issuers(conn: &mut Conn, ids: &[String]) -> QueryResult<Vec<KnownIssuer>> {
    Stored { ids }.load(conn)
}

statement! {
    struct OfOne<'a> { id: &'a str => Text }
    "SELECT id, issuer FROM providers WHERE id = {id} AND issuer IS NOT NULL FOR UPDATE"
}

statement! {
    struct Replace<'a> { id: &'a str => Text, issuer: &'a str => Text }
    // What logins at the former issuer have shown of the authentication time says nothing of the new one.
    "UPDATE providers SET issuer = {issuer}, auth_time_sent_at = NULL, auth_time_withheld_at = NULL WHERE id = {id}"
}

/// Assigns the identities of the provider to this issuer. Returns the issuer before, which may be the same; `None` if
/// no issuer was stored, and nothing was written. To be called in a transaction.
pub fn replace_issuer(conn: &mut Conn, id: &str, issuer: &str) -> QueryResult<Option<String>> {
    let Some(before) = OfOne { id }.get_result::<KnownIssuer>(conn).optional()? else { return Ok(None) };
    if before.issuer != issuer {
        Replace { id, issuer }.execute(conn)?;
    }
    Ok(Some(before.issuer))
}
