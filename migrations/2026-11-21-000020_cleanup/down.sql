DROP INDEX authorization_sessions_expired;
DROP INDEX sessions_live;
CREATE INDEX sessions_not_after ON sessions (not_after);
