-- Whether a session counts as a fresh login although its provider stated no `auth_time`, as the operator set it
-- (`providers.<id>.insecure_assume_fresh_login`). Tokens state `auth_time` only where `auth_time_vouched`.
--
-- Locks: ACCESS EXCLUSIVE on sessions for a moment; a column with a constant default is added without a rewrite.
ALTER TABLE sessions ADD COLUMN auth_time_assumed boolean NOT NULL DEFAULT false;
