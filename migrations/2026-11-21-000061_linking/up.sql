-- One user with several identities. Locks: ACCESS EXCLUSIVE on authorization_sessions and subs for a moment each, the
-- columns are added without a rewrite; SHARE on subs and sessions while the indexes are built: logins wait that long.

-- The session and the user that asked for one more identity; NULL: a login.
ALTER TABLE authorization_sessions ADD COLUMN link_session_id uuid, ADD COLUMN link_user_id uuid;

-- What this provider last said of the address; `users` has what the last login said, whichever provider that was at.
-- NULL until the next login.
ALTER TABLE subs ADD COLUMN email text, ADD COLUMN email_verified boolean NOT NULL DEFAULT false;

-- Who is known by a verified address. In ASCII only, so that no letter of another alphabet becomes one of it.
CREATE INDEX subs_verified_email ON subs (lower(email COLLATE "C")) WHERE email_verified;

-- An identity that goes takes its sessions along. No refresh touches the column, so updates stay in their page (HOT).
CREATE INDEX sessions_sub_id ON sessions (sub_id) WHERE sub_id IS NOT NULL;
