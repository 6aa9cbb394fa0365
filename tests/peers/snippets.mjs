// Runs the README's snippets for pages in Chromium, at an app that `vestibule dev` knows.
//
//   node snippets.mjs PORT < {"gateway", "link", "browserFlow", "spaFlow"}
//
// Serves the app at PORT: each page has nothing but the link. Prints {"orders", "user", "renewed"}.
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { launch, open } from './chromium.mjs';

const [port] = process.argv.slice(2);
const app = `http://127.0.0.1:${port}`;
const { gateway, link, browserFlow, spaFlow } = JSON.parse(await text(process.stdin));
const complaints = [];
const said = [];
let orders;

const server = createServer((request, answer) => {
  if (request.url === '/api/orders') orders = request.headers.authorization;
  answer.writeHead(200, { 'content-type': 'text/html' });
  answer.end(`<!doctype html><title>App</title><link rel="icon" href="data:,">${link}`);
});
server.listen(port, '127.0.0.1');
await once(server, 'listening');

/** A page of a new visitor. */
async function visitor(browser, complaints) {
  const page = await open(browser, complaints);
  page.on('console', (message) => said.push(message.text()));
  return page;
}

/** Runs a part of a snippet as a module of the page. */
const run = (page, content) => page.addScriptTag({ type: 'module', content });

/** Waits until a condition of this process holds. */
async function until(condition, what) {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 2400, `${what} never comes: ${complaints.concat(said).join('\n')}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

async function browserFlowWorks(browser) {
  const page = await visitor(browser, complaints);
  await page.goto(`${app}/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.waitForURL(`${gateway}/account`);
  await page.goto(`${app}/`);
  await run(page, browserFlow);
  await until(() => said.includes('Ada Lovelace'), 'the name');
  await until(() => orders, 'the request to the API');
}

async function spaFlowWorks(browser) {
  const parts = spaFlow.split(/\n(?=\/\/ \d\. )/);
  assert.equal(parts.length, 4, 'the snippet has four parts');
  const page = await visitor(browser, complaints);
  await page.goto(`${app}/`);
  await run(page, `globalThis.gateway = '${gateway}';\n${parts[0]}`);
  await page.getByRole('button', { name: /Grace Hopper/ }).click();
  await page.waitForURL((url) => url.href.startsWith(`${app}/`) && url.searchParams.has('code'));

  // The same answer in another browser has a state that is not its own.
  const refusals = [];
  const other = await visitor(browser, refusals);
  await other.goto(page.url());
  await run(other, `globalThis.gateway = '${gateway}';\n${parts[1]}`);
  await until(() => refusals.some((refusal) => refusal.includes('not our login')), 'the refusal of a foreign state');

  const keep = 'Object.assign(globalThis, { api, user, provider, refresh_token, access_token });';
  await run(page, `globalThis.gateway = '${gateway}';\n${parts[1]}\n${parts[2]}\n${keep}`);
  await page.waitForFunction(() => globalThis.refresh_token);
  const seen = await page.evaluate(() => ({ user: globalThis.user, renewed: globalThis.access_token !== globalThis.api.access }));
  const refresh_token = await page.evaluate(() => globalThis.refresh_token);
  await run(page, parts[3]);
  await page.waitForURL((url) => !url.href.startsWith(app));
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token });
  const late = await fetch(`${gateway}/oauth2/token`, { method: 'POST', body });
  assert.equal(late.status, 400, 'the session has ended');
  return seen;
}

const browser = await launch();
try {
  await browserFlowWorks(browser);
  console.log(JSON.stringify({ orders, ...(await spaFlowWorks(browser)) }));
} catch (error) {
  complaints.push(error.stack);
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
