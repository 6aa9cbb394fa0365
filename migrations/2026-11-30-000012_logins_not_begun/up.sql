-- Logins that could not begin: what the page's reference is looked up in, for a day.
-- Locks: none, the table is new.
CREATE TABLE logins_not_begun (
    reference  text        PRIMARY KEY,     -- shown on the error page
    provider   text        NOT NULL,
    flow       text        NOT NULL CHECK (flow IN ('browser', 'spa')),
    failure    text        NOT NULL,        -- the stable code of the failure
    reason     text        NOT NULL,        -- for operators; no secret
    created_at timestamptz NOT NULL
);

CREATE INDEX logins_not_begun_created_at ON logins_not_begun (created_at);
