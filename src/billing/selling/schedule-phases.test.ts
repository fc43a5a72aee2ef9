import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { newItems } from './change-items.js';
import { checkChangeable, isOurs, phasesAtPeriodEnd } from './schedule-phases.js';

/** The fields of the SDK's interfaces, such as `SubscriptionSchedule.Phase`. */
const sdk = fieldsOfInterfaces(
  createRequire(import.meta.url)
    .resolve('stripe')
    .replace(/cjs.*$/, 'esm/resources/SubscriptionSchedules.d.ts'),
);

const conflict = expect.objectContaining({ code: 'schedule_conflict', hint: expect.any(String) }) as Error;

/** A phase in which every field says something. */
const phase = {
  add_invoice_items: [
    {
      discountable: true,
      discounts: [{ coupon: 'off', discount: null, promotion_code: null }],
      metadata: { a: 'b' },
      period: { start: { type: 'phase_start' }, end: { type: 'phase_end' } },
      price: 'price_once',
      quantity: 2,
      tax_rates: [{ id: 'txr_2' }],
    },
  ],
  application_fee_percent: 2.5,
  automatic_tax: { enabled: true, disabled_reason: null, liability: { type: 'account', account: { id: 'acct_2' } } },
  billing_cycle_anchor: 'automatic',
  billing_thresholds: { amount_gte: 5_000, reset_billing_cycle_anchor: true },
  collection_method: 'send_invoice',
  currency: 'eur',
  default_payment_method: { id: 'pm_1' },
  default_tax_rates: [{ id: 'txr_1' }],
  description: 'Three seats',
  discounts: [{ coupon: null, discount: 'di_old', promotion_code: null }],
  end_date: 2_000,
  invoice_settings: {
    account_tax_ids: ['atxi_1'],
    custom_fields: [{ name: 'order', value: '7' }],
    days_until_due: 14,
    description: 'Thanks',
    footer: 'Bye',
    issuer: { type: 'self' },
  },
  items: [],
  metadata: { plan: 'basic' },
  on_behalf_of: 'acct_3',
  proration_behavior: 'create_prorations',
  start_date: 1_000,
  transfer_data: { amount_percent: 10, destination: { id: 'acct_4' } },
  trial: true,
  trial_end: 2_000,
};

const present = {
  id: 'sub_1',
  object: 'subscription',
  status: 'trialing',
  trial_end: 2_000,
  cancel_at: null,
  cancel_at_period_end: false,
  discounts: ['di_1', { id: 'di_2' }],
  items: {
    data: [
      {
        id: 'si_1',
        billing_thresholds: { usage_gte: 9 },
        current_period_end: 2_000,
        discounts: ['di_3'],
        metadata: { seat: 'blue' },
        price: { id: 'price_1', product: 'prod_1', recurring: { interval: 'year', interval_count: 1 } },
        quantity: 5,
        tax_rates: [{ id: 'txr_3' }],
      },
    ],
  },
} as unknown as Stripe.Subscription;

const schedule = (more: Record<string, unknown> = {}): Stripe.SubscriptionSchedule =>
  ({
    id: 'sub_sched_1',
    object: 'subscription_schedule',
    current_phase: { start_date: 1_000, end_date: 2_000 },
    end_behavior: 'release',
    metadata: {},
    phases: [phase],
    ...more,
  }) as unknown as Stripe.SubscriptionSchedule;
const to = (price: string, more: { quantity?: number } = {}) =>
  newItems(present.items.data, [{ price, ...more }]).items;
const planned = (more: Record<string, unknown> = {}, items = to('price_2')) =>
  phasesAtPeriodEnd({ present, schedule: schedule(more), items });

