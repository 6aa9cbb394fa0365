"""A service that verifies Vestibule's access tokens without a call for each token (PyJWT).

It caches the gateway's public keys, and each status list for the `ttl` of the list. So it rejects a token of a revoked
session within that time. Needs: pip install "PyJWT[crypto]"

    python service.py ISSUER AUDIENCE

reads one token in each line and prints `accepted SUB` or `refused REASON`.
"""

import base64
import sys
import time
import urllib.error
import urllib.request
import zlib

import jwt

ALGORITHMS = ["ES256", "RS256", "EdDSA"]
LEEWAY = 30  # seconds that this clock may differ from the gateway's
RETRY = 1  # seconds between two attempts to reach the gateway
LONGEST_LIST = 1 << 20  # bytes; a list is 128 KiB


class Refused(Exception):
    pass


class StatusList:
    """A status list: its bits, and the time until which it may be used."""

    def __init__(self, claims: dict, etag: str | None):
        if claims["status_list"]["bits"] != 1:
            raise Refused("a status list of another kind")
        lst = claims["status_list"]["lst"]
        packed = base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4))
        self.bits = zlib.decompressobj().decompress(packed, LONGEST_LIST)
        self.etag = etag
        self.expires_at = claims["exp"]
        self.ttl = claims.get("ttl", 60)
        self.fetched()

    def fetched(self) -> None:
        self.look_again_at = time.monotonic() + self.ttl

    def is_usable(self) -> bool:
        return time.time() < self.expires_at + LEEWAY

    def is_revoked(self, idx: int) -> bool:
        if not 0 <= idx < len(self.bits) * 8:
            raise Refused("not in the status list")
        return self.bits[idx // 8] >> idx % 8 & 1 == 1


class Verifier:
    def __init__(self, issuer: str, audience: str):
        self.issuer, self.audience = issuer, audience
        # Cached for five minutes, and fetched again when a token names an unknown key.
        self.keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json", lifespan=300, timeout=5)
        self.lists: dict[str, StatusList] = {}

    def verify(self, token: str) -> dict:
        """The claims of a valid token of an active session; raises Refused or a PyJWTError otherwise."""
        claims = self._decode(token, "at+jwt", ["sub", "aud", "sid", "status"], audience=self.audience)
        place = claims["status"]["status_list"]
        if self._list(place["uri"]).is_revoked(place["idx"]):
            raise Refused("the session was revoked")
        return claims

    def _decode(self, token: str, typ: str, require: list[str], **rules) -> dict:
        # No kind of token is accepted as another.
        if jwt.get_unverified_header(token).get("typ") != typ:
            raise Refused(f"not of the type {typ}")
        rules["options"] = {"require": ["iss", "exp", "iat", *require]}
        key = self.keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=ALGORITHMS, issuer=self.issuer, leeway=LEEWAY, **rules)

    def _list(self, uri: str) -> StatusList:
        kept = self.lists.get(uri)
        if kept and time.monotonic() < kept.look_again_at:
            return kept
        try:
            kept = self.lists[uri] = self._fetch(uri, kept)
        except (OSError, jwt.PyJWTError, Refused):
            # The gateway is unavailable: use the cached list until it expires, then reject.
            if not kept or not kept.is_usable():
                raise Refused("the status list is not available") from None
            kept.look_again_at = time.monotonic() + RETRY
        return kept

    def _fetch(self, uri: str, kept: StatusList | None) -> StatusList:
        if not uri.startswith(f"{self.issuer}/"):
            raise Refused("a status list of another issuer")
        headers = {"Accept": "application/statuslist+jwt"}
        if kept and kept.etag and kept.is_usable():
            headers["If-None-Match"] = kept.etag
        try:
            with urllib.request.urlopen(urllib.request.Request(uri, headers=headers), timeout=5) as answer:
                token, etag = answer.read(LONGEST_LIST).decode(), answer.headers.get("ETag")
        except urllib.error.HTTPError as error:
            if error.code != 304 or not kept:
                raise
            kept.fetched()
            return kept
        claims = self._decode(token, "statuslist+jwt", ["sub", "status_list"])
        if claims["sub"] != uri:
            raise Refused("another status list")
        return StatusList(claims, etag)


def main() -> None:
    if len(sys.argv) != 3 or not all(sys.argv):
        sys.exit("usage: python service.py ISSUER AUDIENCE")
    verifier = Verifier(*sys.argv[1:])
    for line in sys.stdin:
        try:
            print("accepted", verifier.verify(line.strip())["sub"], flush=True)
        except (Refused, jwt.PyJWTError) as reason:
            print("refused", reason, flush=True)


if __name__ == "__main__":
    main()
