// A client of a site behind a reverse proxy, which writes requests that HTTP libraries do not: names of headers in any case,
// WebSockets with cookies, event streams.
//
//   node proxied.mjs headers|raw|websocket|events|upload PORT COOKIE
//
// Connects to the TLS port PORT of 127.0.0.1 as app.example.com. `headers` reads [[name, value], …] from standard input and
// sends them in a request of /forged. `raw` reads [text, …], sends each as it is on a connection of its own, and prints the
// answers in the same order. The others print {"status", …} with what was seen.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { Readable } from 'node:stream';
import tls from 'node:tls';

const [action, port, cookie] = process.argv.slice(2);
const agent = new https.Agent({ keepAlive: false });

/** Begins a request. The headers are sent as they are written. */
function begin(method, path, headers = []) {
  const all = [['Host', 'app.example.com'], ...(cookie ? [['Cookie', cookie]] : []), ...headers];
  return https.request({
    host: '127.0.0.1', port, servername: 'app.example.com', rejectUnauthorized: false, agent, method, path, headers: all.flat(),
  });
}

async function text(response) {
  let all = '';
  for await (const part of response.setEncoding('utf8')) all += part;
  return all;
}

async function answered(request) {
  const [response] = await once(request.end(), 'response');
  return { status: response.statusCode, body: await text(response) };
}

/** A masked text frame of at most 125 bytes (RFC 6455 §5.2). */
function masked(message) {
  const [mask, data] = [randomBytes(4), Buffer.from(message)];
  return Buffer.concat([Buffer.from([0x81, 0x80 | data.length]), mask, data.map((byte, at) => byte ^ mask[at % 4])]);
}

/** Sends a text and reads until the server closes the connection, or for five seconds. */
function exchanged(sent) {
  return new Promise((resolve) => {
    let heard = '';
    const socket = tls.connect({ host: '127.0.0.1', port, servername: 'app.example.com', rejectUnauthorized: false });
    const done = () => { resolve(heard); socket.destroy(); };
    socket.on('secureConnect', () => socket.write(sent)).on('data', (part) => { heard += part.toString('latin1'); });
    socket.on('end', done).on('error', done).setTimeout(5000, done);
  });
}

const actions = {
  headers: () => answered(begin('GET', '/forged', JSON.parse(readFileSync(0, 'utf8')))),

  raw: () => Promise.all(JSON.parse(readFileSync(0, 'utf8')).map(exchanged)),

  async websocket() {
    const key = randomBytes(16).toString('base64');
    const request = begin('GET', '/socket', [
      ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', key],
    ]);
    request.end();
    const refused = once(request, 'response').then(([response]) => ({ status: response.statusCode }));
    const upgraded = once(request, 'upgrade').then(async ([response, socket, head]) => {
      let heard = head.toString('latin1');
      const until = async (word) => {
        while (!heard.includes(word)) heard += (await once(socket, 'data'))[0].toString('latin1');
      };
      await until('/socket');
      socket.write(masked('echo of a message'));
      await until('echo of a message');
      socket.destroy();
      return { status: response.statusCode, echoed: true };
    });
    return Promise.race([refused, upgraded]);
  },

  /** The second event is asked for when the first has come. */
  async events() {
    const [response] = await once(begin('GET', '/events').end(), 'response');
    const stream = response.setEncoding('utf8')[Symbol.asyncIterator]();
    let seen = '';
    while (!seen.includes('data: one\n\n')) seen += (await stream.next()).value;
    await answered(begin('GET', '/events/next'));
    for (let part = await stream.next(); !part.done; part = await stream.next()) seen += part.value;
    return { status: response.statusCode, seen };
  },

  /** 8 MiB in chunks, without a length. */
  async upload() {
    const request = begin('POST', '/upload', [['Transfer-Encoding', 'chunked'], ['Content-Type', 'application/octet-stream']]);
    const part = Buffer.alloc(64 * 1024, 'x');
    const sent = once(request, 'response');
    Readable.from(Array(128).fill(part)).pipe(request);
    const [response] = await sent;
    return { status: response.statusCode, body: await text(response) };
  },
};

console.log(JSON.stringify(await actions[action]()));
process.exit(0);
