// @ts-check
// Signed requests as bytes, made before the clock starts.
import { createHmac } from 'node:crypto';
import { bodyOf, metadataOf, SECRET } from './events.mjs';

/**
 * @typedef {{ templates: import('./events.mjs').Templates, kinds: string[], run: string, version: string,
 *   bytes?: number | undefined }} Events `bytes`: bodies are filled up to this size; default: as they are
 */

/** A request in the pieces that are written one after the other. @typedef {Buffer[]} Request */

/** Stands in the metadata for what all the bodies of a run share: 200 KB of it would not fit in memory for each. */
const SHARED = '"\\u0001":""';

/**
 * The first `count` events of a run, the kinds in turn.
 * @param {Events} events
 * @param {{ url: string, count: number }} to
 * @returns {Request[]}
 */
export function requestsOf({ templates, kinds, run, version, bytes }, { url, count }) {
  const head = headOf(url);
  const shared = new Map(kinds.map((kind) => [kind, sharedOf(templates, { kind, run, version, bytes })]));
  const marked = bytes === undefined ? templates : withMetadata(templates, { '\u0001': '' });
  return Array.from({ length: count }, (_, n) => {
    const kind = /** @type {string} */ (kinds[n % kinds.length]);
    const body = bodyOf(marked, { kind, n, run, version });
    const filling = shared.get(kind);
    const parts =
      filling === undefined
        ? [Buffer.from(body)]
        : body.split(SHARED).flatMap((text, index) => [...(index === 0 ? [] : [filling]), Buffer.from(text)]);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const headers = `${head}Stripe-Signature: ${signatureOf(parts)}\r\nContent-Length: ${length}\r\n\r\n`;
    // A small request is one write.
    return parts.length === 1 ? [Buffer.from(headers + body)] : [Buffer.from(headers), ...parts];
  });
}

/**
 * The objects as the events of such a size have them, for the Stripe that is asked for them.
 * @param {Events} events
 */
export function objectsOf({ templates, kinds, run, version, bytes }) {
  if (bytes === undefined) return templates;
  const filled = { ...templates };
  for (const kind of kinds) {
    const shared = sharedOf(templates, { kind, run, version, bytes });
    if (shared === undefined) continue;
    Object.assign(filled, withMetadata({ [kind]: templates[kind] ?? {} }, JSON.parse(`{${shared.toString()}}`)));
  }
  return filled;
}

/**
 * What fills a body of this kind up to `bytes`, as a part of a JSON object.
 * @param {import('./events.mjs').Templates} templates
 * @param {{ kind: string, run: string, version: string, bytes: number | undefined }} which
 */
function sharedOf(templates, { kind, run, version, bytes }) {
  if (bytes === undefined) return undefined;
  const own = Buffer.byteLength(bodyOf(templates, { kind, n: 1_000, run, version }));
  return Buffer.from(JSON.stringify(metadataOf(Math.max(1, bytes - own))).slice(1, -1));
}

/**
 * @param {import('./events.mjs').Templates} templates
 * @param {Record<string, string>} metadata
 */
function withMetadata(templates, metadata) {
  const entries = Object.entries(templates);
  return Object.fromEntries(entries.map(([kind, template]) => [kind, { ...template, metadata }]));
}

/** @param {readonly Buffer[]} body */
function signatureOf(body) {
  const at = Math.floor(Date.now() / 1_000);
  const hmac = createHmac('sha256', SECRET).update(`${at}.`);
  for (const part of body) hmac.update(part);
  return `t=${at},v1=${hmac.digest('hex')}`;
}

/**
 * One request with this body, signed now.
 * @param {string} url
 * @param {string} body
 * @returns {Request}
 */
export function requestOf(url, body) {
  const parts = [Buffer.from(body)];
  const headers = `Stripe-Signature: ${signatureOf(parts)}\r\nContent-Length: ${parts[0]?.length}\r\n\r\n`;
  return [Buffer.from(headOf(url) + headers + body)];
}

/** @param {string} url */
function headOf(url) {
  const { hostname, port, pathname } = new URL(url);
  return (
    `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json; charset=utf-8\r\n` +
    `User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*\r\n`
  );
}
