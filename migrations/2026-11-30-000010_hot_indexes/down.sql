CREATE OR REPLACE FUNCTION ended_at_provider(its_provider text, its_sid bytea, its_sub bytea, began_at timestamptz,
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
DROP INDEX provider_logouts_sub;
DROP INDEX provider_logouts_sid;
CREATE INDEX provider_logouts_sid ON provider_logouts (provider, sid_hash) WHERE sid_hash IS NOT NULL;
CREATE INDEX provider_logouts_sub ON provider_logouts (provider, sub_hash) WHERE sub_hash IS NOT NULL;
DROP INDEX logout_notices_waiting;
CREATE INDEX logout_notices_waiting ON logout_notices (created_at) WHERE next_attempt_at IS NOT NULL;
DROP INDEX sessions_live;
CREATE INDEX sessions_live ON sessions (not_after, id) WHERE ended_at IS NULL;
CREATE INDEX authorization_sessions_expires_at ON authorization_sessions (expires_at) WHERE status = 'pending';
DROP INDEX authorization_sessions_open;
