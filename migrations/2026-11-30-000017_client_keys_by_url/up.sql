-- Whether a client by URL authenticates by the keys of its `jwks_uri`, as the document said to which a person has agreed last. Requests
-- without its document read it, so that a document that cannot be fetched is no way around the keys.
-- Locks: `clients_by_url` exclusively, for a moment: the default is stored in the catalogue, and no row is written.

ALTER TABLE clients_by_url ADD COLUMN authenticates boolean NOT NULL DEFAULT false;
