-- What we sign with. Locks: none, the table is new.

CREATE TABLE signing_keys (
    kid          text        PRIMARY KEY,           -- RFC 7638 thumbprint
    algorithm    text        NOT NULL CHECK (algorithm IN ('ES256', 'RS256', 'EdDSA')),
    public_jwk   jsonb       NOT NULL,
    private_key  bytea       NOT NULL,              -- PKCS#8, sealed under the secret ring
    state        text        NOT NULL CHECK (state IN ('pending', 'published', 'active', 'retiring', 'gone')),
    created_at   timestamptz NOT NULL,
    published_at timestamptz,
    active_at    timestamptz,
    retiring_at  timestamptz,
    gone_at      timestamptz
);

-- At most one key an algorithm signs at a time.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (algorithm) WHERE state = 'active';
