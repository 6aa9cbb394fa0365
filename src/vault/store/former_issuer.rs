//! Removes the tokens of a provider's former issuer. They are neither used nor revoked at the new one: no other party may see
//! them.

use diesel::sql_types::{Text, Timestamptz};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::schema::provider_revocations;
use crate::base::statement::statement;

statement! {
    struct RemoveTokens<'a> { provider: &'a str => Text, now: Timestamp => Timestamptz }
    // The row stays: a refresh that is in progress at the former issuer finds another version, and drops its result.
    "UPDATE provider_tokens t
     SET version = gen_random_uuid(), sealed = NULL, expires_at = NULL, updated_at = {now}, reauth_required_at = {now},
         lease_holder = NULL, lease_until = NULL
     FROM subs s WHERE t.sub_id = s.id AND s.provider = {provider} AND t.sealed IS NOT NULL"
}

/// Removes the stored tokens of all identities of the provider, and those that wait for their revocation. Its users have to
/// log in there again. Returns the number of identities that had tokens.
pub fn remove_tokens_of_former_issuer(conn: &mut Conn, provider: &str, now: Timestamp) -> QueryResult<usize> {
    let waiting = provider_revocations::table.filter(provider_revocations::provider.eq(provider));
    diesel::delete(waiting).execute(conn)?;
    RemoveTokens { provider, now }.execute(conn)
}
