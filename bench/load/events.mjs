// @ts-check
// Events as Stripe sends them, each about an object of its own. The objects are the emulator's, with other ids.
import { createHash } from 'node:crypto';

export const SECRET = 'whsec_benchbenchbench';

/** @typedef {Record<string, any>} StripeObject */
/** @typedef {Record<string, StripeObject>} Templates */

/** What the events of each type are called, without what happened. */
const names = {
  customer: 'customer',
  product: 'product',
  price: 'price',
  subscription: 'customer.subscription',
  invoice: 'invoice',
};

export const kinds = Object.keys(names);

/**
 * One object of each type, made by the emulator's own API.
 * @param {{ url: string, secretKey: string }} emulator
 * @returns {Promise<Templates>}
 */
export async function templatesOf({ url, secretKey }) {
  /** @type {(method: string, path: string, body?: Record<string, string>) => Promise<StripeObject>} */
  const ask = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(body === undefined ? {} : { body: new URLSearchParams(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return /** @type {any} */ (await answer.json());
  };
  const customer = await ask('POST', '/v1/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
    'invoice_settings[default_payment_method]': 'pm_card_visa',
  });
  const product = await ask('POST', '/v1/products', { name: 'Pro', description: 'Everything in Basic, and support' });
  const price = await ask('POST', '/v1/prices', {
    product: product['id'],
    currency: 'usd',
    unit_amount: '900',
    'recurring[interval]': 'month',
  });
  const subscription = await ask('POST', '/v1/subscriptions', {
    customer: customer['id'],
    'items[0][price]': price['id'],
  });
  const invoice = await ask('GET', `/v1/invoices/${subscription['latest_invoice']}`);
  return { customer, product, price, subscription, invoice };
}

/**
 * The object with the id `<prefix>_<own>`. Its items or lines get ids of their own too.
 * @param {Templates} templates
 * @param {string} kind
 * @param {string} own
 */
export function objectOf(templates, kind, own) {
  const template = templates[kind] ?? {};
  /** @type {StripeObject} */
  const object = { ...template, id: `${prefixOf(template)}_${own}` };
  for (const field of ['items', 'lines']) {
    if (object[field] === undefined) continue;
    const data = object[field].data.map((/** @type {StripeObject} */ child, /** @type {number} */ index) => ({
      ...child,
      id: `${prefixOf(child)}_${own}_${index}`,
      [kind === 'invoice' ? 'invoice' : 'subscription']: object['id'],
    }));
    object[field] = { ...object[field], data };
  }
  return object;
}

/**
 * The body of the event number `n`. No two numbers share an object.
 * @param {Templates} templates
 * @param {{ kind: string, n: number, run: string, version: string }} which
 */
export function bodyOf(templates, { kind, n, run, version }) {
  const own = `${run}${n}`;
  const data = { object: objectOf(templates, kind, own) };
  return eventBody({ kind, own, version, what: 'created', data });
}

/**
 * The body of the event number `n` about `objects` objects, one after the other: the first of each says that it was
 * made, and each later one that its metadata changed.
 * @param {Templates} templates
 * @param {{ kind: string, n: number, objects: number, version: string }} which
 */
export function repeatedBodyOf(templates, { kind, n, objects, version }) {
  const time = Math.floor(n / objects);
  const made = objectOf(templates, kind, `soak${n % objects}`);
  if (time === 0) return eventBody({ kind, own: `soak${n}`, version, what: 'created', data: { object: made } });
  const before = time === 1 ? null : `${time - 1}`;
  const data = {
    object: { ...made, metadata: { ...made['metadata'], change: `${time}` } },
    previous_attributes: { metadata: { change: before } },
  };
  return eventBody({ kind, own: `soak${n}`, version, what: 'updated', data });
}

/** @param {{ kind: string, own: string, version: string, what: 'created' | 'updated', data: object }} event */
function eventBody({ kind, own, version, what, data }) {
  return JSON.stringify({
    id: `evt_${own}`,
    object: 'event',
    api_version: version,
    created: Math.floor(Date.now() / 1_000),
    data,
    livemode: false,
    pending_webhooks: 1,
    request: { id: `req_${own}`, idempotency_key: null },
    type: `${names[/** @type {keyof typeof names} */ (kind)]}.${what}`,
  });
}

/**
 * Metadata that takes about so many bytes as JSON, in values of at most 500 characters, as Stripe allows them. The
 * values are hex digits of hashes: text that a database compresses about as well as ids and timestamps.
 * @param {number} bytes
 * @returns {Record<string, string>}
 */
export function metadataOf(bytes) {
  /** @type {Record<string, string>} */
  const metadata = {};
  for (let left = bytes, index = 0; left > 0; index += 1) {
    const name = `note_${String(index).padStart(4, '0')}`;
    const length = Math.min(500, Math.max(1, left - `"${name}":"",`.length));
    const hashes = Array.from({ length: 8 }, (_, part) =>
      createHash('sha256').update(`${index} ${part}`).digest('hex'),
    );
    metadata[name] = hashes.join('').slice(0, length);
    left -= `"${name}":"",`.length + length;
  }
  return metadata;
}

/** @param {StripeObject} object */
function prefixOf(object) {
  return /** @type {string} */ (object['id']).split('_')[0];
}
