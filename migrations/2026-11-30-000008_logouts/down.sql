DROP FUNCTION ended_at_provider;
DROP TABLE provider_logouts, logout_notices;
