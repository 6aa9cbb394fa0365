// A service that verifies Vestibule's access tokens without a call for each token (npm jose).
//
// It caches the gateway's public keys, and each status list for the `ttl` of the list. So it rejects a token of a revoked
// session within that time.
//
//   node service.mjs ISSUER AUDIENCE
//
// reads one token in each line and prints `accepted SUB` or `refused REASON`.
import { createInterface } from 'node:readline';
import { inflateSync } from 'node:zlib';
import { base64url, createRemoteJWKSet, jwtVerify } from 'jose';

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];
const LEEWAY = 30; // seconds that this clock may differ from the gateway's
const RETRY = 1; // seconds between two attempts to reach the gateway
const LONGEST_LIST = 1 << 20; // bytes; a list is 128 KiB

class Refused extends Error {}

/** A status list: its bits, and the time until which it may be used. */
class StatusList {
  constructor(claims, etag) {
    if (claims.status_list.bits !== 1) throw new Refused('a status list of another kind');
    this.bits = inflateSync(base64url.decode(claims.status_list.lst), { maxOutputLength: LONGEST_LIST });
    this.etag = etag;
    this.expiresAt = claims.exp;
    this.ttl = claims.ttl ?? 60;
    this.fetched();
  }

  fetched() {
    this.lookAgainAt = performance.now() + this.ttl * 1000;
  }

  isUsable() {
    return Date.now() / 1000 < this.expiresAt + LEEWAY;
  }

  isRevoked(idx) {
    if (!Number.isInteger(idx) || idx < 0 || idx >= this.bits.length * 8) throw new Refused('not in the status list');
    return ((this.bits[idx >> 3] >> (idx & 7)) & 1) === 1;
  }
}

export class Verifier {
  #lists = new Map();

  constructor(issuer, audience) {
    // jose checks no audience where it is given none, and would accept the tokens of every other service.
    if (!issuer || !audience) throw new TypeError('usage: node service.mjs ISSUER AUDIENCE');
    this.issuer = issuer;
    this.audience = audience;
    // Cached for ten minutes, and fetched again when a token names an unknown key.
    this.keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  }

  /** The claims of a valid token of an active session; throws otherwise. */
  async verify(token) {
    const rules = { audience: this.audience, requiredClaims: ['sub', 'exp', 'iat', 'sid', 'status'] };
    const claims = await this.#decode(token, 'at+jwt', rules);
    const { uri, idx } = claims.status.status_list;
    if ((await this.#list(uri)).isRevoked(idx)) throw new Refused('the session was revoked');
    return claims;
  }

  /** Checks `typ`, so that no kind of token is accepted as another. */
  async #decode(token, typ, rules) {
    const always = { typ, issuer: this.issuer, algorithms: ALGORITHMS, clockTolerance: LEEWAY };
    return (await jwtVerify(token, this.keys, { ...always, ...rules })).payload;
  }

  async #list(uri) {
    const kept = this.#lists.get(uri);
    if (kept && performance.now() < kept.lookAgainAt) return kept;
    try {
      const list = await this.#fetch(uri, kept);
      this.#lists.set(uri, list);
      return list;
    } catch (error) {
      // The gateway is unavailable: use the cached list until it expires, then reject.
      if (!kept?.isUsable()) throw new Refused(`the status list is not available: ${error.message}`);
      kept.lookAgainAt = performance.now() + RETRY * 1000;
      return kept;
    }
  }

  async #fetch(uri, kept) {
    if (!uri.startsWith(`${this.issuer}/`)) throw new Refused('a status list of another issuer');
    const headers = { accept: 'application/statuslist+jwt' };
    if (kept?.etag && kept.isUsable()) headers['if-none-match'] = kept.etag;
    const answer = await fetch(uri, { headers, redirect: 'error', signal: AbortSignal.timeout(5000) });
    if (answer.status === 304 && kept) {
      kept.fetched();
      return kept;
    }
    if (!answer.ok) throw new Refused(`status ${answer.status}`);
    const rules = { subject: uri, requiredClaims: ['exp', 'iat', 'status_list'] };
    return new StatusList(await this.#decode(await answer.text(), 'statuslist+jwt', rules), answer.headers.get('etag'));
  }
}

const verifier = new Verifier(...process.argv.slice(2, 4));
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(`accepted ${(await verifier.verify(line.trim())).sub}`);
  } catch (reason) {
    console.log(`refused ${reason.message}`);
  }
}
