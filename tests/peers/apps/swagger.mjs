// Swagger UI (npm swagger-ui-dist) in Chromium, started by the lines of docs/apps/swagger-ui.md.
//
//   RECIPE=… node swagger.mjs GATEWAY PORT
//
// It lives at http://127.0.0.1:PORT/docs/, gets a token for the person, and calls /userinfo with it.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { strict as assert } from 'node:assert';
import { launch, open } from '../chromium.mjs';

const [gateway, port] = process.argv.slice(2);
const library = new URL('../node_modules/swagger-ui-dist/', import.meta.url);
const description = {
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1' },
  servers: [{ url: gateway }],
  paths: { '/userinfo': { get: { security: [{ gateway: ['openid', 'profile'] }], responses: { 200: { description: 'Who it is' } } } } },
  components: {
    securitySchemes: {
      gateway: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: `${gateway}/oauth2/authorize`,
            tokenUrl: `${gateway}/oauth2/token`,
            scopes: { openid: 'who it is', profile: 'the name' },
          },
        },
      },
    },
  },
};
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger-ui.css"><div id="ui"></div><script src="swagger-ui-bundle.js"></script><script src="start.js"></script></html>`;
const own = { '': ['text/html', page], 'openapi.json': ['application/json', JSON.stringify(description)], 'start.js': ['text/javascript', process.env.RECIPE] };
const types = { css: 'text/css', html: 'text/html', js: 'text/javascript' };

const server = createServer(async (request, answer) => {
  const name = new URL(request.url, 'http://here').pathname.replace('/docs/', '');
  try {
    const [type, body] = own[name] ?? [types[name.split('.').at(-1)], await readFile(new URL(name, library))];
    answer.writeHead(200, { 'content-type': type }).end(body);
  } catch {
    answer.writeHead(404).end();
  }
});
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');

const complaints = [];
const browser = await launch();
try {
  const ui = await open(browser, complaints);
  const asked = [];
  ui.on('request', (request) => { if (request.url().endsWith('/oauth2/token')) asked.push(request.headers()); });
  await ui.goto(`http://127.0.0.1:${port}/docs/`);
  await ui.getByRole('button', { name: 'Authorize' }).first().click();
  const [popup] = await Promise.all([
    ui.context().waitForEvent('page'),
    ui.locator('.modal-ux').getByRole('button', { name: 'Apply given OAuth2 credentials' }).click(),
  ]);
  popup.setDefaultTimeout(120_000);
  await Promise.all([popup.waitForEvent('close'), popup.getByRole('button', { name: /Ada Lovelace/ }).click()]);
  await ui.locator('.modal-ux').getByRole('button', { name: 'Remove authorization' }).waitFor();
  await ui.locator('.modal-ux').getByRole('button', { name: 'Close' }).first().click();
  assert.equal(asked[0]['x-requested-with'], 'XMLHttpRequest');

  await ui.locator('.opblock-summary-control').first().click();
  await ui.getByRole('button', { name: 'Try it out' }).click();
  const answered = ui.waitForResponse(`${gateway}/userinfo`);
  await ui.getByRole('button', { name: 'Execute' }).click();
  const answer = await answered;
  assert.equal(answer.status(), 200);
  console.log(JSON.stringify({ seen: await answer.json() }));
} catch (error) {
  complaints.push(error.stack);
}
await browser.close();
server.close();
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
