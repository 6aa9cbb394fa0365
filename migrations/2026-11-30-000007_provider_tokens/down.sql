DROP TABLE provider_revocations, provider_tokens;
