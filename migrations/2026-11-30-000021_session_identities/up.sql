-- The identities that a session linked itself: it may read their stored tokens, besides those of its own identity.
--
-- Locks: ACCESS EXCLUSIVE on sessions for a moment; a column without a default is added without a rewrite.
ALTER TABLE sessions ADD COLUMN linked_sub_ids uuid[];
