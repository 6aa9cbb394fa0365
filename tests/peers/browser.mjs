// Does in a real browser what a person would do at `vestibule dev`, and complains of whatever the browser complains of.
//
//   node browser.mjs browser-flow GATEWAY [--no-script] [--keyboard]
//   node browser.mjs demo-app APP
//   node browser.mjs account GATEWAY [--no-script]      (with the public client `store`)
//   node browser.mjs app-logout GATEWAY APP      (the app is the client `shop`)
//   node browser.mjs search GATEWAY              (with more than eight providers)
//   node browser.mjs email GATEWAY               (`pages.chooser = "email"`; example.com leads to the pretend provider)
//
// Prints what was seen, page by page, as JSON: {"pages": [{"path", "title", "text"}]}. Exits with 1, and says why, where
// something is not there, the console has an error, the content security policy was violated, or axe-core has a serious
// finding.
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { launch, open } from './chromium.mjs';

const { values, positionals: [scenario, address, app] } = parseArgs({
  allowPositionals: true,
  options: {
    'no-script': { type: 'boolean', default: false }, keyboard: { type: 'boolean', default: false }, picture: { type: 'string' },
  },
});
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const complaints = [];
const pages = [];

/** Notes what a page says, once it says `heading`. */
async function see(page, heading) {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const text = await page.locator('body').innerText();
  pages.push({ path: new URL(page.url()).pathname, title: await page.title(), text });
  if (values['no-script']) return;
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, nodes } of violations) {
    if (['serious', 'critical'].includes(impact)) complaints.push(`axe at ${page.url()}: ${id}: ${nodes[0].html}`);
  }
}

/** Presses a button or follows a link, by the mouse or by nothing but Tab and Enter. */
async function press(page, role, name) {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  if (!values.keyboard) return target.click();
  for (let tabs = 0; tabs < 30; tabs += 1) {
    await page.keyboard.press('Tab');
    const reached = await target.evaluate((element) => element === document.activeElement);
    if (!reached) continue;
    const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
    if (outline === 'none') complaints.push(`${name} at ${page.url()} does not show that it has the focus`);
    return page.keyboard.press('Enter');
  }
  throw new Error(`${name} at ${page.url()} cannot be reached by Tab`);
}

