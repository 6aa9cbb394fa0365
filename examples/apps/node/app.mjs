// npm install; ISSUER=https://login.example.com CLIENT_ID=web CLIENT_SECRET=… PORT=3000 node app.mjs
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const here = `http://127.0.0.1:${PORT}`;
const text = { 'content-type': 'text/plain; charset=utf-8' }; // so that a browser shows no name as HTML
// Allow plain http for a gateway on this machine only.
const options = ISSUER.startsWith('http://127.0.0.1:') ? { execute: [oidc.allowInsecureRequests] } : {};
const gateway = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, options);
const sessions = new Map(); // of this process; an app with several processes needs a store
const cookie = (request, name) => new RegExp(`(?:^|; )${name}=([\\w.-]+)`).exec(request.headers.cookie)?.[1];

async function signIn(answer) {
  const [state, verifier] = [oidc.randomState(), oidc.randomPKCECodeVerifier()];
  const challenge = await oidc.calculatePKCECodeChallenge(verifier);
  const parameters = { redirect_uri: `${here}/callback`, scope: 'openid profile email', state };
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const location = oidc.buildAuthorizationUrl(gateway, { ...parameters, ...pkce }).href;
  const login = `login=${state}.${verifier}; Path=/callback; HttpOnly; SameSite=Lax`; // and Secure, under https
  answer.writeHead(302, { location, 'set-cookie': login }).end();
}

async function home(request, answer) {
  const user = sessions.get(cookie(request, 'session'));
  if (user) answer.writeHead(200, text).end(`Hello, ${user.name}`);
  else await signIn(answer);
}

async function callback(request, answer) {
  const headers = { location: '/' };
  if (!sessions.has(cookie(request, 'session'))) { // else this is a reload, and the code is used up
    const [expectedState, pkceCodeVerifier] = cookie(request, 'login')?.split('.') ?? [];
    const checks = { expectedState, pkceCodeVerifier, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(gateway, new URL(request.url, here), checks);
    const session = randomUUID();
    sessions.set(session, tokens.claims()); // tokens.access_token is for your services
    headers['set-cookie'] = `session=${session}; HttpOnly; SameSite=Lax`; // and Secure, under https
  }
  answer.writeHead(302, headers).end();
}

const pages = new Map([['/', home], ['/callback', callback]]);
createServer(async (request, answer) => {
  const page = pages.get(new URL(request.url, here).pathname);
  if (!page) return answer.writeHead(404, text).end('not found');
  return page(request, answer).catch((error) => answer.writeHead(400, text).end(error.message));
}).listen(PORT, '127.0.0.1');
