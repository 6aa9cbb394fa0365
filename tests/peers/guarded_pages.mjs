// A person in Chromium at a site behind a reverse proxy.
//
//   node guarded_pages.mjs TUNNEL
//
// TUNNEL is the port of an HTTP proxy that leads https://*.example.com to the reverse proxy. Signs in from a deep link, opens a
// WebSocket and an event stream by scripts, asks for a page of another group, signs out, and prints what was seen as JSON.
import { launch, open } from './chromium.mjs';

const [tunnel] = process.argv.slice(2);
const deep = 'https://app.example.com/reports/2026?page=2&sort=a%26b';
const complaints = [];
const browser = await launch([], { proxy: { server: `http://127.0.0.1:${tunnel}`, bypass: '127.0.0.1' } });
const page = await open(browser, complaints, { ignoreHTTPSErrors: true });

await page.goto(deep);
await page.getByRole('button', { name: /Ada Lovelace/ }).click();
await page.waitForURL(deep);
const landed = JSON.parse(await page.locator('body').innerText());

const scripted = await page.evaluate(async () => {
  const posted = await (await fetch('/orders', { method: 'POST', body: 'x'.repeat(1000) })).json();
  const socket = new WebSocket('wss://app.example.com/socket');
  const messages = [];
  const echoed = new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the WebSocket failed'));
    socket.onopen = () => socket.send('hello');
    socket.onmessage = ({ data }) => { if (messages.push(data) === 2) resolve(); };
  });
  await echoed;
  socket.close();
  const events = new EventSource('/events');
  const seen = await new Promise((resolve, reject) => {
    const all = [];
    events.onerror = () => reject(new Error('the event stream failed'));
    events.onmessage = ({ data }) => {
      if (data === 'one') fetch('/events/next');
      if (all.push(data) === 2) { events.close(); resolve(all); }
    };
  });
  return { bytes: posted.bytes, echo: messages[1], events: seen, admin: (await fetch('/admin/')).status };
});

await page.goto('https://login.example.com/account');
await page.getByRole('button', { name: 'Sign out', exact: true }).click();
await page.getByRole('heading', { name: /signed out/i }).waitFor();
await page.goto('https://app.example.com/');
await page.getByRole('heading', { name: 'Whom would you like to be?' }).waitFor();
await browser.close();

if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
console.log(JSON.stringify({ landed, scripted }));
