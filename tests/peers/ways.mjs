// The pages between a person and an app, in a real browser.
//
//   node ways.mjs form-post GATEWAY PROVIDER APP [--no-script]
//   node ways.mjs another-account GATEWAY PROVIDER APP              a provider with two accounts, of which one is not allowed
//   node ways.mjs delete-account GATEWAY PROVIDER APP [--pictures DIR] [--no-script]
//   node ways.mjs states GATEWAY PROVIDER APP [--pictures DIR]      names of both directions, long names, no name; 320 and 1280 px
//
// GATEWAY is its public URL, PROVIDER and APP are origins of this machine; the app is the client `shop` with the path /cb.
//
// Prints {"said": [...]}; exits with 1 where something is not so, the console has an error, or axe-core has a finding.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { launch, open } from './chromium.mjs';
import { provider } from './sites.mjs';

const { values, positionals: [scenario, gateway, issuer, origin] } = parseArgs({
  allowPositionals: true,
  options: { 'no-script': { type: 'boolean', default: false }, pictures: { type: 'string' } },
});
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const complaints = [];
const said = [];
const settings = { asks: false, visits: 0, claims: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true } };
const sites = [await provider(Number(new URL(issuer).port), issuer, settings)];

const server = createServer(async (incoming, answer) => {
  let text = '';
  for await (const part of incoming) text += part;
  const url = new URL(incoming.url, origin);
  if (url.pathname === '/cb') said.push({ method: incoming.method, ...Object.fromEntries(new URLSearchParams(text || url.search)) });
  answer.writeHead(url.pathname === '/favicon.ico' ? 204 : 200, { 'content-type': 'text/html' });
  answer.end('<!doctype html><html lang="en"><title>The app</title><main><h1>The app</h1></main>');
});
await new Promise((resolve) => server.listen(Number(new URL(origin).port), '127.0.0.1', resolve));
sites.push(server);

const asked = (more) => `${gateway}/oauth2/authorize?${new URLSearchParams({
  client_id: 'shop', redirect_uri: `${origin}/cb`, response_type: 'code', scope: 'openid profile email groups offline_access', state: 's&"<t',
  nonce: 'n', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more,
})}`;

const atApp = (page) => page.getByRole('heading', { level: 1, name: 'The app' }).waitFor();

/** A picture of the page at two widths; nothing may stand beyond the edge, and axe-core may find nothing. */
async function look(page, name) {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complaints.push(`${name}: ${wide} px beyond the edge at ${width} px`);
    if (values.pictures) await page.screenshot({ path: `${values.pictures}/${name}-${width}.png`, fullPage: true });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) complaints.push(`axe at ${name}, ${width} px: ${id}: ${nodes[0].html}`);
  }
  said.push({ name, text: await page.locator('main').innerText() });
}

