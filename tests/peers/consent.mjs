// A person in Chromium who signs in as Ada and agrees to what apps ask for.
//
//   node consent.mjs PORT
//
// Reads authorization URLs, one a line. Prints {"back", "page"} for each: the address to which the browser was sent back, which is at
// http://127.0.0.1:PORT, and the text of the consent page. Prints {"ready": true} first.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { launch, open } from './chromium.mjs';

const [port] = process.argv.slice(2);
const complaints = [];
const browser = await launch();
const page = await open(browser, complaints);
const app = createServer((_request, response) => response.end('Back at the app.'));
await new Promise((resolve) => { app.listen(Number(port), '127.0.0.1', resolve); });

const [ada, agree] = [/Ada Lovelace/, 'Continue'].map((name) => page.getByRole('button', { name }));
console.log(JSON.stringify({ ready: true }));
for await (const url of createInterface({ input: process.stdin })) {
  await page.goto(url);
  await ada.or(agree).first().waitFor();
  if (await ada.isVisible()) await ada.click();
  await agree.waitFor();
  const text = await page.locator('main').innerText();
  await agree.click();
  await page.waitForURL(`http://127.0.0.1:${port}/**`);
  console.log(JSON.stringify({ back: page.url(), page: text }));
}
await browser.close();
app.close();
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
