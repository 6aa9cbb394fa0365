DROP INDEX signing_keys_published;
ALTER TABLE signing_keys DROP COLUMN revoked_at;
