// Chromium, and everything it complains of. CHROMIUM names it where it is not /usr/bin/chromium.
import { chromium } from 'playwright-core';

export function launch(more = [], options = {}) {
  return chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', ...more],
  });
}

/** A page of a new visitor, whose every complaint is added to `complaints`. A refusal that a scenario causes is none. */
export async function open(browser, complaints, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  // Only a hang takes that long: a busy machine does not fail the test.
  page.setDefaultTimeout(120_000);
  page.on('console', (message) => {
    const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !refusal) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A navigation aborts the requests of the page that it leaves. That is no fault of the page.
    const error = request.failure()?.errorText;
    if (error !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${error}`);
  });
  page.on('response', (answer) => {
    const told = [400, 403].includes(answer.status());
    if (answer.status() >= 400 && !told) complaints.push(`${answer.url()}: ${answer.status()}`);
  });
  return page;
}
