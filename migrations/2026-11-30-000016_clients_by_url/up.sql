-- The clients by URL that persons have agreed to, for `vestibule clients list`. What such a client may do is in the configuration,
-- and its redirect URIs are in its document, so a request reads nothing here.
-- Locks: none on other tables.

CREATE TABLE clients_by_url (
    client_id text PRIMARY KEY,
    client_name text,
    first_agreed_at timestamptz NOT NULL,
    last_agreed_at timestamptz NOT NULL
);
