CREATE INDEX authorization_sessions_expired ON authorization_sessions (expires_at) WHERE status = 'expired';
DROP INDEX authorization_sessions_failed, audit_events_login_failed;