describe('a change at the end of the period', () => {
  test('sends back everything that the phase in progress has', () => {
    const [now] = planned();
    expect(now).toEqual({
      ...phase,
      add_invoice_items: [{ ...phase.add_invoice_items[0], discounts: [{ coupon: 'off' }], tax_rates: ['txr_2'] }],
      automatic_tax: { enabled: true, liability: { type: 'account', account: 'acct_2' } },
      default_payment_method: 'pm_1',
      default_tax_rates: ['txr_1'],
      discounts: [{ discount: 'di_1' }, { discount: 'di_2' }],
      items: [
        {
          billing_thresholds: { usage_gte: 9 },
          discounts: [{ discount: 'di_3' }],
          metadata: { seat: 'blue' },
          price: 'price_1',
          quantity: 5,
          tax_rates: ['txr_3'],
        },
      ],
      transfer_data: { amount_percent: 10, destination: 'acct_4' },
      trial: undefined, // the trial's end says the same
    });
  });

  test('makes a next phase that differs in the items alone', () => {
    const [now = {}, next = {}] = planned();
    expect(next['items']).toEqual([
      {
        discounts: [{ discount: 'di_3' }],
        metadata: { seat: 'blue' },
        price: 'price_2',
        quantity: 5,
        tax_rates: ['txr_3'],
      },
    ]);
    expect(next).toMatchObject({ start_date: 2_000, duration: { interval: 'year' }, proration_behavior: 'none' });
    // What is for one phase only, and what the subscription keeps by itself.
    const notAgain = ['add_invoice_items', 'billing_cycle_anchor', 'end_date', 'metadata', 'trial_end'];
    const settings = Object.keys(now).filter((name) => !(name in next));
    expect(settings.sort()).toEqual(notAgain);
  });

  test('keeps the thresholds of a price that stays', () => {
    expect(planned({}, to('price_1', { quantity: 7 }))[1]?.['items']).toMatchObject([
      { quantity: 7, billing_thresholds: { usage_gte: 9 } },
    ]);
  });

  test('names nothing that is empty, so that the customer’s own discount continues', () => {
    const bare = { start_date: 1_000, end_date: 2_000, discounts: [], default_tax_rates: [], description: null };
    const plain: Stripe.Subscription = { ...present, status: 'active', discounts: [] };
    const [now] = phasesAtPeriodEnd({ present: plain, schedule: schedule({ phases: [bare] }), items: to('price_2') });
    expect(Object.keys(now ?? {}).sort()).toEqual(['end_date', 'items', 'start_date']);
  });

  test.each([
    ['a field of a phase', { phases: [{ ...phase, pause_collection: { behavior: 'void' } }] }, 'pause_collection'],
    ['a field inside of one', { phases: [{ ...phase, transfer_data: { destination: 'acct_4', fee: 3 } }] }, 'fee'],
  ])('is refused where %s is not known, rather than lose it', (_, odd, name) => {
    expect(() => planned(odd)).toThrow(conflict);
    expect(() => planned(odd)).toThrow(name);
  });

  const later = { ...phase, start_date: 2_000, end_date: 3_000 };
  const marked = { metadata: { lockstep_waiting: 'true' } };
  test.each([
    ['somebody else’s with a phase to come', { phases: [phase, later] }, false, false],
    ['somebody else’s that ends the subscription', { end_behavior: 'cancel' }, false, false],
    ['somebody else’s that says what is so today', {}, true, false],
    ['ours', { ...marked, phases: [phase, later] }, true, true],
    ['ours with one phase more', { ...marked, phases: [phase, later, { ...later, start_date: 3_000 }] }, false, false],
    ['ours that somebody lets end the subscription', { ...marked, end_behavior: 'cancel' }, false, false],
  ])('over a schedule, %s', (_, more, changeable, ours) => {
    const check = () => checkChangeable(present, schedule(more));
    if (changeable) expect(check).not.toThrow();
    else expect(check).toThrow(conflict);
    expect(isOurs(schedule(more))).toBe(ours);
  });

  test.each([{ cancel_at_period_end: true }, { cancel_at: 5_000 }])('is refused for one that will end: %j', (end) => {
    const check = () => checkChangeable({ ...present, ...end }, undefined);
    expect(check).toThrow(expect.objectContaining({ code: 'request_invalid', hint: expect.any(String) }) as Error);
  });
});

/*
 * The tables of schedule-phases.ts do not compile when the SDK knows a field more. This test says the same of the phase
 * above, and of what Stripe takes: a field that is shown and can be sent is sent.
 */
test.each([
  ['Phase', 'Phase', ['discounts', 'end_date', 'items', 'trial']],
  ['Phase.Item', 'Phase.Item', ['plan']],
  ['Phase.AddInvoiceItem', 'Phase.AddInvoiceItem', []],
  ['Phase.AutomaticTax', 'Phase.AutomaticTax', ['disabled_reason']],
  ['Phase.BillingThresholds', 'Phase.BillingThresholds', []],
  ['Phase.InvoiceSettings', 'Phase.InvoiceSettings', []],
  ['Phase.TransferData', 'Phase.TransferData', []],
  ['Phase.Item.BillingThresholds', 'Phase.Item.BillingThresholds', []],
])('every field of the SDK’s %s is sent back, or said to be left out', (shown, sent, leftOut) => {
  const fields = sdk(`SubscriptionSchedule.${shown}`);
  const taken = sdk(`SubscriptionScheduleUpdateParams.${sent}`);
  expect(fields.length).toBeGreaterThan(0);
  const cannotBeSent = fields.filter((field) => !taken.includes(field));
  expect(cannotBeSent.filter((field) => !leftOut.includes(field as never))).toEqual([]);
  const [now] = planned();
  const whole: Record<string, unknown> = {
    Phase: { ...now },
    'Phase.Item': (now?.['items'] as object[])[0],
    'Phase.AddInvoiceItem': (now?.['add_invoice_items'] as object[])[0],
    'Phase.AutomaticTax': now?.['automatic_tax'],
    'Phase.BillingThresholds': now?.['billing_thresholds'],
    'Phase.InvoiceSettings': now?.['invoice_settings'],
    'Phase.TransferData': now?.['transfer_data'],
    'Phase.Item.BillingThresholds': ((now?.['items'] as Record<string, unknown>[])[0] ?? {})['billing_thresholds'],
  };
  const missing = fields.filter((field) => !Object.keys(whole[shown] as object).includes(field));
  expect(missing.filter((field) => !leftOut.includes(field as never))).toEqual([]);
});

/** Looks an interface up by its namespaces and name; its fields. */
function fieldsOfInterfaces(file: string): (name: string) => string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = new Map<string, string[]>();
  const walk = (nodes: readonly ts.Node[], at: string): void => {
    for (const node of nodes) {
      if (ts.isModuleDeclaration(node) && node.body !== undefined && ts.isModuleBlock(node.body))
        walk(node.body.statements, `${at}${node.name.text}.`);
      if (ts.isInterfaceDeclaration(node)) {
        const names = node.members.flatMap((member) =>
          member.name !== undefined && ts.isIdentifier(member.name) ? [member.name.text] : [],
        );
        found.set(`${at}${node.name.text}`, names);
      }
    }
  };
  walk(source.statements, '');
  return (name) => found.get(name) ?? [];
}
