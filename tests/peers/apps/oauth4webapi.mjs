// An app by npm oauth4webapi, which checks every answer as strictly as the standards let it.
//
//   node oauth4webapi.mjs ISSUER CLIENT_ID SECRET|"" REDIRECT_URI ALGORITHM
//
// Without a secret the client is public. ALGORITHM is what its ID tokens are signed with. Plain http is allowed, since
// everything is on loopback; nothing else is.
import { strict as assert } from 'node:assert';
import * as oauth from 'oauth4webapi';
import { report, visit } from './person.mjs';

const [issuer, client_id, secret, redirect_uri, algorithm] = process.argv.slice(2);
const loopback = { [oauth.allowInsecureRequests]: true };
const discover = async (kind) => {
  const answer = await oauth.discoveryRequest(new URL(issuer), { algorithm: kind, ...loopback });
  return oauth.processDiscoveryResponse(new URL(issuer), answer);
};
const server = await discover('oidc');
assert.deepEqual(await discover('oauth2'), server);
const client = { client_id, id_token_signed_response_alg: algorithm, require_auth_time: true };
const authentication = secret ? oauth.ClientSecretBasic(secret) : oauth.None();
const as = [server, client, authentication];

/** The tokens of a whole login; `push`: by a pushed request. */
async function login(push) {
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const verifier = oauth.generateRandomCodeVerifier();
  let parameters = new URLSearchParams({
    client_id,
    redirect_uri,
    state,
    nonce,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  if (push) {
    const pushed = await oauth.pushedAuthorizationRequest(...as, parameters, loopback);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, pushed);
    parameters = new URLSearchParams({ client_id, request_uri });
  }
  const back = await visit(`${server.authorization_endpoint}?${parameters}`);
  const answer = oauth.validateAuthResponse(server, client, back, state);
  assert.equal(answer.get('iss'), issuer);
  const granted = await oauth.authorizationCodeGrantRequest(...as, answer, redirect_uri, verifier, loopback);
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, granted, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, granted, loopback);
  return tokens;
}

async function refresh(token) {
  const answer = await oauth.refreshTokenGrantRequest(...as, token, loopback);
  const tokens = await oauth.processRefreshTokenResponse(server, client, answer);
  await oauth.validateApplicationLevelSignature(server, answer, loopback);
  return tokens;
}

const first = await login(false);
const { sub, name, email } = oauth.getValidatedIdTokenClaims(first);
const asked = await oauth.userInfoRequest(server, client, first.access_token, loopback);
const person = await oauth.processUserInfoResponse(server, client, sub, asked);
assert.deepEqual([person.name, person.email], [name, email]);

// A service that takes the access token (RFC 9068).
const request = new Request('https://api.example.com/', { headers: { authorization: `Bearer ${first.access_token}` } });
const claims = await oauth.validateJwtAccessToken(server, request, issuer, loopback);
assert.deepEqual([claims.sub, claims.client_id], [sub, client_id]);

const second = await refresh(first.refresh_token);
const third = await refresh(second.refresh_token);
assert.equal(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size, 3);
assert.equal(oauth.getValidatedIdTokenClaims(third).sub, sub);
assert.equal(oauth.getValidatedIdTokenClaims(await login(true)).sub, sub);

async function introspect(token) {
  const answer = await oauth.introspectionRequest(...as, token, loopback);
  return oauth.processIntrospectionResponse(server, client, answer);
}
if (secret) {
  assert.equal((await introspect(third.access_token)).active, true);
  const own = await oauth.clientCredentialsGrantRequest(...as, { scope: 'orders' }, loopback);
  const tokens = await oauth.processClientCredentialsResponse(server, client, own);
  assert.equal(tokens.scope, 'orders');
} else {
  // Another client that has the token must not learn its contents.
  await assert.rejects(introspect(third.access_token), (error) => error.error === 'invalid_client');
}

const revoked = await oauth.revocationRequest(...as, third.refresh_token, loopback);
assert.equal(await oauth.processRevocationResponse(revoked), undefined);
await assert.rejects(refresh(third.refresh_token), (error) => error.error === 'invalid_grant');
const late = await oauth.userInfoRequest(server, client, third.access_token, loopback);
await assert.rejects(oauth.processUserInfoResponse(server, client, sub, late), oauth.WWWAuthenticateChallengeError);

report({ sub, email, name });
