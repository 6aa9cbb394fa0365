//! The table `provider_logouts`: logout tokens that providers sent.

use diesel::sql_types::{Binary, Nullable, Text, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, in_transaction};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::session::{self, Ended, Ending, LogoutTarget};
use crate::upstream::LogoutClaims;

statement! {
    struct Lock<'a> {
        provider: &'a str => Text,
        sid: Option<&'a [u8]> => Nullable<Binary>,
        sub: Option<&'a [u8]> => Nullable<Binary>,
    }
    // The algorithm is compared before this lock. Waits for logins that are being written; see `ended_at_provider`,
    // which locks in the same order. A claim that the token lacks is NULL throughout and locks nothing.
    "SELECT pg_advisory_xact_lock(hashtextextended({provider} || ' sid ' || encode({sid}, 'hex'), 0)),
            pg_advisory_xact_lock(hashtextextended({provider} || ' sub ' || encode({sub}, 'hex'), 0))"
}

statement! {
    struct Take<'a> {
        provider: &'a str => Text,
        jti: &'a [u8] => Binary,
        sid: Option<&'a [u8]> => Nullable<Binary>,
        sub: Option<&'a [u8]> => Nullable<Binary>,
        now: Timestamp => Timestamptz,
        until: Timestamp => Timestamptz,
    }
    "INSERT INTO provider_logouts (provider, jti_hash, sid_hash, sub_hash, received_at, expires_at)
     VALUES ({provider}, {jti}, {sid}, {sub}, {now}, {until})
     ON CONFLICT DO NOTHING"
}

/// The outcome of a verified logout token.
pub enum Received {
    /// It ended these sessions.
    Ended(Vec<Ended>),
    /// Any replica received it before.
    Before,
    /// Its algorithm is neither that of a session that it names nor that of the provider's newest ID token.
    OtherAlgorithm,
}

/// Stores a verified logout token and ends the sessions that it names, in one transaction: after a failure the provider
/// may send the token again.
pub fn receive(conn: &mut Conn, provider: &str, claims: &LogoutClaims, ending: &Ending) -> QueryResult<Received> {
    let hash = |text: &Option<String>| text.as_deref().map(Hashed::of);
    let (jti, sid, sub) = (Hashed::of(&claims.jti), hash(&claims.sid), hash(&claims.sub));
    let (sid, sub) = (sid.as_ref().map(Hashed::as_bytes), sub.as_ref().map(Hashed::as_bytes));
    let of_token = claims.algorithm.map(|of| (of.algorithm.name(), of.is_listed));
    let upstream = LogoutTarget {
        provider,
        sid: claims.sid.as_deref(),
        sub: claims.sub.as_deref(),
        alg: of_token.map(|(name, _)| name),
        is_listed: of_token.is_some_and(|(_, is_listed)| is_listed),
    };
    in_transaction(conn, |conn| {
        if !session::fits_algorithm(conn, upstream)? {
            return Ok(Received::OtherAlgorithm);
        }
        Lock { provider, sid, sub }.execute(conn)?;
        let take = Take { provider, jti: jti.as_bytes(), sid, sub, now: ending.now, until: claims.until };
        if take.execute(conn)? == 0 {
            return Ok(Received::Before);
        }
        session::end_upstream(conn, upstream, ending).map(Received::Ended)
    })
}