/** Writes into a field that already has the focus, or that Tab reaches, and sends its form by Enter. */
async function enter(page, role, name, text) {
  const field = page.getByRole(role, { name }).first();
  await field.waitFor();
  for (let tabs = 0; tabs < 30 && !(await field.evaluate((element) => element === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const scenarios = {
  /** Find a provider among many, and sign in there. */
  async search(page) {
    await page.goto(`${address}/login?return_to=/account`);
    await see(page, 'Sign in');
    await enter(page, 'searchbox', /Search/, 'no such provider');
    await page.getByText('No way to sign in matches').waitFor();
    await see(page, 'Sign in');
    await press(page, 'link', 'Show all');
    await enter(page, 'searchbox', /Search/, 'PRÉTEND');
    await page.waitForURL(/q=/);
    await see(page, 'Sign in');
    await press(page, 'link', /Pretend provider/);
    await press(page, 'button', /Ada Lovelace/);
    await see(page, 'Ada Lovelace');
  },

  /** Type an address that is none, one that leads nowhere, and one that leads to the provider. */
  async email(page) {
    page.on('request', (request) => {
      if (request.url().startsWith(`${address}/`) && request.url().includes('example')) complaints.push(`an address in ${request.url()}`);
    });
    await page.goto(`${address}/login?return_to=/account`);
    await see(page, 'Sign in');
    await enter(page, 'textbox', 'E-mail address', 'ada');
    await page.getByText('Enter an e-mail address').waitFor();
    await see(page, 'Sign in');
    await enter(page, 'textbox', 'E-mail address', 'ada@elsewhere.example');
    await page.getByText('No way to sign in was found').waitFor();
    await see(page, 'Sign in');
    await press(page, 'link', 'Use an e-mail address');
    await enter(page, 'textbox', 'E-mail address', 'ada@example.com');
    await see(page, 'Whom would you like to be?');
    await press(page, 'button', /Ada Lovelace/);
    await see(page, 'Ada Lovelace');
  },

  /** Sign in, look, sign out, sign in again as another user, and let a login fail. */
  async 'browser-flow'(page) {
    await page.goto(`${address}/account`);
    await see(page, 'Whom would you like to be?');
    await press(page, 'button', /Ada Lovelace/);
    await see(page, 'Ada Lovelace');
    await press(page, 'button', 'Sign out');
    await see(page, 'You are signed out');
    await press(page, 'link', /^(Sign in again|Try again)$/);
    await see(page, 'Sign in');
    await press(page, 'link', /Pretend provider/);
    await see(page, 'Whom would you like to be?');
    await press(page, 'button', /Alan Turing/);
    await see(page, 'Alan Turing');
    await page.goto(`${address}/login?choose=1`);
    await press(page, 'link', /Pretend provider/);
    await press(page, 'button', /Deny/);
    await see(page, /./);
    // The page of a failed login leads back to the same provider.
    await press(page, 'link', /^(Sign in again|Try again)$/);
    await see(page, 'Whom would you like to be?');
  },

  /** An app asks for a logout, by a link and by a form of another site; the person stays, or goes and ends up at the app. */
  async 'app-logout'(page) {
    const asked = { client_id: 'shop', post_logout_redirect_uri: `${app}/`, state: 'a b&c' };
    for (const by of ['link', 'form']) {
      await page.goto(`${address}/account`);
      await press(page, 'button', /Ada Lovelace/);
      await see(page, 'Ada Lovelace');
      for (const answer of ['Stay signed in', 'Sign out']) {
        if (by === 'link') {
          await page.goto(`${address}/logout?${new URLSearchParams(asked)}`);
        } else {
          const fields = Object.entries(asked).map(([name, value]) => `<input type="hidden" name="${name}" value="${value.replace('&', '&amp;')}">`);
          await page.goto('about:blank');
          await page.setContent(`<form method="post" action="${address}/logout">${fields.join('')}<button>Log out</button></form>`);
          await page.getByRole('button', { name: 'Log out' }).click();
        }
        await see(page, 'Sign out?');
        if (values.picture) await page.screenshot({ path: values.picture });
        await press(page, answer === 'Sign out' ? 'button' : 'link', answer);
        if (answer === 'Stay signed in') await see(page, 'Ada Lovelace');
      }
      await page.waitForURL((url) => url.href.startsWith(`${app}/`), { waitUntil: 'networkidle' });
      const state = new URL(page.url()).searchParams.get('state');
      if (state !== asked.state) complaints.push(`the state came back as ${state}`);
    }
  },

  /** The buttons of the account page: an app, a consent, one device, and all others are ended, each after its question. */
  async account(page) {
    const signIn = async (where) => {
      await where.goto(`${address}/account`);
      await where.getByRole('button', { name: /Ada Lovelace/ }).click();
      await where.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
    };
    await signIn(page);
    const others = [];
    for (let count = 0; count < 3; count += 1) {
      // The page of an ended session has the status 401.
      others.push(await open(browser, [], { javaScriptEnabled: false }));
      await signIn(others[count]);
    }

    // An app to which the person agrees, and which redeems its code.
    const verifier = randomBytes(32).toString('base64url');
    const redirect_uri = 'https://store.example/cb';
    const asked = {
      client_id: 'store', redirect_uri, response_type: 'code', scope: 'openid offline_access', prompt: 'consent', state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    };
    const token = (fields) => fetch(`${address}/oauth2/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'store', ...fields }) });
    const openApp = async () => {
      await page.goto(`${address}/oauth2/authorize?${new URLSearchParams(asked)}`);
      // No server has that name: the address with the code is all that the app needs here.
      const sent = page.waitForRequest((request) => request.url().startsWith(redirect_uri));
      await press(page, 'button', 'Continue');
      const code = new URL((await sent).url()).searchParams.get('code');
      const answer = await (await token({ grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier })).json();
      await page.waitForURL(/^chrome-error:/).catch(() => {});
      await page.goto(`${address}/account`);
      complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.startsWith(redirect_uri)));
      return answer.refresh_token;
    };

    // Each button asks first; the account page says what was done, where a screen reader says it too.
    const act = async (link, question, button, done) => {
      await see(page, 'Ada Lovelace');
      await press(page, 'link', link);
      await see(page, question);
      await press(page, 'link', 'Cancel');
      await see(page, 'Ada Lovelace');
      await press(page, 'link', link);
      await see(page, question);
      await press(page, 'button', button);
      await page.getByRole('status').filter({ hasText: done }).waitFor();
    };
    const isEnded = async (refresh_token) => (await token({ grant_type: 'refresh_token', refresh_token })).status === 400;
    const app = await openApp();
    await act(/^Sign out of .*The store/, 'Sign out of The store?', 'Sign out', 'You were signed out of the app.');
    if (!await isEnded(app)) complaints.push('the app stays signed in');
    const again = await openApp();
    await act(/^Remove access: .*The store/, 'Remove the access of The store?', 'Remove access', 'The access of the app was removed.');
    if (!await isEnded(again)) complaints.push('the app of a withdrawn consent stays signed in');
    await act(/^Sign out .*Chrome/, /^Sign out .*Chrome/, 'Sign out', 'The device was signed out.');
    await act('Sign out everywhere else', 'Sign out everywhere else?', 'Sign out everywhere else', 'Your other devices were signed out.');
    await see(page, 'Ada Lovelace');
    for (const other of others) {
      await other.goto(`${address}/account`);
      await other.getByText(/session was ended/).first().waitFor();
    }
  },

  /** The single-page app at another origin: sign in, sign out at the provider too, and two failures. */
  async 'demo-app'(page) {
    await page.goto(address);
    await see(page, 'Hello, guest');
    await press(page, 'button', 'Sign in');
    await press(page, 'button', /Grace Hopper/);
    await page.locator('#verdict.good').waitFor();
    await see(page, 'Hello, Grace Hopper');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    const token = await page.locator('#raw').innerText();
    if (token.split('.').length !== 3) throw new Error(`no token is shown: ${token}`);
    if (token.split('.').some((part) => kept.includes(part))) complaints.push(`the token is in storage: ${kept}`);
    if (page.url().includes('code=')) complaints.push(`the code stays in the address: ${page.url()}`);
    await press(page, 'button', 'Renew');
    await page.waitForFunction((old) => document.getElementById('raw').innerText !== old, token);
    await page.locator('#verdict.good').waitFor();
    await press(page, 'button', 'Sign out');
    await press(page, 'link', /Back to/);
    await see(page, 'Hello, guest');
    for (const [failure, code] of [[/Deny/, 'access_denied'], [/Broken signature/, 'token_invalid']]) {
      await press(page, 'button', /Sign in|Try again/);
      await press(page, 'button', failure);
      await page.locator('#failure-code', { hasText: code }).waitFor();
      await see(page, /./);
    }
  },
};

if (!scenarios[scenario] || !address) {
  console.error('usage: node browser.mjs browser-flow GATEWAY | demo-app APP | app-logout GATEWAY APP | search GATEWAY | email GATEWAY');
  process.exit(2);
}
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
}
console.log(JSON.stringify({ pages }));
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
