// A certified OpenID provider (npm oidc-provider) for the gateway to sign people in at.
//
//   node provider.mjs --redirect-uri URI [--redirect-uri URI]… [--port N] [--issuer URL] [--userinfo]
//                     [--client-id ID] [--client-secret SECRET]
//                     [--post-logout-redirect-uri URI] [--backchannel-logout-uri URI] [--without-sid]
//
// Without --port it takes a free one. --issuer is for one that is reached by way of something else. With --userinfo the
// ID token holds no more than the `sub`, as OpenID Connect Core §5.4 wants it, and the rest is had at userinfo. Its keys
// are new at every start. With --without-sid neither ID tokens nor logout tokens have a `sid`. When it listens it prints
// one line:
//   {"ready": true, "issuer": "http://127.0.0.1:PORT", "port": PORT, "client_id": "…"}
// Its forms are plain HTML: any login name and password will do, and the login name is the `sub`.
// It ends with its standard input, so it never outlives the test that started it.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '0' },
    issuer: { type: 'string' },
    userinfo: { type: 'boolean', default: false },
    'client-id': { type: 'string', default: 'vestibule' },
    'client-secret': { type: 'string', default: 'vestibule-at-the-peer' },
    'redirect-uri': { type: 'string', multiple: true, default: [] },
    'post-logout-redirect-uri': { type: 'string', multiple: true, default: [] },
    'backchannel-logout-uri': { type: 'string' },
    'without-sid': { type: 'boolean', default: false },
  },
});
if (values['redirect-uri'].length === 0) {
  console.error('provider.mjs: give at least one --redirect-uri');
  process.exit(2);
}

const server = createServer();
server.listen(Number(values.port), '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const issuer = values.issuer ?? `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const key = { ...await exportJWK(privateKey), use: 'sig', alg: 'RS256' };

const provider = new Provider(issuer, {
  clients: [{
    client_id: values['client-id'],
    client_secret: values['client-secret'],
    redirect_uris: values['redirect-uri'],
    post_logout_redirect_uris: values['post-logout-redirect-uri'],
    backchannel_logout_uri: values['backchannel-logout-uri'],
    backchannel_logout_session_required: Boolean(values['backchannel-logout-uri']) && !values['without-sid'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'],
  },
  conformIdTokenClaims: values.userinfo,
  jwks: { keys: [key] },
  cookies: { keys: ['for these tests only'] },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      email: `${sub}@example.com`,
      email_verified: true,
      name: sub.charAt(0).toUpperCase() + sub.slice(1),
      preferred_username: sub,
    }),
  }),
  // Outgoing requests to loopback are refused by default; here everything is on loopback.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  pkce: { required: () => true },
});
provider.on('server_error', (_ctx, error) => console.error(error));
server.on('request', provider.callback());

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));

console.log(JSON.stringify({ ready: true, issuer, port, client_id: values['client-id'] }));
