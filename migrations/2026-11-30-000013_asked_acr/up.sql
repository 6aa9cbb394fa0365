-- The `acr_values` that the login of a session asked its provider for. An app that asks for the same ones sends no person to the
-- provider again.
-- Locks: `sessions` in ACCESS EXCLUSIVE for a moment; a column without a default changes no row.

ALTER TABLE sessions ADD COLUMN asked_acr text;
