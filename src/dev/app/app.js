// A single-page app that signs users in by the gateway's SPA flow.
//
// The tokens live in this module's memory and nowhere else: a script that gets into the page later finds none in
// storage, and a reload forgets them. Only what must survive the trip to the provider is kept in sessionStorage.

const config = await (await fetch("/config.json")).json();
let signedIn = null;

const by = (id) => document.getElementById(id);
const LOGIN = "login";
const TRACE = "trace";
const LEAVING = "leaving";

// --- the login ------------------------------------------------------------------------------------------------------

/** Asks the gateway where to go, remembers `state` and the PKCE verifier, and goes there. */
async function signIn() {
  forgetTrace();
  busy("Asking the gateway where to go");
  const verifier = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const challenge = toBase64Url(new Uint8Array(digest));
  const path = `/oauth2/url/?provider=${encodeURIComponent(config.provider)}&code_challenge=${challenge}`;
  const { url, state } = await ask("GET", path);
  sessionStorage.setItem(LOGIN, JSON.stringify({ state, verifier }));
  trace("The browser goes to the provider", new URL(url).origin + new URL(url).pathname);
  location.assign(url);
}

/** Back from the provider: compares `state`, then exchanges the code for tokens. */
async function comeBack(query) {
  const { state: expected, verifier } = JSON.parse(sessionStorage.getItem(LOGIN) ?? "{}");
  sessionStorage.removeItem(LOGIN);
  // Neither the code nor the state may stay in the address bar, the history, or a referrer.
  history.replaceState(null, "", "/");
  const state = query.get("state");
  if (!state || state !== expected) {
    trace("The browser comes back with a state that is not ours", "refused", false);
    throw new Failure("state_mismatch", "This answer is not for us", "The login was not begun in this tab. Begin again here.");
  }
  trace("The browser comes back, and state is the one that we sent", query.has("error") ? "error" : "code", !query.has("error"));
  if (query.has("error")) {
    const said = query.get("error_description");
    const title = query.get("error") === "access_denied" ? "You were not signed in" : "The provider could not sign you in";
    throw new Failure(query.get("error"), title, said ? `The provider says: “${said}”.` : "The provider does not say why.");
  }
  busy("Exchanging the code for a token");
  const body = { provider: config.provider, code: query.get("code"), state, code_verifier: verifier };
  if (query.has("iss")) body.iss = query.get("iss");
  return ask("POST", "/oauth2/token/", body);
}

/** Exchanges the refresh token for a new access token, and keeps the new refresh token in its place. */
async function renew() {
  by("renew").disabled = true;
  try {
    const grant = { grant_type: "refresh_token", refresh_token: signedIn.api.refresh };
    const renewed = await ask("POST", "/oauth2/token", new URLSearchParams(grant), "omit");
    signedIn.api = { ...signedIn.api, access: renewed.access_token, refresh: renewed.refresh_token };
  } catch (error) {
    if (error.code !== "invalid_grant") throw error;
    signedIn = null;
    throw new Failure("invalid_grant", "The session has ended", "It was ended at another device, or has expired. Sign in again.");
  } finally {
    by("renew").disabled = false;
  }
  await showPerson();
}

/** Ends the session at the gateway, and then at the provider, too, where it offers that. */
async function signOut() {
  forgetTrace();
  // Forgetting the tokens would not end anything. Who is signed out already gets the same answer.
  await ask("POST", "/oauth2/revoke", new URLSearchParams({ token: signedIn.api.refresh }), "omit");
  const logoutUrl = signedIn.provider?.logout_url;
  signedIn = null;
  if (!logoutUrl) return show("welcome");
  trace("The browser goes to the provider by way of the gateway, to sign out there", new URL(logoutUrl).pathname);
  sessionStorage.setItem(LEAVING, "yes");
  location.assign(logoutUrl);
}

// --- the gateway ----------------------------------------------------------------------------------------------------

/** A refusal: `code` is for programs and stays the same, the rest is for people. */
class Failure extends Error {
  constructor(code, title, detail, reference) {
    super(title);
    Object.assign(this, { code, title, detail, reference });
  }
}

/**
 * One call, with a form or with JSON. Including credentials lets the browser keep the cookie that binds the login to it;
 * a token speaks for itself.
 */
