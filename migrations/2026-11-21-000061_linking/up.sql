-- One user with several identities. Locks: ACCESS EXCLUSIVE on authorization_sessions, to which columns are added without a
-- rewrite, and on subs, which is written twice over; SHARE on sessions while the index is built: logins wait that long.

-- The session and the user that asked for one more identity; NULL: a login.
ALTER TABLE authorization_sessions ADD COLUMN link_session_id uuid, ADD COLUMN link_user_id uuid;

-- What this provider last said of the person. A session has the profile of the identity that it was made through: another
-- provider's word for a group or an address is not this one's. `users` has what the last login said, for administrators.
ALTER TABLE subs ADD COLUMN profile jsonb NOT NULL DEFAULT '{}';

-- Until now a user had one identity, so that their profile is its.
UPDATE subs
SET profile = jsonb_strip_nulls(jsonb_build_object(
        'email', u.email, 'email_verified', u.email_verified, 'name', u.name,
        'preferred_username', u.preferred_username, 'picture', u.picture, 'groups', to_jsonb(u.groups)))
FROM users u WHERE u.id = subs.user_id;

-- The address in it, which somebody may be known by.
ALTER TABLE subs ADD COLUMN email text GENERATED ALWAYS AS (profile->>'email') STORED,
    ADD COLUMN email_verified boolean NOT NULL
        GENERATED ALWAYS AS (COALESCE((profile->>'email_verified')::boolean, false)) STORED;

-- Who is known by a verified address. In ASCII only, so that no letter of another alphabet becomes one of it.
CREATE INDEX subs_verified_email ON subs (lower(email COLLATE "C")) WHERE email_verified;

-- An identity that goes takes its sessions along. No refresh touches the column, so updates stay in their page (HOT).
CREATE INDEX sessions_sub_id ON sessions (sub_id) WHERE sub_id IS NOT NULL;
