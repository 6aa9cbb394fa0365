// Servers of other sites for the tests in a browser: a provider that asks or does not ask, an app, and a proxy that ends TLS.
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { request } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const listen = (server, port) => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

const body = async (incoming) => {
  let text = '';
  for await (const part of incoming) text += part;
  return new URLSearchParams(text);
};

const page = (answer, text) => {
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  answer.end(`<!doctype html><html lang="en"><title>Another site</title><main><h1>Another site</h1>${text}</main>`);
};

/**
 * An OpenID provider, at which a person with `settings.claims` signs in. While `settings.asks`, its sign-in page has a link; else it
 * answers at once. With `settings.accounts`, name = claims, the account `settings.account` is signed in, and `prompt=select_account`
 * asks for one.
 */
export async function provider(port, issuer, settings) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
  const logins = new Map();
  const server = createServer(async (incoming, answer) => {
    const url = new URL(incoming.url, issuer);
    const json = (value) => { answer.writeHead(200, { 'content-type': 'application/json' }); answer.end(JSON.stringify(value)); };
    if (url.pathname === '/.well-known/openid-configuration') {
      return json({
        issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256'],
      });
    }
    if (url.pathname === '/jwks') return json({ keys: [key] });
    if (url.pathname === '/auth') {
      const choice = url.searchParams.get('account');
      if (settings.accounts && !choice && (url.searchParams.get('prompt') ?? '').split(' ').includes('select_account')) {
        const link = (name) => `<p><a href="${url.pathname}${url.search}&amp;account=${name}">${name}</a></p>`;
        return page(answer, Object.keys(settings.accounts).map(link).join(''));
      }
      settings.visits += 1;
      settings.account = choice ?? settings.account;
      const code = `code-${logins.size}`;
      logins.set(code, { nonce: url.searchParams.get('nonce'), claims: settings.accounts?.[settings.account] ?? settings.claims });
      const back = new URL(url.searchParams.get('redirect_uri'));
      back.search = new URLSearchParams({ code, state: url.searchParams.get('state') }).toString();
      if (settings.asks) return page(answer, `<a href="${back.href.replaceAll('&', '&amp;')}">Continue as Ada</a>`);
      answer.writeHead(302, { location: back.href });
      return answer.end();
    }
    if (url.pathname === '/token') {
      const form = await body(incoming);
      const { nonce, claims } = logins.get(form.get('code'));
      const token = await new SignJWT({ nonce, tenant: 'good', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer(issuer).setAudience('vestibule').setSubject(claims.name ?? 'nameless')
        .setIssuedAt().setExpirationTime('5m').sign(privateKey);
      return json({ access_token: 'a', token_type: 'Bearer', id_token: token });
    }
    answer.writeHead(404);
    return answer.end();
  });
  await listen(server, port);
  return server;
}

/** An app: `/` has one link, to `links.at`; `/cb` shows what the authorization response says. */
export async function app(port, tls, links) {
  const server = createTlsServer(tls, async (incoming, answer) => {
    const url = new URL(incoming.url, 'https://app.test');
    if (url.pathname === '/favicon.ico') { answer.writeHead(204); return answer.end(); }
    if (url.pathname !== '/cb') return page(answer, `<a href="${links.at.replaceAll('&', '&amp;')}">Go</a>`);
    const said = incoming.method === 'POST' ? await body(incoming) : url.searchParams;
    const names = [...said.keys()].sort().join(' ');
    return page(answer, `<p id="said">${incoming.method} ${names} ${said.get('error') ?? ''} ${said.get('state') ?? ''}</p>`);
  });
  await listen(server, port);
  return server;
}

/** Ends TLS for the gateway at `to`. */
export async function proxy(port, tls, to) {
  const server = createTlsServer(tls, (incoming, answer) => {
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: to, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.rawHeaders);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  await listen(server, port);
  return server;
}
