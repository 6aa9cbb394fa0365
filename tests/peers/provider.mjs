// A certified OpenID provider (npm oidc-provider) for the gateway to sign people in at.
//
//   node provider.mjs --redirect-uri URI [--redirect-uri URI]… [--port N] [--issuer URL] [--userinfo]
//                     [--client-id ID] [--client-secret SECRET | --client-jwk JWK] [--require-par]
//                     [--post-logout-redirect-uri URI] [--backchannel-logout-uri URI] [--without-sid] [--offline]
//                     [--kid KID] [--audience AUD]… [--hmac]
//
// Without --port it takes a free one. --issuer is for one that is reached by way of something else. With --userinfo the
// ID token holds no more than the `sub`, as OpenID Connect Core §5.4 wants it, and the rest is had at userinfo. With
// --client-jwk the client proves itself by private_key_jwt, for the issuer as the only audience. Its keys are new at every
// start, and whenever a line with `rotate` comes on its standard input, which it answers with a line. With --without-sid
// neither ID tokens nor logout tokens have a `sid`. With --offline it gives refresh tokens for `offline_access`, another one
// at each use, and revokes tokens (RFC 7009). With --kid every new key has this `kid`. With --audience ID tokens have
// further audiences, and `azp`. With --hmac the client secret signs ID tokens (HS256). When it listens it prints one line:
//   {"ready": true, "issuer": "http://127.0.0.1:PORT", "port": PORT, "client_id": "…"}
// Its forms are plain HTML: any login name and password will do, and the login name is the `sub`.
// It ends with its standard input, so it never outlives the test that started it.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, errors } from 'oidc-provider';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '0' },
    issuer: { type: 'string' },
    userinfo: { type: 'boolean', default: false },
    'client-id': { type: 'string', default: 'vestibule' },
    'client-secret': { type: 'string', default: 'vestibule-at-the-peer' },
    'client-jwk': { type: 'string' },
    'require-par': { type: 'boolean', default: false },
    'redirect-uri': { type: 'string', multiple: true, default: [] },
    'post-logout-redirect-uri': { type: 'string', multiple: true, default: [] },
    'backchannel-logout-uri': { type: 'string' },
    'without-sid': { type: 'boolean', default: false },
    offline: { type: 'boolean', default: false },
    kid: { type: 'string' },
    audience: { type: 'string', multiple: true, default: [] },
    hmac: { type: 'boolean', default: false },
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
const credentials = values['client-jwk']
  ? {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [JSON.parse(values['client-jwk'])] },
    }
  : { client_secret: values['client-secret'] };

// What it issued, in one place for all providers of this process, so that new keys make nothing of it void.
const issued = new Map();
class Issued {
  constructor(model) { this.key = (id) => `${model}:${id}`; }
  async upsert(id, payload) { issued.set(this.key(id), { ...payload }); }
  async find(id) { return issued.get(this.key(id)); }
  async findByUid(uid) { return [...issued.values()].find((payload) => payload.uid === uid); }
  async consume(id) { issued.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { issued.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const [key, payload] of issued) if (payload.grantId === grantId) issued.delete(key);
  }
}

const configuration = {
  adapter: Issued,
  clients: [{
    client_id: values['client-id'],
    ...credentials,
    redirect_uris: values['redirect-uri'],
    post_logout_redirect_uris: values['post-logout-redirect-uri'],
    backchannel_logout_uri: values['backchannel-logout-uri'],
    backchannel_logout_session_required: Boolean(values['backchannel-logout-uri']) && !values['without-sid'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...(values.hmac && { id_token_signed_response_alg: 'HS256' }),
  }],
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'],
  },
  conformIdTokenClaims: values.userinfo,
  cookies: { keys: ['for these tests only'] },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    revocation: { enabled: values.offline },
    pushedAuthorizationRequests: { enabled: values['require-par'], requirePushedAuthorizationRequests: values['require-par'] },
  },
  assertJwtClientAuthClaimsAndHeader: (_ctx, claims) => {
    if (claims.aud !== issuer) throw new errors.InvalidClientAuth('the issuer is the only audience');
  },
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
  rotateRefreshToken: () => values.offline,
};

// The library issues ID tokens for the client alone.
function addAudiences(prototype) {
  const { issue } = prototype;
  prototype.issue = function issueForAll(options) {
    if (options?.use === 'idtoken') {
      const all = [this.client.clientId, ...values.audience];
      this.set('azp', this.client.clientId);
      this.client = new Proxy(this.client, {
        get: (client, name) => (name === 'clientId' ? all : Reflect.get(client, name, client)),
      });
    }
    return issue.call(this, options);
  };
}

async function serveWithNewKeys() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...await exportJWK(privateKey), use: 'sig', alg: 'RS256', ...(values.kid && { kid: values.kid }) };
  const provider = new Provider(issuer, { ...configuration, jwks: { keys: [key] } });
  if (values.audience.length > 0) addAudiences(provider.IdToken.prototype);
  provider.on('server_error', (_ctx, error) => console.error(error));
  server.removeAllListeners('request');
  server.on('request', provider.callback());
}
await serveWithNewKeys();

createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line !== 'rotate') return;
  await serveWithNewKeys();
  console.log(JSON.stringify({ rotated: true }));
}).on('close', () => process.exit(0));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));

console.log(JSON.stringify({ ready: true, issuer, port, client_id: values['client-id'] }));
