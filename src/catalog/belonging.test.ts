import { describe, expect, test } from 'vitest';
import { belongingTypes, decidingIds, mayBelong, survivingTypes } from './belonging.js';
import { catalogOf, objects, ownedObjects, ownersOf } from './catalog.js';

/** The tables that hold nothing of a customer, and what they hold instead. With every other table goes what is a customer's. */
const ofNobody: Readonly<Record<string, string>> = {
  'what is for sale, and at what price':
    'coupon entitlements.feature plan price product product_catalog.trial_offer product_feature shipping_rate tax_code tax_rate ' +
    'v2.commerce.product_catalog_import',
  'settings of the account':
    'apple_pay_domain application apps.install balance balance_settings billing.meter billing_portal.configuration ' +
    'billing.feedback_option invoice_rendering_template payment_link payment_method_configuration payment_method_domain ' +
    'radar.value_list radar.value_list_item reserve.plan tax.location tax.registration tax.settings terminal.configuration ' +
    'terminal.location terminal.reader v2.core.event_destination webhook_endpoint',
  'facts of the world': 'climate.product climate.supplier country_spec exchange_rate reporting.report_type',
  'orders and reports of the account itself':
    'climate.order file file_link reporting.report_run scheduled_query_run test_helpers.test_clock',
  'people who are not customers: owners of accounts, cardholders':
    'account capability issuing.cardholder person v2.core.account v2.core.account_person',
  'lines with a product and an amount, which name nobody': 'payment_intent_amount_details_line_item',
  'never stored: Stripe neither lists it below an account alone nor reports it': 'financial_connections.account_owner',
  'cards that the account issues':
    'issuing.authorization issuing.card issuing.personalization_design issuing.physical_bundle issuing.token',
  'money of the account itself':
    'treasury.credit_reversal treasury.debit_reversal treasury.financial_account treasury.inbound_transfer ' +
    'treasury.outbound_transfer treasury.received_credit treasury.received_debit treasury.transaction ' +
    'treasury.transaction_entry v2.core.vault.gb_bank_account v2.core.vault.us_bank_account v2.money_management.adjustment ' +
    'v2.money_management.financial_account v2.money_management.financial_address v2.money_management.inbound_transfer ' +
    'v2.money_management.outbound_payment v2.money_management.outbound_setup_intent v2.money_management.payout_intent ' +
    'v2.money_management.payout_method v2.money_management.received_credit v2.money_management.recipient_verification ' +
    'v2.money_management.transaction v2.money_management.transaction_entry',
};

describe('what belongs to a customer', () => {
  const goes = (type: string): boolean => mayBelong(type) || ownersOf(type).some(mayBelong);

  test('of every table it is known: what is a customer’s goes, or it holds nothing of a customer', () => {
    const tables = objects.filter(({ table }) => table !== null).map(({ object }) => object as string);
    const named = Object.values(ofNobody).flatMap((types) => types.split(' '));
    expect(tables.filter((type) => !goes(type)).sort()).toEqual([...named].sort());
    expect(new Set(named).size).toBe(named.length);
  });

  test('every table with a reference to a customer is among them', () => {
    const naming = objects.filter(
      ({ table, columns }) => table !== null && columns.some(({ references }) => references?.includes('customer')),
    );
    expect(naming.length).toBeGreaterThan(20);
    expect(naming.map(({ object }) => object).filter((type) => !goes(type))).toEqual([]);
  });

  test('columns that it is looked for in are in the tables', () => {
    for (const { type, customers, others } of belongingTypes) {
      const columns = catalogOf(type)?.columns.map(({ name }) => name) ?? [];
      for (const { column } of [...customers, ...others]) if (column !== null) expect(columns).toContain(column);
      expect(ownedObjects.has(type)).toBe(false);
    }
  });

  test('an object that names a customer belongs to that one alone', () => {
    expect(decidingIds('charge', 'ch_1', { customer: 'cus_1', payment_method: 'pm_1' })).toEqual(['ch_1', 'cus_1']);
    expect(decidingIds('charge', 'ch_1', { customer: { id: 'cus_1', object: 'customer' } })).toEqual(['ch_1', 'cus_1']);
  });

  test('one that names none belongs to what it names', () => {
    expect(decidingIds('charge', 'ch_1', { customer: null, payment_method: 'pm_1' })).toEqual(['ch_1', 'pm_1']);
    expect(decidingIds('refund', 're_1', { charge: 'ch_1' })).toEqual(['re_1', 'ch_1']);
    expect(decidingIds('payment_record', 'pr_1', { customer_details: { customer: 'cus_1' } })).toEqual([
      'pr_1',
      'cus_1',
    ]);
  });

  test('a customer belongs to itself, and an unknown type to nobody', () => {
    expect(decidingIds('customer', 'cus_1', { default_source: 'src_1' })).toEqual(['cus_1']);
    expect(decidingIds('not.a.type', 'x_1', { customer: 'cus_1' })).toEqual(['x_1']);
    expect(decidingIds(null, null, null)).toEqual([]);
  });

  test('a payment method outlives its customer', () => {
    expect(survivingTypes).toContain('payment_method');
    expect(survivingTypes).not.toContain('promotion_code'); // many customers may use one
  });
});
