// An MCP server and an MCP client by npm @modelcontextprotocol/sdk. The client has an id that the operator registered.
//
//   node mcp.mjs ISSUER CLIENT_ID REDIRECT_URI PORT
//
// The server at PORT takes access tokens of the gateway for its own address (RFC 8707) and describes itself by RFC 9728. The client
// finds the gateway from the server's 401. Prints {"visit": URL} where a person has to go.
import { strict as assert } from 'node:assert';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { InsufficientScopeError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { report, visit } from './person.mjs';

const [issuer, client_id, redirectUrl, port] = process.argv.slice(2);
const resourceServerUrl = new URL(`http://127.0.0.1:${port}/mcp`);
const oauthMetadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(oauthMetadata.jwks_uri));
const expected = { issuer, audience: resourceServerUrl.href, typ: 'at+jwt' };

async function verifyAccessToken(token) {
  const { payload } = await jwtVerify(token, keys, expected).catch((error) => {
    throw new InvalidTokenError(error.message);
  });
  const { client_id: clientId, scope, exp: expiresAt, sub } = payload;
  if (!scope.split(' ').includes('tools')) throw new InsufficientScopeError('tools');
  return { token, clientId, scopes: scope.split(' '), expiresAt, extra: { sub } };
}

function server() {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  server.registerTool('whoami', {}, ({ authInfo }) => ({ content: [{ type: 'text', text: authInfo.extra.sub }] }));
  return server;
}

const app = express();
const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resourceServerUrl);
app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl, scopesSupported: ['openid', 'tools', 'offline_access'] }));
const guard = requireBearerAuth({ verifier: { verifyAccessToken }, resourceMetadataUrl });
app.post('/mcp', guard, express.json(), async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  await server().connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.all('/mcp', guard, (_request, response) => response.status(405).end());
await new Promise((resolve) => { app.listen(Number(port), '127.0.0.1', resolve); });

/** What a client keeps; `back` is where the browser was sent back to. */
const kept = {};
const provider = {
  redirectUrl,
  clientMetadata: { redirect_uris: [redirectUrl], client_name: 'A tool' },
  clientInformation: () => ({ client_id }),
  state: () => 'a state',
  tokens: () => kept.tokens,
  saveTokens: (tokens) => { kept.tokens = tokens; },
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
  redirectToAuthorization: async (url) => { kept.asked = url; kept.back = await visit(url); },
  invalidateCredentials: () => { delete kept.tokens; },
};

async function connected() {
  const transport = new StreamableHTTPClientTransport(resourceServerUrl, { authProvider: provider });
  const client = new Client({ name: 'a tool', version: '1.0.0' });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    assert.equal(kept.back.searchParams.get('state'), 'a state');
    assert.equal(kept.back.searchParams.get('iss'), issuer);
    await transport.finishAuth(kept.back.searchParams.get('code'));
    return connected();
  }
}
const whoami = async (client) => (await client.callTool({ name: 'whoami', arguments: {} })).content[0].text;

const client = await connected();
const sub = await whoami(client);
assert.equal(kept.asked.searchParams.get('resource'), resourceServerUrl.href);
assert.equal(kept.asked.searchParams.get('scope'), 'openid tools offline_access');
const first = kept.tokens;

// A token that the server does not take any more is refreshed without the person.
kept.tokens = { ...first, access_token: `${first.access_token.slice(0, -8)}AAAAAAAA` };
delete kept.asked;
assert.equal(await whoami(await connected()), sub);
assert.notEqual(kept.tokens.refresh_token, first.refresh_token);
assert.equal(kept.asked, undefined);

// After the end of the session the person is asked again.
const body = new URLSearchParams({ client_id, token: kept.tokens.refresh_token });
assert.equal((await fetch(oauthMetadata.revocation_endpoint, { method: 'POST', body })).status, 200);
kept.tokens = { ...kept.tokens, access_token: 'of no use' };
assert.equal(await whoami(await connected()), sub);
assert.notEqual(kept.asked, undefined);

// Nothing of the ended session works.
const other = new URLSearchParams({ client_id, grant_type: 'refresh_token', refresh_token: first.refresh_token });
assert.equal((await fetch(oauthMetadata.token_endpoint, { method: 'POST', body: other })).status, 400);
report({ sub });
