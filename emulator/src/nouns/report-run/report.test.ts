import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const span = { interval_start: 1, interval_end: 4_000_000_000 };
async function contentOf(report_type: string, parameters: object = span): Promise<string> {
  const run = await rig.stripe.reporting.reportRuns.create({ report_type, parameters });
  expect(run).toMatchObject({ status: 'pending', result: null });
  const done = await rig.stripe.reporting.reportRuns.retrieve(run.id);
  expect(done.status).toBe('succeeded');
  expect((await eventsOf(rig.stripe, run.id)).map(({ type }) => type)).toEqual(['reporting.report_run.succeeded']);
  return (await fetch((done.result as Stripe.File).url ?? '')).text();
}

test('the balance is reported line by line and in sums', async () => {
  const charge = await rig.stripe.charges.create({ amount: 10_000, currency: 'usd', source: 'tok_bypassPending' });
  await rig.stripe.charges.create({ amount: 5_000, currency: 'usd', source: 'tok_bypassPending' });
  await rig.stripe.refunds.create({ charge: charge.id, amount: 2_000 });
  await rig.stripe.payouts.create({ amount: 1_000, currency: 'usd' });
  // Fees of 2.9 % and 0.30: 3.20 and 1.75.
  expect(await contentOf('balance_change_from_activity.summary.1')).toBe(
    '"reporting_category","currency","count","gross","fee","net"\n' +
      '"charge","usd","2","150.00","4.95","145.05"\n' +
      '"refund","usd","1","-20.00","0.00","-20.00"\n',
  );
  expect(await contentOf('payouts.summary.1')).toContain('"payout","usd","1","-10.00","0.00","-10.00"');
  const columns = { ...span, columns: ['net', 'source_id'] };
  const itemized = (await contentOf('balance_change_from_activity.itemized.3', columns)).split('\n');
  expect(itemized.slice(0, 2)).toEqual(['"net","source_id"', `"96.80","${charge.id}"`]);
  expect((await contentOf('payouts.itemized.3', { interval_start: 1, interval_end: 2 })).split('\n')).toHaveLength(2);
  expect((await rig.stripe.reporting.reportRuns.list()).data).toHaveLength(4);
});

test('the balance summary says what was there, what moved, and what is there', async () => {
  const own = await startRig();
  const { charges, payouts, reporting } = own.stripe;
  await charges.create({ amount: 10_000, currency: 'usd', source: 'tok_bypassPending' });
  own.emulator.clock.advance(86_400_000);
  const second = Math.floor(own.emulator.clock.get().now.getTime() / 1000);
  await charges.create({ amount: 5_000, currency: 'usd', source: 'tok_bypassPending' });
  await payouts.create({ amount: 1_000, currency: 'usd' });
  const { id } = await reporting.reportRuns.create({
    report_type: 'balance.summary.1',
    parameters: { interval_start: second, interval_end: second + 60 },
  });
  const { result } = await reporting.reportRuns.retrieve(id);
  const lines = (await (await fetch(result?.url ?? '')).text()).replaceAll('"', '').trimEnd().split('\n');
  await own.stop();
  expect(
    lines.map((line) =>
      line
        .split(',')
        .filter((_, index) => index !== 1)
        .join(' '),
    ),
  ).toEqual([
    'category net_amount currency',
    'starting_balance 96.80 usd',
    'activity_gross 50.00 usd',
    'activity_fee -1.75 usd',
    'activity 48.25 usd',
    'payouts_gross -10.00 usd',
    'payouts_fee 0.00 usd',
    'payouts -10.00 usd',
    'ending_balance 135.05 usd',
  ]);
});

test('a report that there is not, or without its span, is refused', async () => {
  const { data } = await rig.stripe.reporting.reportTypes.list();
  expect(data.map(({ id }) => id)).toContain('payouts.itemized.3');
  expect((await rig.stripe.reporting.reportTypes.retrieve('payouts.itemized.3')).version).toBe(3);
  expect((await refusal(rig.stripe.reporting.reportTypes.retrieve('x'))).statusCode).toBe(404);
  const none = rig.stripe.reporting.reportRuns.create({ report_type: 'x' });
  expect((await refusal(none)).param).toBe('report_type');
  const bare = rig.stripe.reporting.reportRuns.create({ report_type: 'payouts.itemized.3' });
  expect((await refusal(bare)).param).toBe('parameters[interval_start]');
});
