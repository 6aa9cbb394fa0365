// Verifies an access token of the gateway with npm jose, as a service would (RFC 9068 §4).
//
//   echo TOKEN | node verify.mjs JWKS_URL ISSUER AUDIENCE
//
// Prints {"header": …, "claims": …} and exits 0; says why not and exits 1 for a token that does not verify.
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [jwksUrl, issuer, audience] = process.argv.slice(2);
if (!audience) {
  console.error('usage: echo TOKEN | node verify.mjs JWKS_URL ISSUER AUDIENCE');
  process.exit(2);
}
try {
  const token = (await text(process.stdin)).trim();
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUrl)), {
    issuer,
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256', 'RS256', 'EdDSA'],
    requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
  });
  console.log(JSON.stringify({ header: protectedHeader, claims: payload }));
} catch (error) {
  console.error(`${error.code ?? error.name}: ${error.message}`);
  process.exit(1);
}
