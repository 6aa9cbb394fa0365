DROP TABLE logins_not_begun, authorization_sessions;
