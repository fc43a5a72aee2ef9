import { expect, test } from 'vitest';
import { fieldDifferences } from './field-difference.js';

const invoice = { object: 'invoice', id: 'in_1' };

test('each differing field is reported with its path and both values, and without the value of a side that lacks it', () => {
  const ours = { ...invoice, total: 5, metadata: { plan: 'a', old: '1' }, discounts: [{ id: 'di_1' }] };
  const stripe = { ...invoice, total: 7, metadata: { plan: 'b' }, discounts: [{ id: 'di_1' }, { id: 'di_2' }] };
  expect(fieldDifferences('invoice', stripe, ours)).toEqual({
    more: 0,
    fields: [
      { path: 'total', ours: 5, stripe: 7 },
      { path: 'metadata.plan', ours: 'a', stripe: 'b' },
      { path: 'metadata.old', ours: '1' },
      { path: 'discounts[1]', stripe: { id: 'di_2' } },
    ],
  });
});

test('the output contains no secret, whichever side has it', () => {
  const ours = { object: 'payment_intent', id: 'pi_1', status: 'canceled', client_secret: 'pi_1_secret_ours' };
  const stripe = { object: 'payment_intent', id: 'pi_1', status: 'processing', client_secret: 'pi_1_secret_theirs' };
  expect(JSON.stringify(fieldDifferences('payment_intent', stripe, ours))).not.toContain('secret');
});

test('only the part that a cut-off list shows is compared', () => {
  const list = (ids: readonly number[], has_more: boolean) => ({
    object: 'list',
    data: ids.map((n) => ({ n })),
    has_more,
  });
  const ours = { object: 'subscription', id: 'sub_1', items: list([1, 2, 3], false) };
  const stripe = { object: 'subscription', id: 'sub_1', items: list([1, 5], true) };
  expect(fieldDifferences('subscription', stripe, ours).fields).toEqual([
    { path: 'items.data[1].n', ours: 2, stripe: 5 },
  ]);
});

test('the output is limited to ten fields and to the beginning of a long value', () => {
  const fields = (value: unknown) => Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`f${n}`, value]));
  const seen = fieldDifferences('invoice', { ...invoice, ...fields('x'.repeat(900)) }, { ...invoice, ...fields(1) });
  expect([seen.fields.length, seen.more]).toEqual([10, 4]);
  expect(String(seen.fields[0]?.stripe).length).toBeLessThanOrEqual(201);
});
