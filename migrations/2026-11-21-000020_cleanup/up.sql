-- What the cleanup finds its rows by. No refresh touches a column of these, so updates stay in their page (HOT).
-- Locks: SHARE on sessions and on authorization_sessions while the indexes are built: logins wait that long.

-- Sessions that live, those whose end is nearest first. Its order is that of their beginning, so it is also walked to
-- find the idle ones, which no index can tell without a write at each use.
CREATE INDEX sessions_live ON sessions (not_after, id) WHERE ended_at IS NULL;
DROP INDEX sessions_not_after;

-- Logins that nobody came back for go long before the others.
CREATE INDEX authorization_sessions_expired ON authorization_sessions (expires_at) WHERE status = 'expired';
