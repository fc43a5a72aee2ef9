import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import { invalid } from '../api/problem.js';
import type { Json } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

/** The one account of this emulator. */
export function accountView(unit: Unit): Json {
  return {
    id: unit.store.identity.account,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: '5734',
      minority_owned_business_designation: null,
      name: 'Local emulator',
      product_description: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: 'owner@example.com',
    metadata: {},
    payouts_enabled: true,
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: 'Local emulator', timezone: 'Etc/UTC' },
      invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
      payments: {
        statement_descriptor: 'LOCAL EMULATOR',
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
      },
    },
    type: 'standard',
  };
}

export const accountOperations: readonly Operation[] = [
  operation('GET /v1/account', {}, ({ unit }) => accountView(unit)),
  operation('GET /v1/accounts/:id', {}, ({ unit, at }) => {
    if (at.id === unit.store.identity.account) return accountView(unit);
    throw invalid(
      `The provided key does not have access to account '${at.id ?? ''}' (or that account does not exist). Application access may have been revoked.`,
      undefined,
      'account_invalid',
      403,
    );
  }),
];
