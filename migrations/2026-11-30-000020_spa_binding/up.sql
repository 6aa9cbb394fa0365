-- The SPA flow: the frontend's own `code_challenge` (RFC 7636), and whether the browser showed at the beginning that it carries the
-- binding cookie.
--
-- Locks: ACCESS EXCLUSIVE on authorization_sessions for a moment; columns with a constant default are added without a rewrite.
ALTER TABLE authorization_sessions
    ADD COLUMN spa_challenge text,
    ADD COLUMN carries_cookie boolean NOT NULL DEFAULT false;
