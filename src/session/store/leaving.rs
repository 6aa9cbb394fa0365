//! The provider's own tokens, which leave with sessions.

/// The part of a statement that takes identities' tokens out of the vault and puts them into the outbox of what is revoked.
/// They are held against the version that was seen: those of a login that comes at this moment stay.
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
