-- What a provider's answer said that came by a form (response_mode=form_post).
-- Locks: ACCESS EXCLUSIVE on authorization_sessions for a moment; the column is added without a rewrite.

ALTER TABLE authorization_sessions ADD COLUMN posted bytea;  -- sealed, until the browser comes by GET
