// Serves a single-page app as any web server would: the files of a folder, two installed libraries, and its settings.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const peers = new URL('..', import.meta.url);
const types = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json' };

export async function serve(folder, settings, port) {
  const read = async (path) => {
    if (path === '/settings.json') return JSON.stringify(settings);
    return readFile(path.startsWith('/node_modules/') ? new URL(`.${path}`, peers) : `${folder}${path}`);
  };
  const server = createServer(async (request, answer) => {
    const { pathname } = new URL(request.url, 'http://here');
    const path = pathname === '/' ? '/index.html' : pathname;
    try {
      const body = await read(path);
      answer.writeHead(200, { 'content-type': types[extname(path)], 'referrer-policy': 'no-referrer' }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
