-- Indexes that no condition of a hot statement implies. The planner may read an index with a predicate wherever the
-- statement's conditions imply that predicate; statistics from when the index was empty make it look cheaper than the
-- unique key, and each look-up then reads the whole index.
-- Locks: SHARE on authorization_sessions, sessions, logout_notices and provider_logouts while the indexes are built: logins
-- wait that long. ACCESS EXCLUSIVE for a moment at the end, to drop the old indexes.

-- What the sweep of logins reads; it alone says `completed_at IS NULL`.
CREATE INDEX authorization_sessions_open ON authorization_sessions (expires_at) WHERE completed_at IS NULL;

-- What the walk over active sessions reads; it alone says `ended_reason IS NULL`.
CREATE INDEX new_sessions_live ON sessions (not_after, id) WHERE ended_reason IS NULL;

-- Notices that are too old to be tried; what gives them up alone says `coalesce(delivered_at, failed_at) IS NULL`.
CREATE INDEX new_logout_notices_waiting ON logout_notices (created_at) WHERE coalesce(delivered_at, failed_at) IS NULL;

-- By the hash alone: `provider = …` is served by the primary key too, which then is read for all of the provider's logouts.
CREATE INDEX new_provider_logouts_sid ON provider_logouts (sid_hash) WHERE sid_hash IS NOT NULL;
CREATE INDEX new_provider_logouts_sub ON provider_logouts (sub_hash) WHERE sub_hash IS NOT NULL;

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
        WHERE (provider = its_provider) IS TRUE AND sid_hash = its_sid AND (sub_hash IS NULL OR sub_hash = its_sub)
          AND received_at > began_at
    ) OR EXISTS (
        SELECT FROM provider_logouts
        WHERE (provider = its_provider) IS TRUE AND sub_hash = its_sub AND (sid_hash IS NULL OR its_sid IS NULL)
          AND received_at > returned_at
    );
END
$$;

DROP INDEX authorization_sessions_expires_at, sessions_live, logout_notices_waiting, provider_logouts_sid, provider_logouts_sub;
ALTER INDEX new_sessions_live RENAME TO sessions_live;
ALTER INDEX new_logout_notices_waiting RENAME TO logout_notices_waiting;
ALTER INDEX new_provider_logouts_sid RENAME TO provider_logouts_sid;
ALTER INDEX new_provider_logouts_sub RENAME TO provider_logouts_sub;
