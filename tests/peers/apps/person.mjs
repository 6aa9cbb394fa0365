// The person of an app that a test runs: where a browser has to go is printed, and where it was sent back to is read.
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Sends a person to a page, and says where the browser ended up. `signedOut`: as a user who is not signed in. */
export async function visit(url, signedOut = false) {
  console.log(JSON.stringify({ visit: `${url}`, signed_out: signedOut }));
  const { value, done } = await lines.next();
  if (done) throw new Error('the browser is gone');
  return new URL(value);
}

/** Has the operator end the sessions of a client. */
export async function revoke(client) {
  console.log(JSON.stringify({ revoke: client }));
  if ((await lines.next()).done) throw new Error('the operator is gone');
}

/** What the test looks at when all is done. */
export function report(seen) {
  console.log(JSON.stringify({ seen }));
  process.exit(0);
}
