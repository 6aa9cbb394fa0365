//! Removes the stored tokens of providers when sessions end.

/// The part of a statement that moves the stored tokens of identities from the vault to the revocation outbox. It compares
/// the version that was read: tokens that a concurrent login writes stay.
macro_rules! leaving {
    ($which:literal) => {
        concat!(
            "leaving AS MATERIALIZED (
                 SELECT t.sub_id, t.version, s.provider FROM provider_tokens t JOIN subs s ON s.id = ANY (ARRAY[t.sub_id])
                 WHERE ",
            $which,
            "), taken AS (
                 DELETE FROM provider_tokens t USING leaving
                 WHERE t.sub_id = ANY (ARRAY[leaving.sub_id]) AND t.version = leaving.version
                 RETURNING leaving.provider, t.sub_id, t.version, t.sealed
             ), to_revoke AS (",
            $crate::base::statement::queue_token_revocation!(),
            ")"
        )
    };
}
pub(super) use leaving;
