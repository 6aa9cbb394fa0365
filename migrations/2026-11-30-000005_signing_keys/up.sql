-- The keys that sign tokens. Locks: none, the table is new.

CREATE TABLE signing_keys (
    kid          text        PRIMARY KEY,           -- RFC 7638 thumbprint
    algorithm    text        NOT NULL CHECK (algorithm IN ('ES256', 'RS256', 'EdDSA')),
    private_key  bytea       NOT NULL,              -- PKCS#8, sealed; of a key that has left the JWKS the public key, sealed
    state        text        NOT NULL CHECK (state IN ('pending', 'published', 'active', 'retiring', 'gone')),
    created_at   timestamptz NOT NULL,
    published_at timestamptz,
    active_at    timestamptz,
    retiring_at  timestamptz,
    gone_at      timestamptz,
    revoked_at   timestamptz                        -- when an operator revoked it; it is `gone` then and verifies nothing
);

-- One key for each algorithm signs, and one waits to sign, even if two replicas rotate at the same time.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (algorithm) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_published ON signing_keys (algorithm) WHERE state = 'published';
