"""Verifies an access token of the gateway with PyJWT, as a service would (RFC 9068, section 4).

    echo TOKEN | python verify.py JWKS_URL ISSUER AUDIENCE

Prints {"header": ..., "claims": ...} and exits 0; says why not and exits 1 for a token that does not verify.
"""

import json
import sys

import jwt


def verify(token: str, jwks_url: str, issuer: str, audience: str) -> dict:
    header = jwt.get_unverified_header(token)
    if header.get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
        raise jwt.InvalidTokenError(f"typ is {header.get('typ')!r}, not at+jwt")
    key = jwt.PyJWKClient(jwks_url, timeout=5).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token,
        key,
        algorithms=["ES256", "RS256", "EdDSA"],
        issuer=issuer,
        audience=audience,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]},
    )
    return {"header": header, "claims": claims}


def main() -> int:
    if len(sys.argv) != 4:
        print("usage: echo TOKEN | python verify.py JWKS_URL ISSUER AUDIENCE", file=sys.stderr)
        return 2
    try:
        print(json.dumps(verify(sys.stdin.read().strip(), *sys.argv[1:])))
    except jwt.PyJWTError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
