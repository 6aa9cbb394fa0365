-- Assertions by which clients showed who they are (RFC 7523), so that none is taken twice.
-- Locks: none, the table is new.

CREATE TABLE client_assertions (
    client_id  text        NOT NULL,
    jti_hash   bytea       NOT NULL,                -- SHA-256
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);

CREATE INDEX client_assertions_expires_at ON client_assertions (expires_at);
