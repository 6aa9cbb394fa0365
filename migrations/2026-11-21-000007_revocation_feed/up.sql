-- What a status list needs to know of a revoked session, and the doorbell of the feed.
-- Locks: ACCESS EXCLUSIVE on revocations for the moment of the change; the table is small, its rows short-lived.

ALTER TABLE revocations ADD COLUMN status_index bigint;

-- The bell tells nothing: replicas read the rows, so a bell that is lost costs a second at the most.
CREATE FUNCTION ring_revocations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('vestibule_revocations', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER ring_revocations AFTER INSERT ON revocations FOR EACH STATEMENT EXECUTE FUNCTION ring_revocations();
