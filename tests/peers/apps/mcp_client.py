"""An MCP client by PyPI's mcp at the server of docs/mcp.md.

    python mcp_client.py SERVER CLIENT REDIRECT_URI ISSUER

CLIENT is the id of a registered client, or the URL of a metadata document. Prints {"visit": URL} where a person has to go, and
{"revoke": CLIENT} where the operator has to end its sessions; then {"seen"}.
"""

import asyncio
import base64
import json
import sys
import time
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlparse

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

ADDRESS, CLIENT, REDIRECT_URI, ISSUER = sys.argv[1:]
IS_BY_URL = CLIENT.startswith("https:")


def say(message):
    """Prints a message to the test, and reads its answer."""
    print(json.dumps(message), flush=True)
    return sys.stdin.readline().strip()


class Kept:
    """What a client keeps, and the scopes that it has asked for."""

    def __init__(self):
        self.tokens = None
        self.information = None if IS_BY_URL else OAuthClientInformationFull(client_id=CLIENT, redirect_uris=[REDIRECT_URI])
        self.asked = []
        self.back = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.information

    async def set_client_info(self, information):
        self.information = information

    async def visit(self, url):
        sent = {name: values[0] for name, values in parse_qs(urlparse(url).query).items()}
        assert (sent["resource"], sent["client_id"]) == (ADDRESS, CLIENT), url
        self.asked.append(sent["scope"])
        self.back = say({"visit": url})

    async def came_back(self):
        sent = {name: values[0] for name, values in parse_qs(urlparse(self.back).query).items()}
        assert sent["iss"] == ISSUER, self.back
        return AuthorizationCodeResult(code=sent["code"], state=sent["state"], iss=sent["iss"])

    def claims(self):
        part = self.tokens.access_token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


KEPT = Kept()


@asynccontextmanager
async def connected(path=""):
    metadata = OAuthClientMetadata(
        redirect_uris=[REDIRECT_URI],
        client_name="An agent",
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    auth = OAuthClientProvider(
        server_url=ADDRESS + path,
        client_metadata=metadata,
        storage=KEPT,
        redirect_handler=KEPT.visit,
        callback_handler=KEPT.came_back,
        client_metadata_url=CLIENT if IS_BY_URL else None,
    )
    async with httpx2.AsyncClient(auth=auth, timeout=60) as http:
        async with Client(streamable_http_client(ADDRESS + path, http_client=http)) as client:
            yield client, auth


async def call(client, name, **arguments):
    return (await client.call_tool(name, arguments)).content[0].text


async def main():
    # From the 401 to a tool call.
    async with connected() as (reading, _):
        sub = await call(reading, "whoami")
        claims = KEPT.claims()
        assert (claims["sub"], claims["aud"], claims["client_id"]) == (sub, ADDRESS, CLIENT), claims
        assert claims["scope"] == "tools.read offline_access", claims
        assert [tool.name for tool in (await reading.list_tools()).tools] == ["whoami", "list_notes"]

    # From one scope to two, by the 403.
    async with connected("/write") as (writing, auth):
        assert await call(writing, "add_note", note=CLIENT) == "Added."
        assert set(KEPT.claims()["scope"].split()) == {"tools.read", "tools.write", "offline_access"}, KEPT.claims()
        assert f'{{"person":"{sub}","note":"{CLIENT}"}}' in await call(writing, "list_notes")

        # A token that has expired is refreshed without the person.
        first = KEPT.tokens
        auth.context.token_expiry_time = time.time() - 1
        assert await call(writing, "whoami") == sub
        assert KEPT.tokens.refresh_token != first.refresh_token
    assert len(KEPT.asked) == 2, KEPT.asked

    # The end of the session is seen, and the person is asked again.
    say({"revoke": CLIENT})
    ended = time.monotonic()
    headers = {"authorization": f"Bearer {KEPT.tokens.access_token}"}
    async with httpx2.AsyncClient() as http:
        answer = await http.post(ADDRESS, json={}, headers=headers)
        while answer.status_code != 401 and time.monotonic() - ended < 30:
            answer = await http.post(ADDRESS, json={}, headers=headers)
    seconds = time.monotonic() - ended
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token", resource_metadata='), answer.headers
    async with connected() as (anew, _):
        assert await call(anew, "whoami") == sub
    assert len(KEPT.asked) == 3, KEPT.asked
    print(json.dumps({"seen": {"sub": sub, "seconds": seconds}}), flush=True)


asyncio.run(main())
