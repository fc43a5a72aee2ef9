import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readEvent } from './ours.js';
import { countSecrets } from './secrets.js';
import { eventOf, signed, startCore, subscription, subscriptionItem, customer } from '../support/core.js';

const event = (object: string, more = ''): string =>
  `{"id":"evt_1","object":"event","type":"customer.updated","created":1,"livemode":false,"data":{"object":${object}${more}}}`;
const read = (text: string) => readEvent(Buffer.from(text));

test('a body nested 3,000 deep is read without an error', () => {
  const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`;
  expect(() => read(event(`{"object":"customer","id":"cus_1","x":${deep}}`))).not.toThrow();
});
test.each(['__proto__', 'constructor', 'prototype'])('a secret below the key %s of the object is taken out', (key) => {
  const arrival = read(event(`{"object":"customer","id":"cus_1","${key}":{"client_secret":"S"}}`));
  expect(countSecrets(JSON.parse(arrival?.body ?? ''))).toBe(0);
});
test.each(['__proto__', 'constructor', 'prototype'])('a field %s stays when a secret elsewhere is taken out', (key) => {
  const arrival = read(event(`{"object":"customer","id":"cus_1","client_secret":"S","${key}":{"a":1}}`));
  expect(arrival?.body).toContain(key);
});
test('the address of a checkout session does not stay in previous_attributes', () => {
  const arrival = read(
    event(
      `{"object":"checkout.session","id":"cs_1","url":null}`,
      `,"previous_attributes":{"url":"https://checkout/SECRET"}`,
    ),
  );
  expect(arrival?.body).not.toContain('SECRET');
});
test('an array as data.object is not an event', () => {
  expect(read(event('[]'))).toBeUndefined();
});

test.each([
  ['a number beyond PostgreSQL', '{"object":"customer","id":"cus_1","x":1e200000}'],
  ['an object id longer than an index entry', `{"object":"customer","id":"${randomBytes(4_000).toString('hex')}"}`],
  ['deep nesting', `{"object":"customer","id":"cus_1","x":${'['.repeat(3_000)}${']'.repeat(3_000)}}`],
])(
  '%s is taken in, or refused as no event, and not an error of ours for ever',
  async (_, object) => {
    const core = await startCore({ kind: 'PostgreSQL' });
    try {
      const { body, signature } = signed(
        event(object).replace('"created":1,', `"created":${Math.floor(Date.now() / 1000)},`),
      );
      const outcome = await (core.engine.webhook as NonNullable<typeof core.engine.webhook>)
        .deliver(body, signature)
        .catch((error: { code?: string; message: string }) => `${error.code}: ${error.message}`);
      expect(outcome).toMatch(/^(stored|webhook_refused)/);
    } finally {
      await core.stop();
    }
  },
  60_000,
);

test('the tombstone of a child that a shown snapshot no longer had is proven with its parent', async () => {
  const core = await startCore({ kind: 'PostgreSQL' });
  try {
    const at = Math.floor(Date.now() / 1_000) - 10;
    const path = '/v1/subscriptions/sub_1';
    core.stripe.put(path, subscription('sub_1', 2));
    core.stripe.put('/v1/customers/cus_1', customer('cus_1'));
    await core.deliver(eventOf('customer.subscription.created', subscription('sub_1', 2), { created: at }));
    await core.rest();
    const before = subscription('sub_1', 2);
    const one = {
      object: 'list',
      data: [subscriptionItem('sub_1', 0)],
      has_more: false,
      url: '/v1/subscription_items',
    };
    const after = { ...before, items: one };
    core.stripe.put(path, after);
    await core.deliver(
      eventOf('customer.subscription.updated', after, { created: at + 20, previous: { items: before['items'] } }),
    );
    await core.rest();
    const rows = await core.database.query<{ id: string; deleted: boolean; proven: boolean }>({
      text: 'select id, deleted, proven_at is not null as proven from stripe.subscription_items order by id',
      values: [],
    });
    expect(rows).toEqual([
      { id: 'si_sub_1_0', deleted: false, proven: true },
      { id: 'si_sub_1_1', deleted: true, proven: true },
    ]);
  } finally {
    await core.stop();
  }
}, 60_000);
