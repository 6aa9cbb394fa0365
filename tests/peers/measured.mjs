// The certified OpenID provider (npm oidc-provider) as `make bench-peers` measures it: ES256 as our gateway uses, with the
// rows in memory and no form to fill in.
//
//   node measured.mjs TOKENS
//
// It makes that many refresh tokens of a public client `bench`, each of another person, and rotates them. When it listens it
// prints one line: {"port": PORT, "refresh_tokens": ["…"]}. It ends with its standard input.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

const count = Number(process.argv[2] ?? '1000');
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const stored = new Map();
class InMemory {
  constructor(model) { this.key = (id) => `${model}:${id}`; }
  async upsert(id, payload) { stored.set(this.key(id), { ...payload }); }
  async find(id) { return stored.get(this.key(id)); }
  async consume(id) { stored.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { stored.delete(this.key(id)); }
  async revokeByGrantId() {}
}

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: InMemory,
  clients: [{
    client_id: 'bench',
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    redirect_uris: ['https://app.example/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['for this measurement only'] },
  jwks: { keys: [{ ...await exportJWK(privateKey), use: 'sig', alg: 'ES256' }] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true, name: `${sub} of Example` }),
  }),
  rotateRefreshToken: () => true,
  ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, RefreshToken: 3600 },
});
provider.on('server_error', (_ctx, error) => console.error(error));

const scope = 'openid email profile offline_access';
const client = await provider.Client.find('bench');
const now = Math.floor(Date.now() / 1000);
const tokens = [];
for (let number = 0; number < count; number += 1) {
  const accountId = String(number);
  const grant = new provider.Grant({ accountId, clientId: 'bench' });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const token = new provider.RefreshToken({
    accountId, client, grantId, scope, gty: 'authorization_code', authTime: now, iiat: now, rotations: 0,
    claims: {}, expiresWithSession: false,
  });
  tokens.push(await token.save());
}

server.on('request', provider.callback());
process.stdin.resume().on('end', () => process.exit(0));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
console.log(JSON.stringify({ port, refresh_tokens: tokens }));
