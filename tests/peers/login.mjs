// Signs in with a real browser, as a person would: at the pretend provider, or at provider.mjs.
//
//   node login.mjs LOGIN_URL [--as NAME] [--screenshots FOLDER]
//
// Opens the gateway's login URL, follows what the page offers (a link or button named after the person, or the forms
// of oidc-provider), and prints {"url": …, "title": …, "text": …} of the page where it ends.
// CHROMIUM names the browser where it is not /usr/bin/chromium.
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: 'string', default: 'Ada' },
    screenshots: { type: 'string' },
  },
});
const start = positionals[0];
if (!start) {
  console.error('usage: node login.mjs LOGIN_URL [--as NAME] [--screenshots FOLDER]');
  process.exit(2);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
let shots = 0;
async function shoot(page) {
  if (values.screenshots) {
    shots += 1;
    await page.screenshot({ path: `${values.screenshots}/${shots}.png`, fullPage: true });
  }
}

// What a page of a provider may ask, and how a person answers. The first that is there is taken.
const answers = (page) => [
  // oidc-provider: its login form, then its consent form.
  [page.locator('input[name="login"]'), async (field) => {
    await field.fill(values.as.toLowerCase());
    await page.locator('input[name="password"]').fill('any');
    await page.getByRole('button', { name: /sign[- ]?in/i }).click();
  }],
  // The pretend provider: one button or link a person.
  [page.getByRole('button', { name: new RegExp(values.as, 'i') }), (button) => button.click()],
  [page.getByRole('link', { name: new RegExp(values.as, 'i') }), (link) => link.click()],
  [page.getByRole('button', { name: /^(continue|allow|accept)$/i }), (button) => button.click()],
];

// Does something that leads to another page, and waits until that page is there.
async function leave(page, act) {
  const before = page.url();
  await act();
  await page.waitForURL((url) => url.href !== before);
}

async function answerOnce(page) {
  for (const [locator, act] of answers(page)) {
    const first = locator.first();
    if (await first.isVisible()) {
      await leave(page, () => act(first));
      return true;
    }
  }
  return false;
}

try {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(start);
  await shoot(page);
  const home = new URL(start).origin;
  // On the gateway's own chooser a provider's link is followed; at the provider its questions are answered.
  if (new URL(page.url()).origin === home) {
    await leave(page, () => page.locator('a[href*="/login/"]').first().click());
  }
  for (let step = 0; step < 6 && new URL(page.url()).origin !== home; step += 1) {
    await shoot(page);
    if (!(await answerOnce(page))) throw new Error(`nothing to click at ${page.url()}`);
  }
  await shoot(page);
  const text = await page.locator('body').innerText();
  console.log(JSON.stringify({ url: page.url(), title: await page.title(), text }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
}
