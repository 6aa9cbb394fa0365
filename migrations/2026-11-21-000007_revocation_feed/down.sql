DROP TRIGGER ring_revocations ON revocations;
DROP FUNCTION ring_revocations();
ALTER TABLE revocations DROP COLUMN status_index;
