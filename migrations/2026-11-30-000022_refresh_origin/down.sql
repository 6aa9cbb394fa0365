ALTER TABLE sessions DROP COLUMN repeat_recorded_at, DROP COLUMN refreshed_from;
