ALTER TABLE authorization_sessions DROP COLUMN carries_cookie, DROP COLUMN spa_challenge;
