import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHooks } from '../../src/hooks/registry.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { registerHooks } from './example.js';

const sent: string[] = [];
let core: Core;
beforeAll(async () => {
  const hooks = createHooks();
  registerHooks(hooks, { send: async (to, about) => void sent.push(`${to}: ${about}`) });
  core = await startCore({
    kind: 'PostgreSQL',
    hooks,
    prepare: (database) =>
      database.script(`create table teams (stripe_subscription_id text, active boolean not null default false);
                       insert into teams values ('sub_team')`),
  });
});
afterAll(() => core.stop());

const isActive = async (): Promise<unknown> => (await core.database.query(sql`select active from teams`))[0];

test("the guide's hooks do what it says of them", async () => {
  for (const status of ['active', 'canceled']) {
    core.stripe.put('/v1/subscriptions/sub_team', subscription('sub_team', 1, { status }));
    await core.deliver(eventOf('customer.subscription.updated', subscription('sub_team', 1, { status })));
    await core.rest();
    expect(await isActive()).toEqual({ active: status === 'active' });
  }

  core.stripe.put('/v1/customers/cus_ada', customer('cus_ada', { email: 'ada@example.com' }));
  await core.deliver(eventOf('customer.created', customer('cus_ada')));
  await eventually(async () => sent.includes('ada@example.com: welcome'), 'Ada is welcomed');

  const invoice = (id: string, status: string) => {
    const fields = {
      id,
      object: 'invoice',
      created: 1_790_000_000,
      customer_email: 'ada@example.com',
      attempt_count: 2,
    };
    const lines = { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` };
    core.stripe.put(`/v1/invoices/${id}`, { ...fields, status, lines });
    return { ...fields, status: 'open', lines };
  };
  await core.deliver(eventOf('invoice.payment_failed', invoice('in_paid_since', 'paid')));
  await core.deliver(eventOf('invoice.payment_failed', invoice('in_open', 'open')));
  await eventually(async () => sent.length === 2, 'one payment has failed');
  await eventually(
    async () => (await core.engine.status()).hooks.waiting === 0,
    'nothing waits any more, the invoice that was paid since neither',
  );
  expect(sent.slice(1)).toEqual(['ada@example.com: payment failed, attempt 2']);
});
