-- The algorithm of ID tokens, with which that of a logout token is compared: of the login that made a session, and of the newest
-- ID token of a provider. Sessions and providers from before have none.
-- And of stored tokens: whether an answer to a refresh may have been lost here, and whether the provider refused the refresh token
-- although none was, so that the sessions of the identity end.
-- Locks: ACCESS EXCLUSIVE on sessions, providers and provider_tokens for a moment; no table is rewritten.

ALTER TABLE sessions ADD COLUMN upstream_alg text;
ALTER TABLE providers ADD COLUMN id_token_alg text;
ALTER TABLE provider_tokens ADD COLUMN unanswered_at timestamptz;
ALTER TABLE provider_tokens ADD COLUMN refused_at timestamptz;
