// An MCP client by npm @modelcontextprotocol/sdk at the server of docs/mcp.md.
//
//   node mcp_client.mjs SERVER CLIENT REDIRECT_URI ISSUER
//
// CLIENT is the id of a registered client, or the URL of a metadata document. Prints {"visit": URL} where a person has to go, and
// {"revoke": CLIENT} where the operator has to end its sessions; then {"seen"}.
import { strict as assert } from 'node:assert';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { decodeJwt } from 'jose';
import { revoke, report, visit } from './person.mjs';

const [address, client_id, redirectUrl, issuer] = process.argv.slice(2);
const isByUrl = client_id.startsWith('https:');
/** The scopes that were asked for, and whether a refresh token is: the SDK asks for the scopes of the challenge alone. */
const asked = [];
let offline = false;
const kept = { information: isByUrl ? undefined : { client_id } };
const authProvider = {
  redirectUrl,
  clientMetadataUrl: isByUrl ? client_id : undefined,
  clientMetadata: { redirect_uris: [redirectUrl], client_name: 'An agent' },
  clientInformation: () => kept.information,
  saveClientInformation: (information) => { kept.information = information; },
  state: () => 'a state',
  tokens: () => kept.tokens,
  saveTokens: (tokens) => { kept.tokens = tokens; },
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
  invalidateCredentials: () => { delete kept.tokens; },
  redirectToAuthorization: async (url) => {
    asked.push(url.searchParams.get('scope'));
    assert.equal(url.searchParams.get('resource'), address);
    assert.equal(url.searchParams.get('client_id'), client_id);
    if (offline) url.searchParams.set('scope', `${url.searchParams.get('scope')} offline_access`);
    kept.back = await visit(url);
  },
};

async function connected(path = '') {
  const transport = new StreamableHTTPClientTransport(new URL(`${address}${path}`), { authProvider });
  const client = new Client({ name: 'an agent', version: '1.0.0' });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    assert.equal(kept.back.searchParams.get('state'), 'a state');
    assert.equal(kept.back.searchParams.get('iss'), issuer);
    await transport.finishAuth(kept.back.searchParams.get('code'));
    return connected(path);
  }
}
const call = async (client, name, input = {}) => (await client.callTool({ name, arguments: input })).content[0].text;
const claims = () => decodeJwt(kept.tokens.access_token);

// From the 401 to a tool call.
const reading = await connected();
const { sub, aud, client_id: issuedTo, scope } = claims();
assert.deepEqual([aud, issuedTo, scope], [address, client_id, 'tools.read']);
assert.equal(await call(reading, 'whoami'), sub);
assert.deepEqual((await reading.listTools()).tools.map(({ name }) => name), ['whoami', 'list_notes']);

// From one scope to two, by the 403.
const writing = await connected('/write');
assert.equal(await call(writing, 'add_note', { note: client_id }), 'Added.');
assert.equal(claims().scope, 'tools.read tools.write');
assert.ok((await call(reading, 'list_notes')).includes(`{"person":"${sub}","note":"${client_id}"}`), 'the new token reads too');
assert.deepEqual(asked, ['tools.read', 'tools.read tools.write']);

// A token that is not accepted any more is refreshed without the person.
offline = true;
delete kept.tokens;
await connected('/write');
const first = kept.tokens;
assert.equal(asked.length, 3);
kept.tokens = { ...first, access_token: `${first.access_token.slice(0, -8)}AAAAAAAA` };
assert.equal(await call(await connected('/write'), 'whoami'), sub);
assert.notEqual(kept.tokens.refresh_token, first.refresh_token);
assert.deepEqual([claims().scope, asked.length], ['tools.read tools.write offline_access', 3]);

// The end of the session is seen, and the person is asked again.
await revoke(client_id);
const ended = performance.now();
const headers = () => ({ authorization: `Bearer ${kept.tokens.access_token}`, 'content-type': 'application/json' });
let answer;
do {
  answer = await fetch(address, { method: 'POST', headers: headers(), body: '{}' });
} while (answer.status !== 401 && performance.now() - ended < 30_000);
const seconds = (performance.now() - ended) / 1000;
assert.match(answer.headers.get('www-authenticate'), /^Bearer error="invalid_token", resource_metadata=/);
assert.equal(await call(await connected(), 'whoami'), sub);
assert.equal(asked.length, 4);
report({ sub, seconds });
