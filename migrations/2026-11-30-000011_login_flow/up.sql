-- The flow of a login, by its name in the HTTP contract: `browser` or `spa`.
--
-- Locks: ACCESS EXCLUSIVE on authorization_sessions while its rows are rewritten, so logins wait.
ALTER TABLE authorization_sessions DROP CONSTRAINT authorization_sessions_door_check;
ALTER TABLE authorization_sessions RENAME COLUMN door TO flow;
UPDATE authorization_sessions SET flow = CASE flow WHEN 'json' THEN 'spa' ELSE 'browser' END;
ALTER TABLE authorization_sessions
    ADD CONSTRAINT authorization_sessions_flow_check CHECK (flow IN ('browser', 'spa'));
