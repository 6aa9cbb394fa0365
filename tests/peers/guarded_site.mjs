// A site that knows nothing of logins and stands behind a reverse proxy. It shows what reaches it.
//
//   node guarded_site.mjs PORT
//
// Every path answers with the request as JSON: {"method", "url", "headers": [[name, value], …], "bytes"}, with the names of the
// headers as sent, and the length of the body. GET /events is an event stream: `one` at once, and `two` when GET /events/next
// comes, so that a proxy that buffers the stream never delivers `one`. A WebSocket at any path gets the request as its first
// message, and then its own messages back.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const [port] = process.argv.slice(2);
const streams = new Set();

function described(request, bytes) {
  const { method, url, rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, at) => (at % 2 ? [] : [[name, rawHeaders[at + 1]]]));
  return JSON.stringify({ method, url, headers, bytes });
}

const server = createServer(async (request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('data: one\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
    return;
  }
  if (request.url === '/events/next') {
    for (const stream of streams) stream.end('data: two\n\n');
  }
  let bytes = 0;
  for await (const part of request) bytes += part.length;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(described(request, bytes));
});

/** An unmasked text frame (RFC 6455 §5.2). */
function frame(text) {
  const data = Buffer.from(text);
  const length = data.length < 126 ? [data.length] : [126, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length]), data]);
}

/** The text of a masked frame of at most 125 bytes that is complete. */
function unmasked(data) {
  const [length, mask, text] = [data[1] & 127, data.subarray(2, 6), data.subarray(6)];
  return text.subarray(0, length).map((byte, at) => byte ^ mask[at % 4]).toString();
}

server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.write(frame(described(request, 0)));
  socket.on('data', (data) => socket.write(frame(unmasked(data))));
  socket.on('error', () => socket.destroy());
});

server.listen(Number(port), '127.0.0.1');
