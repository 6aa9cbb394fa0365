-- What the cleanup finds failed logins and their audit rows by: they are kept for a day and for 30 days. A person without an
-- account causes them, so they must not fill the disk.
--
-- Locks: SHARE on authorization_sessions and audit_events while the indexes are built: logins wait that long. ACCESS EXCLUSIVE
-- for a moment, to drop the old index.
CREATE INDEX authorization_sessions_failed ON authorization_sessions (expires_at)
    WHERE status NOT IN ('pending', 'completed');
CREATE INDEX audit_events_login_failed ON audit_events (at) WHERE kind = 'login_failed' AND user_id IS NULL;
DROP INDEX authorization_sessions_expired;
