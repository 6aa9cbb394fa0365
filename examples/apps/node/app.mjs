// npm install openid-client
import { createServer } from 'node:http';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const here = `http://127.0.0.1:${PORT}`;
const text = { 'content-type': 'text/plain; charset=utf-8' }; // so that a browser shows no name as HTML
// Allow plain http for a gateway on this machine only.
const options = ISSUER.startsWith('http://127.0.0.1:') ? { execute: [oidc.allowInsecureRequests] } : {};
const gateway = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, options);

async function signIn(answer) {
  const [state, verifier] = [oidc.randomState(), oidc.randomPKCECodeVerifier()];
  const challenge = await oidc.calculatePKCECodeChallenge(verifier);
  const parameters = { redirect_uri: `${here}/callback`, scope: 'openid profile email', state };
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const location = oidc.buildAuthorizationUrl(gateway, { ...parameters, ...pkce }).href;
  const cookie = `login=${state}.${verifier}; Path=/callback; HttpOnly; SameSite=Lax`; // and Secure, under https
  answer.writeHead(302, { location, 'set-cookie': cookie }).end();
}

async function callback(request, answer) {
  const [, expectedState, pkceCodeVerifier] = /login=([\w-]+)\.([\w-]+)/.exec(request.headers.cookie) ?? [];
  const checks = { expectedState, pkceCodeVerifier, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(gateway, new URL(request.url, here), checks);
  answer.writeHead(200, text).end(`Hello, ${tokens.claims().name}`); // tokens.access_token is for your services
}

createServer((request, answer) => {
  const done = request.url.startsWith('/callback?') ? callback(request, answer) : signIn(answer);
  done.catch((error) => answer.writeHead(400, text).end(error.message));
}).listen(PORT, '127.0.0.1');
