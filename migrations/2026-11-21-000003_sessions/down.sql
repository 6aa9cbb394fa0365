DROP TABLE revocations;
DROP TABLE sessions;