async function ask(method, path, body, credentials = "include") {
  const request = { method, credentials, headers: { Accept: "application/json" } };
  if (body instanceof URLSearchParams) {
    request.body = body;
  } else if (body) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(config.gateway + path, request);
  } catch {
    trace(`${method} ${path}`, "no answer", false);
    throw new Failure("unreachable", "The gateway does not answer", `Nothing came from ${config.gateway}.`);
  }
  trace(`${method} ${path}`, `${answer.status}`, answer.ok);
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  // RFC 9457 problem details, or in the words of OAuth (RFC 6749 §5.2).
  const { error = `http_${answer.status}`, error_description = "The gateway refused" } = content;
  const { code = error, title = error_description, detail = "", reference } = content;
  throw new Failure(code, title, detail, reference);
}

// --- the token ------------------------------------------------------------------------------------------------------

const ALGORITHMS = {
  ES256: { import: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
  RS256: { import: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, verify: { name: "RSASSA-PKCS1-v1_5" } },
  EdDSA: { import: { name: "Ed25519" }, verify: { name: "Ed25519" } },
};

function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64Url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(token) {
  const read = (part) => JSON.parse(new TextDecoder().decode(fromBase64Url(part)));
  const [header, claims] = token.split(".");
  return { header: read(header), claims: read(claims) };
}

/** Does what a service does with a token: looks up the key by `kid`, verifies the signature, checks issuer and time. */
async function verify(token, { header, claims }) {
  const algorithm = ALGORITHMS[header.alg];
  if (!algorithm) return { good: false, text: `Unknown algorithm ${header.alg}` };
  // The keys are for everybody, so nobody says who asks.
  const { keys } = await ask("GET", "/.well-known/jwks.json", undefined, "omit");
  const jwk = keys.find((key) => key.kid === header.kid);
  if (!jwk) return { good: false, text: "The key is not in the JWKS" };
  const key = await crypto.subtle.importKey("jwk", { ...jwk, key_ops: ["verify"] }, algorithm.import, false, ["verify"]);
  const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
  const bytes = new TextEncoder().encode(signed);
  const good = await crypto.subtle.verify(algorithm.verify, key, fromBase64Url(signature), bytes);
  trace(`Signature checked in the browser (${header.alg})`, good ? "good" : "bad", good);
  if (!good) return { good, text: "The signature does not verify" };
  if (claims.iss !== config.gateway) return { good: false, text: `Issued by ${claims.iss}, not by the gateway` };
  if (claims.exp * 1000 <= Date.now()) return { good: false, text: "The token has expired" };
  return { good, text: `Signature verified (${header.alg})` };
}

// --- the page -------------------------------------------------------------------------------------------------------

const MEANING = {
  alg: "How it is signed", kid: "Which key of the JWKS", typ: "An access token (RFC 9068)",
  iss: "Who issued it: the gateway", sub: "Who it is about, for good", aud: "Whom it is for", client_id: "Who asked for it",
  exp: "Good until", iat: "Issued at", nbf: "Not before", auth_time: "When the person signed in", jti: "The token's own id",
  sid: "The session it comes from", scope: "What it allows", acr: "How strongly the person was recognised",
  amr: "By what means", email: "E-mail address", groups: "Groups", status: "Where to look up revocation",
};
const TIMES = new Set(["exp", "iat", "nbf", "auth_time"]);

function show(...ids) {
  for (const id of ["welcome", "busy", "failure", "person", "token"]) by(id).hidden = !ids.includes(id);
  by("sign-out").hidden = !ids.includes("token");
  renderTrace();
}

function busy(text) {
  by("busy-text").textContent = text;
  show("busy");
}

/** Says what went wrong; the button does `again`. */
function showFailure(error, again) {
  const failure = error instanceof Failure ? error : new Failure("app_error", "Something broke in this page", String(error));
  by("failure-code").textContent = failure.code;
  by("failure-title").textContent = failure.title;
  by("failure-detail").textContent = failure.detail;
  by("failure-reference").hidden = !failure.reference;
  by("failure-reference").textContent = `Reference: ${failure.reference}`;
  by("try-again").textContent = signedIn ? "Try again" : "Sign in again";
  by("try-again").onclick = guarded(again);
  show("failure");
  by("try-again").focus();
}

async function showPerson() {
  const { user, api } = signedIn;
  const name = user.name ?? user.email ?? user.sub;
  by("initials").textContent = name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
  by("name").textContent = `Hello, ${name}`;
  by("email").textContent = user.email ? user.email + (user.email_verified ? "" : " (not verified)") : user.sub;
  verdict("", "Checking the signature");
  const parts = api.access.split(".").map((part, place) => {
    const span = element("span", part);
    span.className = ["one", "two", "three"][place] ?? "";
    return span;
  });
  by("raw").replaceChildren(...parts.flatMap((part, place) => (place ? [".", part] : [part])));
  const renewed = !by("token").hidden;
  show("person", "token");
  // The focus stays on "Renew", which may be pressed again.
  by(renewed ? "renew" : "name").focus();

  const token = decode(api.access);
  fill("header", token.header);
  fill("claims", token.claims);
  const tick = () => countDown(token.claims.exp);
  tick();
  clearInterval(showPerson.timer);
  showPerson.timer = setInterval(tick, 1000);
  const checked = await verify(api.access, token).catch((error) => ({ good: false, text: error.title ?? String(error) }));
  verdict(checked.good ? "good" : "bad", checked.text);
  renderTrace();
}

function verdict(kind, text) {
  by("verdict").className = `verdict ${kind}`;
  by("verdict").textContent = `${{ good: "✓ ", bad: "✗ " }[kind] ?? ""}${text}`;
}

function countDown(expiry) {
  const left = Math.max(0, Math.floor(expiry - Date.now() / 1000));
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  by("expiry").textContent = left ? `good for ${clock}` : "expired";
}

/** Fills a table: name, value, and what it means. Text only, whatever the token holds. */
function fill(id, claims) {
  const rows = Object.entries(claims).map(([name, value]) => {
    const row = element("tr");
    const head = element("th", name);
    head.scope = "row";
    const cell = element("td");
    cell.append(element("code", typeof value === "string" ? value : JSON.stringify(value)));
    if (TIMES.has(name)) cell.append(" ", element("small", new Date(value * 1000).toLocaleTimeString()));
    row.append(head, cell, element("td", MEANING[name] ?? ""));
    return row;
  });
  by(id).tBodies[0].replaceChildren(...rows);
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

async function copy() {
  await navigator.clipboard.writeText(signedIn.api.access);
  by("copy").textContent = "Copied";
  setTimeout(() => (by("copy").textContent = "Copy token"), 1500);
}

// --- what happened, kept over the trip to the provider ---------------------------------------------------------------

const readTrace = () => JSON.parse(sessionStorage.getItem(TRACE) ?? "[]");
const forgetTrace = () => sessionStorage.removeItem(TRACE);

function trace(what, result, good = true) {
  sessionStorage.setItem(TRACE, JSON.stringify([...readTrace(), { what, result, good }]));
}

function renderTrace() {
  const steps = readTrace();
  by("trace").hidden = steps.length === 0;
  by("steps").replaceChildren(
    ...steps.map(({ what, result, good }) => {
      const item = element("li");
      const badge = element("span", result);
      badge.className = `badge ${good ? "good" : "bad"}`;
      item.append(element("span", what), badge);
      return item;
    }),
  );
}

// --- begin ----------------------------------------------------------------------------------------------------------

function guarded(work) {
  // Without tokens there is nothing else to do again.
  return () => work().catch((error) => showFailure(error, signedIn ? work : signIn));
}
by("sign-in").addEventListener("click", guarded(signIn));
by("renew").addEventListener("click", guarded(renew));
by("sign-out").addEventListener("click", guarded(signOut));
by("copy").addEventListener("click", guarded(copy));

const query = new URLSearchParams(location.search);
if (location.pathname === "/callback") {
  await guarded(async () => {
    signedIn = await comeBack(query);
    await showPerson();
  })();
} else {
  if (sessionStorage.getItem(LEAVING)) trace("The browser comes back", "signed out");
  else forgetTrace();
  sessionStorage.removeItem(LEAVING);
  show("welcome");
}
