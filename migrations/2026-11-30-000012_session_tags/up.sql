-- The label of a session by its flow (`sessions.tags`): shown in lists, a filter, and what `one_per_user = "tag"` compares.
-- Locks: `sessions` in ACCESS EXCLUSIVE for a moment; a column without a default changes no row.

ALTER TABLE sessions ADD COLUMN tag text;
