ALTER TABLE authorization_sessions DROP COLUMN authorization_request_id;
ALTER TABLE sessions DROP COLUMN resource;
ALTER TABLE sessions DROP COLUMN auth_time_vouched;
DROP TABLE authorization_codes;
DROP TABLE authorization_requests;
