-- Signing keys that are replaced, and revoked. Locks: ACCESS EXCLUSIVE on signing_keys for a moment, to add a column
-- without a default; SHARE while the index is built over a handful of rows.

-- When an operator took the key out of use at once. It is `gone` then, and verifies nothing any more.
ALTER TABLE signing_keys ADD COLUMN revoked_at timestamptz;

-- At most one key an algorithm waits to sign: whatever two replicas do in one moment, it is one new key.
CREATE UNIQUE INDEX signing_keys_published ON signing_keys (algorithm) WHERE state = 'published';
