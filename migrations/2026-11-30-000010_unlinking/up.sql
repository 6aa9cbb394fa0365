-- When an identity is removed that was asked to be removed by a session of another identity.
--
-- Locks: ACCESS EXCLUSIVE on subs for a moment, to add the column; SHARE while the index is built, which reads the table once
-- and has no entry yet: first logins of users wait that long.
ALTER TABLE subs ADD COLUMN unlink_at timestamptz;
CREATE INDEX subs_unlink_at ON subs (unlink_at) WHERE unlink_at IS NOT NULL;
