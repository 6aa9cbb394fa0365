-- Who someone is here. Locks: none, the tables are new.

CREATE TABLE users (
    id                 uuid        PRIMARY KEY,   -- UUIDv7; the `sub` of our tokens
    email              text,
    email_verified     boolean     NOT NULL DEFAULT false,
    name               text,
    preferred_username text,
    picture            text,
    groups             text[]      NOT NULL DEFAULT '{}',
    token_version      integer     NOT NULL DEFAULT 0,
    disabled_at        timestamptz,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL       -- when a login last refreshed the profile
) WITH (fillfactor = 85);

-- The pair (provider, sub) names one user, and nothing else does.
CREATE TABLE subs (
    id            uuid        PRIMARY KEY,        -- UUIDv7
    provider      text        NOT NULL,
    sub           text        NOT NULL CHECK (length(sub) BETWEEN 1 AND 255),
    user_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    claims        jsonb       NOT NULL,           -- as last seen
    created_at    timestamptz NOT NULL,
    last_login_at timestamptz NOT NULL,
    UNIQUE (provider, sub)
) WITH (fillfactor = 85);

CREATE INDEX subs_user_id ON subs (user_id);
