import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let meter: string;
let customer: string;
beforeAll(async () => {
  rig = await startRig();
  ({ id: meter } = await rig.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  }));
  ({ id: customer } = await rig.stripe.customers.create({ name: 'Ada' }));
});
afterAll(() => rig.stop());

const usage = async (): Promise<number> => {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const { data } = await rig.stripe.billing.meters.listEventSummaries(meter, {
    customer,
    start_time: now - 86_400,
    end_time: now + 3_600,
  });
  return data[0]?.aggregated_value ?? 0;
};
const sent = (value: string, identifier: string) => ({
  event_name: 'calls',
  identifier,
  payload: { stripe_customer_id: customer, value },
});

test('usage by the second API is the usage of the first', async () => {
  const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000).toISOString();
  const made = await rig.stripe.v2.billing.meterEvents.create({ ...sent('5', 'one'), timestamp });
  expect(made).toMatchObject({ object: 'v2.billing.meter_event', event_name: 'calls', identifier: 'one', timestamp });
  await rig.stripe.v2.billing.meterEvents.create(sent('7', 'two'));
  expect(await usage()).toBe(12);
  const adjusted = await rig.stripe.v2.billing.meterEventAdjustments.create({
    cancel: { identifier: 'one' },
    event_name: 'calls',
    type: 'cancel',
  });
  expect(adjusted).toMatchObject({ object: 'v2.billing.meter_event_adjustment', cancel: { identifier: 'one' } });
  expect(await usage()).toBe(7);
});

test('a session gives a token that opens the stream', async () => {
  const before = await usage();
  const session = await rig.stripe.v2.billing.meterEventSession.create();
  expect(Date.parse(String(session.expires_at)) - Date.parse(String(session.created))).toBe(900_000);
  const { status } = await rig.call(
    'POST',
    '/v2/billing/meter_event_stream',
    JSON.stringify({ events: [sent('1', 'three'), sent('2', 'four')] }),
    { authorization: `Bearer ${session.authentication_token}`, 'content-type': 'application/json' },
  );
  expect(status).toBe(200);
  expect(await usage()).toBe(before + 3);
});

test('what cannot be usage is refused', async () => {
  const unknown = rig.stripe.v2.billing.meterEvents.create({ ...sent('5', 'five'), event_name: 'nothing' });
  expect((await refusal(unknown)).statusCode).toBe(400);
  const { status } = await rig.call('POST', '/v2/billing/meter_events', '{}', { 'content-type': 'application/json' });
  expect(status).toBe(400);
});
