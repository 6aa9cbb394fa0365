DROP TABLE authorization_sessions;
