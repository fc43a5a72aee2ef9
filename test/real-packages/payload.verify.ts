import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { receiver, startRig, type Received, type Receiver, type Rig } from '../../emulator/test/rig.js';
import { load } from './on-demand/load.mjs';
import { sendStripeTo } from './redirect.js';

type Doc = Record<string, unknown> & { id: number; stripeID: string };
interface Payload {
  create(asked: object): Promise<Doc>;
  update(asked: object): Promise<Doc>;
  delete(asked: object): Promise<Doc>;
  find(asked: object): Promise<{ docs: Doc[] }>;
  logger: object;
  destroy(): Promise<void>;
}
interface Endpoint {
  path: string;
  handler(request: object): Promise<Response>;
}
interface Config {
  endpoints: Endpoint[];
}

const WAIT = { timeout: 10_000, interval: 20 };

let rig: Rig;
let hooks: Receiver;
let payload: Payload;
let config: Config;
let folder: string;
let end: () => void;
let environment: string | undefined;
beforeAll(async () => {
  rig = await startRig();
  end = sendStripeTo(rig.emulator.port);
  hooks = await receiver();
  // With `test` the plugin does not ask Stripe at all.
  environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'development';
  folder = await mkdtemp(join(tmpdir(), 'lockstep-payload-'));
  const { secret } = rig.emulator.createWebhookEndpoint({ url: hooks.url, api_version: '2022-08-01' });
  ({ payload, config } = await startPayload(secret));
});
afterAll(async () => {
  await payload.destroy();
  process.env['NODE_ENV'] = environment;
  end();
  await hooks.stop();
  await rig.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startPayload(secret: string): Promise<{ payload: Payload; config: Config }> {
  const { getPayload, buildConfig } = (await load('payload')) as {
    getPayload: (options: object) => Promise<Payload>;
    buildConfig: (options: object) => Promise<Config>;
  };
  const { sqliteAdapter } = (await load('@payloadcms/db-sqlite')) as { sqliteAdapter: (options: object) => object };
  const { stripePlugin } = (await load('@payloadcms/plugin-stripe')) as { stripePlugin: (options: object) => object };
  const text = (name: string): object => ({ name, type: 'text' });
  const synced = (fieldPath: string, stripeProperty = fieldPath): object => ({ fieldPath, stripeProperty });
  const built = await buildConfig({
    secret: 'a secret of thirty-two characters',
    db: sqliteAdapter({ client: { url: `file:${join(folder, 'payload.db')}` } }),
    telemetry: false,
    logger: { options: { level: 'error' } },
    collections: [
      { slug: 'customers', fields: [text('name'), text('email')] },
      { slug: 'products', fields: [text('title'), text('description')] },
    ],
    plugins: [
      stripePlugin({
        stripeSecretKey: rig.emulator.secretKey,
        stripeWebhooksEndpointSecret: secret,
        rest: { access: () => true, allowedMethods: ['subscriptions.list', 'customers.list'] },
        sync: [
          {
            collection: 'customers',
            stripeResourceType: 'customers',
            stripeResourceTypeSingular: 'customer',
            fields: [synced('name'), synced('email')],
          },
          {
            collection: 'products',
            stripeResourceType: 'products',
            stripeResourceTypeSingular: 'product',
            fields: [synced('title', 'name'), synced('description')],
          },
        ],
      }),
    ],
  });
  return { payload: await getPayload({ config: built }), config: built };
}

const endpoint = (path: string): Endpoint => {
  const found = config.endpoints.find((one) => one.path === path);
  if (found === undefined) throw new Error(`there is no endpoint ${path}`);
  return found;
};

/** Hands a delivery to the plugin's endpoint, as Payload's server does. */
async function deliver({ body, headers }: Received): Promise<number> {
  const request = { payload, text: async () => body, headers: new Headers(headers as Record<string, string>) };
  return (await endpoint('/stripe/webhooks').handler(request)).status;
}

const found = async (collection: string, stripeID: string): Promise<Doc | undefined> =>
  (await payload.find({ collection, where: { stripeID: { equals: stripeID } } })).docs[0];

const deliveryOf = (type: string, id: string): Promise<Received> =>
  hooks.next(({ event }) => event.type === type && (event.data.object as { id: string }).id === id);

describe('@payloadcms/plugin-stripe', () => {
  test('a document becomes a customer, changes with it, and goes with it', async () => {
    const doc = await payload.create({ collection: 'customers', data: { name: 'Ada', email: 'ada@cms.example' } });
    expect(await rig.stripe.customers.retrieve(doc.stripeID)).toMatchObject({ name: 'Ada', email: 'ada@cms.example' });
    // An edit in Payload sends the whole document.
    const { id, stripeID } = doc;
    await payload.update({ collection: 'customers', id, data: { ...doc, name: 'Ada Byron', skipSync: false } });
    expect(await rig.stripe.customers.retrieve(stripeID)).toMatchObject({ name: 'Ada Byron' });
    await payload.delete({ collection: 'customers', id });
    expect(await rig.stripe.customers.retrieve(stripeID)).toMatchObject({ id: stripeID, deleted: true });
  });

  test('a document becomes a product', async () => {
    const data = { title: 'Analytical Engine', description: 'With cards' };
    const { stripeID } = await payload.create({ collection: 'products', data });
    expect(await rig.stripe.products.retrieve(stripeID)).toMatchObject({
      name: 'Analytical Engine',
      description: 'With cards',
      active: true,
    });
  });

  test('what Stripe refuses is an error of the document', async () => {
    const data = { name: 'Ada', email: 'not an address' };
    await expect(payload.create({ collection: 'customers', data })).rejects.toThrow(/Invalid email/i);
    expect((await payload.find({ collection: 'customers', where: { email: { equals: data.email } } })).docs).toEqual(
      [],
    );
  });

  test('webhooks make, change and remove documents', async () => {
    const { id } = await rig.stripe.customers.create({ name: 'Charles', email: 'charles@cms.example' });
    expect(await deliver(await deliveryOf('customer.created', id))).toBe(200);
    const doc = await vi.waitFor(async () => {
      const there = await found('customers', id);
      expect(there).toMatchObject({ name: 'Charles', email: 'charles@cms.example' });
      return there as Doc;
    }, WAIT);
    await rig.stripe.customers.update(id, { name: 'Charles Babbage' });
    await deliver(await deliveryOf('customer.updated', id));
    await vi.waitFor(async () => expect(await found('customers', id)).toMatchObject({ name: 'Charles Babbage' }), WAIT);
    expect((await found('customers', id))?.id).toBe(doc.id);
    await rig.stripe.customers.del(id);
    await deliver(await deliveryOf('customer.deleted', id));
    await vi.waitFor(async () => expect(await found('customers', id)).toBeUndefined(), WAIT);
  });

  test('a delivery with another signature is refused', async () => {
    const { id } = await rig.stripe.products.create({ name: 'Difference Engine' });
    const { headers, body, event } = await deliveryOf('product.created', id);
    expect(await deliver({ event, body: `${body} `, headers })).toBe(400);
    expect(await found('products', id)).toBeUndefined();
  });

  test('the REST endpoint lists what the allowed methods list', async () => {
    const customer = await rig.stripe.customers.create({ payment_method: 'pm_card_visa', name: 'Grace' });
    const price = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1200,
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    });
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      default_payment_method: (await rig.stripe.customers.listPaymentMethods(customer.id)).data[0]?.id ?? '',
    });
    const ask = async (stripeMethod: string): Promise<{ status: number; body: unknown }> => {
      const data = { stripeMethod, stripeArgs: [{ customer: customer.id }] };
      const answer = await endpoint('/stripe/rest').handler({
        payload,
        user: { id: 1 },
        data,
        method: 'POST',
        headers: new Headers(),
      });
      return { status: answer.status, body: await answer.json() };
    };
    // The shape of 2022-08-01, which is the version that the plugin asks with.
    const ends = subscription.items.data[0]?.current_period_end;
    expect(await ask('subscriptions.list')).toMatchObject({
      status: 200,
      body: { data: { data: [{ id: subscription.id, status: 'active', current_period_end: ends }] } },
    });
    expect((await ask('refunds.list')).status).toBe(400);
  });
});
