DROP TABLE provider_revocations;
DROP TABLE provider_tokens;
