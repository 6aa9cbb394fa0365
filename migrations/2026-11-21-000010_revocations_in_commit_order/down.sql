ALTER TABLE revocations DROP COLUMN xid;
