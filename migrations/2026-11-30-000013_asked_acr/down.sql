ALTER TABLE sessions DROP COLUMN asked_acr;
