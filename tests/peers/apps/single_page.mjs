// The app of examples/apps/browser, with oidc-client-ts, in Chromium.
//
//   node single_page.mjs FOLDER GATEWAY CLIENT_ID PORT OTHER_PORT
//
// It lives at PORT, which is registered; the same at OTHER_PORT is not. The gateway's access tokens live shorter
// than the library wants to see, so it renews them again and again.
import { strict as assert } from 'node:assert';
import { launch, open } from '../chromium.mjs';
import { serve } from './site.mjs';

const [folder, gateway, client_id, port, otherPort] = process.argv.slice(2);
const [app, unregistered] = [port, otherPort].map((port) => `http://127.0.0.1:${port}/`);
const settings = { authority: gateway, client_id };
const servers = await Promise.all([port, otherPort].map((port) => serve(folder, settings, port)));
const complaints = [];
const stored = `oidc.user:${gateway}:${client_id}`;

const greeting = (page, name) => page.getByRole('heading', { level: 1, name: `Hello, ${name}` }).waitFor();
const press = (page, name) => page.getByRole('button', { name }).click();
const user = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), stored);

/** The user once the library has renewed by itself. */
async function renewed(page, before) {
  const other = ([key, token]) => {
    const now = JSON.parse(localStorage.getItem(key));
    return now && now.refresh_token !== token;
  };
  await page.waitForFunction(other, [stored, before.refresh_token]);
  return user(page);
}

/** What a script at the page's origin learns from an address: the status, or that the browser does not tell. */
const ask = (page, path, options = {}) => page.evaluate(async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    await answer.text();
    return answer.status;
  } catch (error) {
    return error.name;
  }
}, [`${gateway}${path}`, options]);

const form = (fields) => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

async function signIn(page) {
  await page.goto(app);
  await greeting(page, 'guest');
  await press(page, 'Sign in');
  await press(page, /Ada Lovelace/);
  await greeting(page, 'Ada Lovelace');
  assert.equal(page.url(), app, 'no code stays in the address');
}

async function everything(browser) {
  const page = await open(browser, complaints);
  await signIn(page);
  const first = await user(page);
  const second = await renewed(page, first);
  const third = await renewed(page, second);
  assert.equal(third.profile.sub, first.profile.sub);
  assert.notEqual(third.access_token, first.access_token);
  await page.reload();
  await greeting(page, 'Ada Lovelace');

  const authorization = `Bearer ${third.access_token}`;
  assert.equal(await ask(page, '/userinfo', { headers: { authorization } }), 200);
  assert.equal(await ask(page, '/.well-known/jwks.json'), 200);
  // Cookies speak for nobody here.
  const silent = await open(browser, []);
  await silent.goto(app);
  assert.equal(await ask(silent, '/userinfo', { headers: { authorization }, credentials: 'include' }), 'TypeError');
  assert.equal(await ask(silent, `/oauth2/authorize?client_id=${client_id}`), 'TypeError');
  assert.equal(await ask(silent, '/oauth2/introspect', form({ token: third.access_token, client_id })), 'TypeError');

  // The same page elsewhere has an unregistered origin: its script reads only public responses.
  const elsewhere = await open(browser, []);
  await elsewhere.goto(unregistered);
  await greeting(elsewhere, 'guest');
  assert.equal(await ask(elsewhere, '/.well-known/openid-configuration'), 200);
  assert.equal(await ask(elsewhere, '/userinfo', { headers: { authorization } }), 'TypeError');
  const refresh = form({ grant_type: 'refresh_token', refresh_token: 'of another session', client_id });
  assert.equal(await ask(elsewhere, '/oauth2/token', refresh), 'TypeError');
  // It could be a program on the person's machine, which takes whatever port is free: the person is asked.
  await press(elsewhere, 'Sign in');
  await press(elsewhere, /Ada Lovelace/);
  await elsewhere.getByRole('heading', { level: 1, name: `Continue to ${client_id}?` }).waitFor();

  // Who signs out at the app has signed out at the gateway.
  await press(page, 'Sign out');
  await greeting(page, 'guest');
  assert.equal(page.url(), app);
  await signIn(page);

  // The refresh token is revoked with its session, by the app's own script.
  const { refresh_token } = await user(page);
  assert.equal(await ask(page, '/oauth2/revoke', form({ token: refresh_token, client_id })), 200);
  const late = form({ grant_type: 'refresh_token', refresh_token, client_id });
  assert.equal(await ask(page, '/oauth2/token', late), 400);
  return { sub: first.profile.sub, email: first.profile.email, sid: first.profile.sid };
}

const browser = await launch();
try {
  console.log(JSON.stringify({ seen: await everything(browser) }));
} catch (error) {
  complaints.push(error.stack);
}
await browser.close();
for (const server of servers) server.close();
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
