// The host of an app that no gateway has registered: its metadata document is its client_id (Client ID Metadata Document).
//
//   node client_document.mjs PORT CERTIFICATE KEY REDIRECT_URI
//
// The client_id is https://localhost:PORT/client.json.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [port, certificate, key, redirectUri] = process.argv.slice(2);
const client_id = `https://localhost:${port}/client.json`;
const described = JSON.stringify({
  client_id, client_name: 'An agent', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
});
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, ({ url }, response) => {
  response.writeHead(url === '/client.json' ? 200 : 404, { 'content-type': 'application/json' });
  response.end(described);
}).listen(Number(port), '127.0.0.1');
