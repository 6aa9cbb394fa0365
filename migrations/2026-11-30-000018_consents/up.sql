-- What persons have agreed to give apps whose answers go to an `https` address. The gateway asks again for a further scope, another
-- resource or another origin.
-- Locks: none on other tables, except that the foreign key holds `users` in SHARE ROW EXCLUSIVE for a moment; the table is new.

CREATE TABLE consents (
    id        uuid        PRIMARY KEY,              -- UUIDv7
    user_id   uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    client_id text        NOT NULL,
    resource  text        NOT NULL DEFAULT '',      -- RFC 8707; empty: the client's whole audience
    origin    text        NOT NULL,                 -- of the redirect URI
    scopes    text[]      NOT NULL,
    agreed_at timestamptz NOT NULL,                 -- the last time
    UNIQUE (client_id, resource, user_id)
);

CREATE INDEX consents_user_id ON consents (user_id);
