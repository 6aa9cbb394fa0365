ALTER TABLE authorization_sessions DROP CONSTRAINT authorization_sessions_flow_check;
UPDATE authorization_sessions SET flow = CASE flow WHEN 'spa' THEN 'json' ELSE 'cookie' END;
ALTER TABLE authorization_sessions RENAME COLUMN flow TO door;
ALTER TABLE authorization_sessions
    ADD CONSTRAINT authorization_sessions_door_check CHECK (door IN ('cookie', 'json'));
