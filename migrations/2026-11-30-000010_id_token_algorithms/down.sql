ALTER TABLE provider_tokens DROP COLUMN refused_at;
ALTER TABLE provider_tokens DROP COLUMN unanswered_at;
ALTER TABLE providers DROP COLUMN id_token_alg;
ALTER TABLE sessions DROP COLUMN upstream_alg;
