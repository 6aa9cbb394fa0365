-- Which transaction wrote a revocation: what replicas read on by. `seq` will not do, since a transaction that took its
-- number earlier may commit later, and its row would be passed over. With a transaction's id there is an exact bound:
-- everything below the oldest one that still runs has been seen (pg_snapshot_xmin).
-- Locks: ACCESS EXCLUSIVE on revocations for the moment of the change, which rewrites it; the table is small.

ALTER TABLE revocations ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE INDEX revocations_xid ON revocations (xid);
