// A person at two sites in a real browser, under one policy of the session cookie.
//
//   node cookies.mjs '{"gateway", "to", "provider", "app", "tls": {"key", "cert"}}'
//
// `gateway` is its public URL, `to` the port that it listens on; an https gateway gets a proxy in front. `provider` and `app` are
// origins of other sites. Signs in at a provider that asks and at one that does not, by a link of the app's site to the account
// page, by the app's authorization request, and then with prompt=none. Prints what it saw; exits with 1 where something is not so.
import { readFile } from 'node:fs/promises';
import { launch, open } from './chromium.mjs';
import { app, provider, proxy } from './sites.mjs';

const { gateway, to, provider: issuer, app: origin, tls: files } = JSON.parse(process.argv[2]);
const tls = { key: await readFile(files.key), cert: await readFile(files.cert) };
const port = (address) => Number(new URL(address).port);
const settings = { asks: true, visits: 0, claims: { name: 'Ada Lovelace' } };
const links = { at: '' };
const servers = [await provider(port(issuer), issuer, settings), await app(port(origin), tls, links)];
if (gateway.startsWith('https')) servers.push(await proxy(port(gateway), tls, to));

const asked = (more) => `${gateway}/oauth2/authorize?${new URLSearchParams({
  client_id: 'shop', redirect_uri: `${origin}/cb`, response_type: 'code', scope: 'openid', state: 's t', nonce: 'n',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more,
})}`;

const complaints = [];
const seen = [];
const browser = await launch(['--host-resolver-rules=MAP *.test 127.0.0.1']);

/** From the app's site to an address of the gateway, up to a page with that text. Returns how often the provider was visited. */
async function go(page, address, expected) {
  const before = settings.visits;
  links.at = address;
  await page.goto(`${origin}/`);
  await page.getByRole('link', { name: 'Go' }).click();
  if (settings.asks && expected.signsIn) await page.getByRole('link', { name: 'Continue as Ada' }).click();
  await page.waitForFunction((text) => document.body?.innerText.includes(text), expected.text, { timeout: 120_000 });
  seen.push({ address: new URL(address).pathname, asks: settings.asks, visits: settings.visits - before, url: new URL(page.url()).pathname });
  const visits = expected.signsIn ? 1 : 0;
  if (settings.visits - before !== visits) complaints.push(`${settings.visits - before} visits at the provider, not ${visits}: ${address}`);
}

try {
  for (const asks of [true, false]) {
    settings.asks = asks;
    for (const flow of ['browser', 'app']) {
      const page = await open(browser, complaints, { ignoreHTTPSErrors: true });
      const code = 'GET code iss state s t';
      if (flow === 'browser') await go(page, `${gateway}/account`, { signsIn: true, text: 'Ada Lovelace' });
      else await go(page, asked({}), { signsIn: true, text: code });
      await go(page, `${gateway}/account`, { text: 'Ada Lovelace' });
      await go(page, asked({ prompt: 'none' }), { text: code });
      await go(page, asked({}), { text: code });
      await go(page, `${gateway}/login?return_to=%2Faccount`, { signsIn: true, text: 'Ada Lovelace' });
      const cookies = (await page.context().cookies()).filter(({ name }) => /vestibule$/.test(name));
      if (cookies.length !== 1) complaints.push(`${cookies.length} session cookies`);
      await page.context().close();
    }
  }
} catch (error) {
  complaints.push(error.message);
} finally {
  await browser.close();
  servers.forEach((server) => { server.closeAllConnections(); server.close(); });
}
console.log(JSON.stringify({ seen }));
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
