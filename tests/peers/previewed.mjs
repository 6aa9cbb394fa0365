// Every state of every page in every language, as `vestibule pages preview FOLDER` wrote them, in a real browser.
//
//   node previewed.mjs FOLDER [--pictures DIR]
//
// At 320 px nothing may stand beyond the edge. axe-core may find nothing, in light and in dark. A page and all that it loads stay below
// 15 KiB compressed, and nothing comes from elsewhere. Prints {"pages": NUMBER}; exits with 1 where something is not so.
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { launch, open } from './chromium.mjs';

const { values, positionals: [folder] } = parseArgs({ allowPositionals: true, options: { pictures: { type: 'string' } } });
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const complaints = [];
/** The most bytes of a page and all that it loads, compressed. */
const MOST = 15 * 1024;
/** The languages with pictures. Refusals differ in their sentence only: one language has them all. */
const PICTURED = ['en', 'de', 'ar', 'ja'];
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
let loaded = 0;

const server = createServer(async (incoming, answer) => {
  try {
    const path = normalize(decodeURIComponent(new URL(incoming.url, 'http://here').pathname));
    const content = await readFile(join(folder, path));
    loaded += gzipSync(content).length;
    answer.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'",
    });
    answer.end(content);
  } catch {
    answer.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await launch();
const page = await open(browser, complaints, { bypassCSP: true });
page.on('request', (request) => {
  if (!request.url().startsWith(`${origin}/`)) complaints.push(`elsewhere: ${request.url()}`);
});
if (values.pictures) await mkdir(values.pictures, { recursive: true });
const languages = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && entry.name !== 'assets');
let pages = 0;
for (const { name: language } of languages) {
  for (const file of (await readdir(join(folder, language))).sort()) {
    const name = file.replace('.html', '');
    const isRefusal = name.startsWith('problem-') && language !== 'en';
    await page.setViewportSize({ width: 320, height: 700 });
    loaded = 0;
    await page.goto(`${origin}/${language}/${file}`);
    if (loaded > MOST) complaints.push(`${language} ${name}: ${loaded} bytes`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complaints.push(`${language} ${name}: ${wide} px beyond the edge at 320 px`);
    pages += 1;
    if (isRefusal && !name.startsWith('problem-account')) continue;
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { id, nodes } of violations) complaints.push(`axe at ${language} ${name}, ${colorScheme}: ${id}: ${nodes[0].html}`);
      if (!values.pictures || !PICTURED.includes(language)) continue;
      for (const width of [375, 1280]) {
        await page.setViewportSize({ width, height: 700 });
        await page.screenshot({ path: `${values.pictures}/${language}-${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
  }
}
await browser.close();
server.close();
console.log(JSON.stringify({ pages }));
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
