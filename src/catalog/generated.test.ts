import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from './generated/api-version.js';
import { generated } from './generated/objects.js';
import type { GeneratedObject } from './generated-object.js';

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const named = (object: string): GeneratedObject => {
  const found = generated.find((row) => row.object === object);
  if (found === undefined) throw new Error(`no ${object}`);
  return found;
};

describe('the generated catalog', () => {
  it('is byte for byte what the generator makes of the installed SDK', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-catalog-'));
    try {
      execFileSync(process.execPath, [here('../../tools/catalog/generate.mjs'), folder]);
      const made = readdirSync(folder).sort();
      expect(made).toEqual(readdirSync(here('./generated')).sort());
      for (const file of made)
        expect(readFileSync(path.join(folder, file), 'utf8'), file).toBe(
          readFileSync(here(`./generated/${file}`), 'utf8'),
        );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  it('is in the API version that the SDK asks for', () => {
    expect(API_VERSION).toBe(Stripe.API_VERSION);
    expect(API_VERSION).toBe('2026-10-28.endive');
  });

  it('knows as many types, lists and events as the SDK has', () => {
    const topLists = generated.filter((row) => row.lists.some((list) => list.parent === null));
    const free = topLists.filter((row) => row.lists.some((list) => list.parent === null && list.required.length === 0));
    expect({
      types: generated.length,
      withId: generated.filter((row) => row.hasId).length,
      deletable: generated.filter((row) => row.deletable).length,
      events: new Set(generated.flatMap((row) => row.events)).size,
      topLists: topLists.length,
      listedWithoutParameter: free.length,
      listedByCreated: topLists.filter((row) => row.lists[0]?.filters.includes('created')).length,
      searchable: generated.filter((row) => row.search !== null).length,
    }).toEqual({
      types: 176,
      withId: 155,
      deletable: 22,
      events: 275,
      topLists: 97,
      listedWithoutParameter: 78,
      listedByCreated: 51,
      searchable: 7,
    });
  });

  it('names every type once, in order', () => {
    const names = generated.map((row) => row.object);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it('makes moments, whole amounts, fractions and references of the right fields', () => {
    expect(named('price').columns).toMatchObject({
      active: 'boolean',
      created: 'time',
      currency: 'text',
      metadata: 'json',
      product: ['product'],
      unit_amount: 'bigint',
      unit_amount_decimal: 'numeric',
    });
    expect(named('subscription').columns).toMatchObject({
      billing_cycle_anchor: 'time',
      cancel_at: 'time',
      cancel_at_period_end: 'boolean',
      customer: ['customer'],
      days_until_due: 'bigint',
      default_payment_method: ['payment_method'],
      default_source: ['account', 'bank_account', 'card', 'source'],
      latest_invoice: ['invoice'],
      next_pending_invoice_item_invoice: 'time',
      status: 'text',
      trial_end: 'time',
    });
    expect(named('subscription_item').columns).toMatchObject({
      current_period_end: 'time',
      price: ['price'],
      quantity: 'bigint',
      subscription: ['subscription'],
    });
    expect(named('invoice').columns).toMatchObject({
      amount_due: 'bigint',
      attempt_count: 'bigint',
      due_date: 'time',
      next_payment_attempt: 'time',
      number: 'text',
      status_transitions: 'json',
    });
    expect(named('tax_rate').columns).toMatchObject({ percentage: 'numeric', effective_percentage: 'numeric' });
    expect(named('coupon').columns).toMatchObject({ amount_off: 'bigint', percent_off: 'numeric', redeem_by: 'time' });
    expect(named('balance_transaction').columns).toMatchObject({ exchange_rate: 'numeric', available_on: 'time' });
    expect(named('treasury.inbound_transfer').columns['financial_account']).toEqual(['treasury.financial_account']);
    expect(named('v2.core.account').columns['created']).toBe('time');
  });

  it('reads one object at its own path, and nested ones by the fields they carry', () => {
    expect(named('account').retrieve).toBe('/v1/accounts/{id}');
    expect(named('balance').retrieve).toBe('/v1/balance');
    expect(named('cash_balance').retrieve).toBe('/v1/customers/{id}/cash_balance');
    expect(named('credit_note').retrieve).toBe('/v1/credit_notes/{id}');
    expect(named('discount').retrieve).toBeNull();
    expect(named('fee_refund').nestedRetrieve).toEqual(['/v1/application_fees/{fee}/refunds/{id}']);
    const unfilled = generated.flatMap(({ object, columns, nestedRetrieve }) =>
      nestedRetrieve
        .filter((nested) => !((/\{(\w+)\}/.exec(nested)?.[1] ?? '') in columns))
        .map((nested) => `${object} ${nested}`),
    );
    expect(unfilled).toEqual([
      'account /v1/customers/{customer}/sources/{id}', // an account as a customer's source, which it does not say
      'product_feature /v1/products/{product}/features/{id}',
      'v2.core.account_person_token /v2/core/accounts/{account}/person_tokens/{id}',
    ]);
  });
});
