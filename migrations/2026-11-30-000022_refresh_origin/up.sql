-- From where the refresh token of a session was last rotated: 8 bytes of a keyed hash of network and user agent; and when it was last
-- recorded that the same successor went to another place.
--
-- The columns that a refresh writes move to the end of the row, one beside the other: an update that stays in its page writes
-- everything between the first and the last changed byte to the WAL.
--
-- Locks: ACCESS EXCLUSIVE on sessions while its rows are updated, so refreshes wait.
ALTER TABLE sessions
    ADD COLUMN repeat_recorded_at timestamptz,
    ADD COLUMN new_refresh_token_counter bigint NOT NULL DEFAULT 0,
    ADD COLUMN new_refreshed_at timestamptz,
    ADD COLUMN new_last_activity_at timestamptz,
    ADD COLUMN refreshed_from bigint;
UPDATE sessions
SET new_refresh_token_counter = refresh_token_counter, new_refreshed_at = refreshed_at,
    new_last_activity_at = last_activity_at;
ALTER TABLE sessions
    DROP COLUMN refresh_token_counter,
    DROP COLUMN refreshed_at,
    DROP COLUMN last_activity_at,
    ALTER COLUMN new_last_activity_at SET NOT NULL;
ALTER TABLE sessions RENAME COLUMN new_refresh_token_counter TO refresh_token_counter;
ALTER TABLE sessions RENAME COLUMN new_refreshed_at TO refreshed_at;
ALTER TABLE sessions RENAME COLUMN new_last_activity_at TO last_activity_at;
