// An app on a server, by npm openid-client: everything that it can ask of the gateway.
//
//   node openid_client.mjs ISSUER CLIENT_ID CREDENTIAL REDIRECT_URI basic|post|ES256
//
// The last says how it shows who it is: by a secret, or by assertions that a key (PKCS #8 in PEM) signs that way.
// Plain http is allowed, since everything is on loopback; nothing else is. ID tokens are verified by their signature.
import { strict as assert } from 'node:assert';
import { importPKCS8 } from 'jose';
import * as oidc from 'openid-client';
import { report, visit } from './person.mjs';

const [issuer, clientId, credential, redirect_uri, way] = process.argv.slice(2);
const bySecret = { basic: oidc.ClientSecretBasic, post: oidc.ClientSecretPost }[way];
const authentication = bySecret?.(credential) ?? oidc.PrivateKeyJwt(await importPKCS8(credential, way));
const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
const gateway = await oidc.discovery(new URL(issuer), clientId, undefined, authentication, { execute });
assert.equal(gateway.serverMetadata().issuer, issuer);
assert(gateway.serverMetadata().supportsPKCE());

/** A whole login; `begin` makes the address from the parameters. */
async function login(begin, more = {}, { signedOut = false, ...checks } = {}) {
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
  const url = await begin(gateway, {
    redirect_uri,
    scope: 'openid profile email offline_access',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const back = await visit(url, signedOut);
  const expected = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(gateway, back, { ...expected, ...checks });
  return { back, tokens, verifier, expected };
}

const first = await login(oidc.buildAuthorizationUrl);
const { sub, sid } = first.tokens.claims();
const person = await oidc.fetchUserInfo(gateway, first.tokens.access_token, sub);
assert.equal(person.email, first.tokens.claims().email);
assert.equal(person.name, first.tokens.claims().name);
assert.equal(first.tokens.token_type, 'bearer');
assert.equal(first.tokens.scope, 'openid profile email offline_access');

const about = await oidc.tokenIntrospection(gateway, first.tokens.access_token);
assert.deepEqual([about.active, about.sub, about.client_id, about.sid], [true, sub, clientId, sid]);

assert.equal((await oidc.tokenIntrospection(gateway, first.tokens.refresh_token)).active, true);

// The refresh token changes each time; the person and the session stay.
let tokens = first.tokens;
for (let turn = 0; turn < 2; turn += 1) {
  const renewed = await oidc.refreshTokenGrant(gateway, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assert.deepEqual([renewed.claims().sub, renewed.claims().sid, renewed.claims().nonce], [sub, sid, undefined]);
  assert.equal(renewed.claims().auth_time, first.tokens.claims().auth_time);
  tokens = renewed;
}
assert.equal((await oidc.tokenIntrospection(gateway, tokens.access_token)).active, true);

// A pushed request; the person is signed in, and is not asked again.
const pushed = await login(oidc.buildAuthorizationUrlWithPAR);
assert.equal(pushed.tokens.claims().sub, sub);
assert.notEqual(pushed.tokens.claims().sid, sid);

// One that is asked for anew, and not too long ago.
const anew = await login(oidc.buildAuthorizationUrl, { prompt: 'login', max_age: '60' }, { maxAge: 60 });
assert.equal(anew.tokens.claims().sub, sub);

// A user who is not signed in, with `prompt=none`.
const unseen = login(oidc.buildAuthorizationUrl, { prompt: 'none' }, { signedOut: true });
const nobody = (error) => error instanceof oidc.AuthorizationResponseError && error.error === 'login_required';
await assert.rejects(unseen, nobody);

// The app for itself.
const own = await oidc.clientCredentialsGrant(gateway, { scope: 'orders' });
assert.deepEqual([own.scope, own.refresh_token, own.id_token], ['orders', undefined, undefined]);
assert.equal((await oidc.tokenIntrospection(gateway, own.access_token)).sub, clientId);

// An access token is revoked alone, a refresh token with its session.
const refused = (error) => (grant) => grant instanceof oidc.ResponseBodyError && grant.error === error;
await oidc.tokenRevocation(gateway, own.access_token, { token_type_hint: 'access_token' });
assert.deepEqual(await oidc.tokenIntrospection(gateway, own.access_token), { active: false });
await oidc.tokenRevocation(gateway, tokens.refresh_token, { token_type_hint: 'refresh_token' });
await assert.rejects(oidc.refreshTokenGrant(gateway, tokens.refresh_token), refused('invalid_grant'));
assert.deepEqual(await oidc.tokenIntrospection(gateway, tokens.access_token), { active: false });
await assert.rejects(
  oidc.fetchUserInfo(gateway, tokens.access_token, sub),
  (error) => error instanceof oidc.WWWAuthenticateChallengeError && error.cause[0].parameters.error === 'invalid_token',
);
// The other sign-ins of the same person at the same app go on.
assert.equal((await oidc.refreshTokenGrant(gateway, pushed.tokens.refresh_token)).claims().sub, sub);

// A code works once, and its second use ends what the first one gave.
const again = oidc.authorizationCodeGrant(gateway, anew.back, anew.expected);
await assert.rejects(again, refused('invalid_grant'));
await assert.rejects(oidc.refreshTokenGrant(gateway, anew.tokens.refresh_token), refused('invalid_grant'));

// The person signs out here, and with that everywhere.
const last = await login(oidc.buildAuthorizationUrl);
const goodbye = new URL('/goodbye', redirect_uri).href;
const end = { id_token_hint: last.tokens.id_token, post_logout_redirect_uri: goodbye, state: 'of the app' };
const after = await visit(oidc.buildEndSessionUrl(gateway, end));
assert.deepEqual([after.pathname, after.searchParams.get('state')], ['/goodbye', 'of the app']);
for (const { tokens } of [last, pushed]) {
  await assert.rejects(oidc.refreshTokenGrant(gateway, tokens.refresh_token), refused('invalid_grant'));
}
const gone = login(oidc.buildAuthorizationUrl, { prompt: 'none' });
await assert.rejects(gone, nobody);

report({ sub, email: person.email, name: person.name });