const scenarios = {
  async 'form-post'(page) {
    const arrive = async () => {
      if (values['no-script']) await page.getByRole('button', { name: 'Continue' }).click();
      await atApp(page);
    };
    await page.goto(asked({ response_mode: 'form_post' }));
    await arrive();
    await page.goto(asked({ response_mode: 'form_post', prompt: 'consent' }));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await arrive();
  },

  async 'another-account'(page) {
    settings.accounts = {
      ada: { name: 'Ada Lovelace', email: 'ada@example.com', tenant: 'bad' },
      grace: { name: 'Grace Hopper', email: 'grace@example.com' },
    };
    settings.account = 'ada';
    for (const address of [asked({}), `${gateway}/login?return_to=%2Faccount%3Ffrom%3Dlink`]) {
      await page.context().clearCookies();
      settings.account = 'ada';
      await page.goto(address);
      const refused = page.getByText('ada@example.com');
      await refused.waitFor();
      // The account that is signed in at the provider comes back at once.
      await page.getByRole('link', { name: 'Sign in again' }).click();
      await refused.waitFor();
      await page.getByRole('link', { name: 'Use another account' }).click();
      await page.getByRole('link', { name: 'grace' }).click();
      if (address.includes('authorize')) await atApp(page);
      else await page.waitForURL(/\/account\?from=link$/);
    }
    // After a sign-out the account of before is not signed in again by the second button.
    await page.goto(`${gateway}/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Use another account' }).click();
    await page.getByRole('link', { name: 'grace' }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
  },

  /** The provider states when it signed the person in only when it is asked. Another account at it comes back first. */
  async 'delete-account'(page) {
    const now = () => Math.floor(Date.now() / 1000);
    const ada = { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true };
    const at = (heading) => page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.goto(`${gateway}/login?return_to=/account`);
    await at('Ada Lovelace');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download your data' }).click(),
    ]);
    const { user } = JSON.parse(await readFile(await download.path(), 'utf8'));
    if (download.suggestedFilename() !== 'vestibule-data.json' || user.email !== ada.email) complaints.push(`the data: ${user}`);
    await page.getByRole('link', { name: 'Delete account' }).click();
    await at('Delete your account?');
    await look(page, 'delete-account-sign-in');
    settings.claims = { name: 'Grace Hopper', email: 'grace@example.com', auth_time: now() };
    await page.getByRole('link', { name: /Continue with|Sign in with/ }).click();
    await at('This is another account');
    await look(page, 'delete-account-other');
    settings.claims = ada;
    await page.goto(`${gateway}/login?return_to=/account/delete`);
    await at('Delete your account?');
    settings.claims = { ...ada, auth_time: now() };
    await page.getByRole('link', { name: /Continue with|Sign in with/ }).click();
    const field = page.getByLabel('To confirm, type ada@example.com');
    await field.waitFor();
    if (await field.inputValue() !== '') complaints.push('the field is filled');
    // The browser refuses an empty field by itself.
    await page.getByRole('button', { name: 'Delete account' }).click();
    await field.fill('grace@example.com');
    await page.getByRole('button', { name: 'Delete account' }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'delete-account-wrong');
    await field.fill('ADA@example.com');
    await page.keyboard.press('Enter');
    await at('Your account was deleted');
    await look(page, 'account-deleted');
    const visits = settings.visits;
    await page.reload();
    await at('Your account was deleted');
    if (settings.visits !== visits) complaints.push('a reload signed in again');
    const [cookie] = (await page.context().cookies()).filter(({ name }) => /vestibule$/.test(name));
    if (cookie) complaints.push(`${cookie.name} is still there`);
  },

  async states(page) {
    const people = {
      arabic: { name: '\u0644\u064a\u0644\u0649 \u0627\u0644\u0639\u0627\u0645\u0631\u064a (1987)', email: 'layla@example.com' },
      long: { name: `Hubert ${'Wolfeschlegelsteinhausenbergerdorff'.repeat(4)}`, email: `${'x'.repeat(60)}@${'long-domain.'.repeat(8)}example.com` },
      nameless: {},
    };
    for (const [who, claims] of Object.entries(people)) {
      settings.claims = claims;
      await page.context().clearCookies();
      await page.goto(`${gateway}/login?choose=1`);
      await look(page, 'chooser');
      await page.getByRole('link', { name: /Continue with/ }).click();
      await page.waitForURL(/account/);
      await look(page, `account-${who}`);
      await page.goto(asked({ prompt: 'consent' }));
      await look(page, `consent-${who}`);
      await page.goto(`${gateway}/logout`);
      await look(page, `sign-out-${who}`);
      await page.goto(`${gateway}/login?return_to=//evil.example`);
      await look(page, `return-refused-${who}`);
    }
    await page.goto(`${gateway}/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await look(page, 'signed-out');
    await page.goto(asked({ client_id: 'nobody' }));
    await look(page, 'unknown-app');
    settings.claims = { ...people.arabic, tenant: 'bad' };
    await page.goto(asked({}));
    await look(page, 'not-allowed');
    await page.getByRole('button', { name: /Back to/ }).click();
    await atApp(page);
  },
};

const browser = await launch();
let page;
try {
  page = await open(browser, complaints, { javaScriptEnabled: !values['no-script'] });
  await scenarios[scenario](page);
} catch (error) {
  const text = await page?.locator('body').innerText().catch(() => '');
  complaints.push(`${error.message}\nat ${page?.url()}:\n${text}`);
} finally {
  await browser.close();
  sites.forEach((site) => { site.closeAllConnections(); site.close(); });
}
console.log(JSON.stringify({ said }));
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
