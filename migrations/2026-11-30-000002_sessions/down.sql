DROP TABLE revocations, sessions;
DROP FUNCTION notify_revocations;
