ALTER TABLE authorization_sessions DROP COLUMN posted;
