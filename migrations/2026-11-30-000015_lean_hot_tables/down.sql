-- Locks: ACCESS EXCLUSIVE on subs, sessions and authorization_sessions, until the commit; subs is rewritten.

DROP INDEX authorization_sessions_expires_at, authorization_sessions_failed;
CREATE INDEX authorization_sessions_open ON authorization_sessions (expires_at) WHERE completed_at IS NULL;
CREATE INDEX authorization_sessions_failed ON authorization_sessions (expires_at)
    WHERE status NOT IN ('pending', 'completed');

ALTER TABLE authorization_sessions
    ADD CONSTRAINT authorization_sessions_flow_check CHECK (flow IN ('browser', 'spa')),
    ADD CONSTRAINT authorization_sessions_status_check CHECK (status IN
        ('pending', 'completed', 'denied', 'token_failed', 'userinfo_failed', 'expired')),
    DROP COLUMN posts,
    SET (fillfactor = 85);

ALTER TABLE sessions ADD CONSTRAINT sessions_scopes_check CHECK (length(scopes) <= 4096);

ALTER TABLE subs ADD CONSTRAINT subs_sub_check CHECK (length(sub) BETWEEN 1 AND 255);
ALTER TABLE subs DROP COLUMN email, DROP COLUMN email_verified;
ALTER TABLE subs
    ADD COLUMN email text GENERATED ALWAYS AS (profile->>'email') STORED,
    ADD COLUMN email_verified boolean NOT NULL
        GENERATED ALWAYS AS (COALESCE((profile->>'email_verified')::boolean, false)) STORED;
CREATE INDEX subs_verified_email ON subs (lower(email COLLATE "C")) WHERE email_verified;
