-- Logouts that providers told us of (OpenID Connect Back-Channel Logout 1.0): each token counts once, and a login that is
-- under way meanwhile gives no session. Locks: none, the table is new.

CREATE TABLE provider_logouts (
    provider    text        NOT NULL,
    jti_hash    bytea       NOT NULL,               -- SHA-256
    sid_hash    bytea,                              -- SHA-256 of the provider's session id, if the token names one
    sub_hash    bytea,                              -- SHA-256 of the provider's `sub`, if the token names one
    received_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,               -- when the token would be too old anyway
    PRIMARY KEY (provider, jti_hash)
);

CREATE INDEX provider_logouts_sid ON provider_logouts (provider, sid_hash) WHERE sid_hash IS NOT NULL;
CREATE INDEX provider_logouts_sub ON provider_logouts (provider, sub_hash) WHERE sub_hash IS NOT NULL;
CREATE INDEX provider_logouts_expires_at ON provider_logouts (expires_at);

-- Whether the provider ended what a login is about while that was under way: its session, since the browser was sent
-- there; or all sessions of its person, since the browser came back, because before that people may have signed out of
-- another session and in again. Logins of the same session or person share a lock until their transaction ends, and a
-- logout takes it for itself: so a login that this lets pass is committed before the logout looks for sessions, and one
-- that it does not let pass sees the logout. It must be VOLATILE: its last query sees what was committed while the others
-- waited.
CREATE FUNCTION ended_at_provider(its_provider text, its_sid bytea, its_sub bytea, began_at timestamptz,
                                  returned_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF its_sid IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(its_provider || ' sid ' || encode(its_sid, 'hex'), 0));
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(its_provider || ' sub ' || encode(its_sub, 'hex'), 0));
    RETURN EXISTS (
        SELECT FROM provider_logouts
        WHERE provider = its_provider AND sid_hash = its_sid AND (sub_hash IS NULL OR sub_hash = its_sub)
          AND received_at > began_at
    ) OR EXISTS (
        SELECT FROM provider_logouts
        WHERE provider = its_provider AND sub_hash = its_sub AND (sid_hash IS NULL OR its_sid IS NULL)
          AND received_at > returned_at
    );
END
$$;
