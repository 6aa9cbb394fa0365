//! Removes the stored tokens of providers when sessions end.

/// The part of a statement that moves the stored tokens of identities from the vault to the revocation outbox. It
/// deletes a row only if the version is still the one that was read, so tokens that a concurrent login has written
/// stay.
macro_rules! move_tokens_to_outbox {
    ($which:literal) => {
        concat!(
            "to_remove AS MATERIALIZED (
                 SELECT t.sub_id, t.version, s.provider FROM provider_tokens t JOIN subs s ON s.id = ANY (ARRAY[t.sub_id])
                 WHERE ",
            $which,
            "), taken AS (
                 DELETE FROM provider_tokens t USING to_remove
                 WHERE t.sub_id = ANY (ARRAY[to_remove.sub_id]) AND t.version = to_remove.version
                 RETURNING to_remove.provider, t.sub_id, t.version, t.sealed
             ), to_revoke AS (",
            $crate::base::statement::queue_token_revocation!(),
            ")"
        )
    };
}
pub(super) use move_tokens_to_outbox;
