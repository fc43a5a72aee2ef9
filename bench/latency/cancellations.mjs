// @ts-check
// From a cancellation at Stripe's API to the row that says `canceled`: emulator, delivery, Lockstep, and database.
import { startEmulator } from '../../dist/emulator/src/index.js';
import { SECRET } from '../load/events.mjs';
import { percentile } from '../support/samples.mjs';
import { readerOf } from '../webhooks/arena.mjs';

const STATUS = 'select status from stripe.subscriptions where account = $1 and not livemode and id = $2';

/**
 * Cancels subscriptions, each after the one before has arrived. The clock starts before the request is sent and stops
 * when a select, repeated without a pause, first sees the row.
 * @param {import('../receivers/receiver.mjs').Receiver} receiver
 * @param {{ databaseUrl: string | undefined, count: number }} options
 */
export async function cancelSubscriptions(receiver, { databaseUrl, count }) {
  const emulator = await startEmulator();
  const stripe = { url: emulator.url, key: emulator.secretKey };
  const running = await receiver.start({ databaseUrl, stripe });
  const { query, close } = await readerOf(running, databaseUrl);
  emulator.createWebhookEndpoint({ url: running.url, secret: SECRET });
  const call = callerOf(stripe);
  const account = await call('GET', '/v1/account');
  const subscriptions = await subscribe(call, count);
  await calm(query);
  const took = [];
  for (const id of subscriptions) {
    const began = performance.now();
    await call('DELETE', `/v1/subscriptions/${id}`);
    for (;;) {
      const [row] = await query(STATUS, [account['id'], id]);
      if (row?.['status'] === 'canceled') break;
    }
    took.push(performance.now() - began);
  }
  await close();
  await running.stop();
  await emulator.stop();
  took.sort((a, b) => a - b);
  return {
    count,
    p50: percentile(took, 0.5),
    p90: percentile(took, 0.9),
    p99: percentile(took, 0.99),
    most: took.at(-1) ?? NaN,
  };
}

/** @typedef {(method: string, path: string, body?: Record<string, string>) => Promise<Record<string, any>>} Call */

/**
 * @param {{ url: string, key: string }} stripe
 * @returns {Call}
 */
function callerOf({ url, key }) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' };
  return async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: new URLSearchParams(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return /** @type {Promise<Record<string, any>>} */ (answer.json());
  };
}

/**
 * @param {Call} call
 * @param {number} count
 */
async function subscribe(call, count) {
  const product = await call('POST', '/v1/products', { name: 'Bench' });
  const price = await call('POST', '/v1/prices', {
    product: product['id'],
    currency: 'usd',
    unit_amount: '900',
    'recurring[interval]': 'month',
  });
  const subscriptions = [];
  for (let n = 0; n < count; n += 1) {
    const customer = await call('POST', '/v1/customers', { name: `Customer ${n}` });
    const card = await call('POST', '/v1/payment_methods/pm_card_visa/attach', { customer: customer['id'] });
    const subscription = await call('POST', '/v1/subscriptions', {
      customer: customer['id'],
      'items[0][price]': price['id'],
      default_payment_method: card['id'],
    });
    subscriptions.push(/** @type {string} */ (subscription['id']));
  }
  return subscriptions;
}

/**
 * Resolves when every delivery so far has arrived and is proven: nothing is marked and nothing is new for a second.
 * @param {import('../receivers/receiver.mjs').Query} query
 */
async function calm(query) {
  const state = async () => {
    const [counts] = await query(`
      select (select count(*)::int from lockstep.dirty) as marks,
        (select count(*)::int from lockstep.inbox) as events`);
    return { marks: counts?.['marks'], events: counts?.['events'] };
  };
  for (let before = await state(), still = 0; still < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await state();
    still = now.marks === 0 && now.events === before.events ? still + 1 : 0;
    before = now;
  }
}
