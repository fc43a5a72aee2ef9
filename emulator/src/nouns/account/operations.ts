import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, email, integer, mergeMetadata, metadata, oneOf, text, unbuiltAll } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { AccountRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';

/** The emulator's own account, with Stripe's default settings. */
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

/** A connected account: its fields over what every account has. */
export const connectedView = ({ id, ...row }: AccountRow, unit: Unit): Json => ({ ...accountView(unit), ...row, id });

const fields = {
  business_profile: accepted(),
  business_type: oneOf('company', 'government_entity', 'individual', 'non_profit'),
  capabilities: accepted(),
  company: accepted(),
  email: email(),
  individual: accepted(),
  metadata: metadata(),
  settings: accepted(),
  tos_acceptance: accepted(),
  ...unbuiltAll('account_token', 'documents', 'external_account', 'groups'),
};

const externalFields = {
  ending_before: text(),
  limit: integer(1, 100),
  object: oneOf('bank_account', 'card'),
  starting_after: text(),
};

export const accountOperations: readonly Operation[] = [
  operation('GET /v1/account', {}, ({ unit }) => ownView(unit)),
  operation(
    'POST /v1/accounts',
    {
      ...fields,
      controller: accepted(),
      country: text(2),
      default_currency: currencyParam(),
      type: oneOf('custom', 'express', 'standard'),
    },
    ({ unit, params }) => {
      const row = unit.insert('account', {
        id: newId('acct'),
        object: 'account',
        business_type: params.business_type ?? null,
        country: params.country ?? 'US',
        created: unit.now,
        default_currency: params.default_currency ?? 'usd',
        email: params.email ?? null,
        metadata: mergeMetadata(null, params.metadata),
        type: params.type ?? 'none',
      });
      return unit.view('account', row);
    },
  ),
  operation('GET /v1/accounts/:id', {}, ({ unit, at: { id = '' } }) =>
    id === unit.store.identity.account ? ownView(unit) : unit.view('account', connected(unit, id)),
  ),
  operation(
    'POST /v1/accounts/:id',
    { ...fields, ...unbuiltAll('default_currency') },
    ({ unit, at: { id = '' }, params }) => {
      const row = connected(unit, id);
      const patch = given({
        business_type: params.business_type,
        email: params.email,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata ?? null, params.metadata),
      });
      return unit.view('account', unit.update('account', id, patch));
    },
  ),
  operation('DELETE /v1/accounts/:id', {}, ({ unit, at: { id = '' } }) => {
    unit.remove('account', connected(unit, id).id);
    return deletedStub(id, 'account');
  }),
  // No call here gives an account a bank account or card for payouts, so there is none.
  operation('GET /v1/accounts/:id/external_accounts', externalFields, ({ unit, at: { id = '' } }) => {
    if (id !== unit.store.identity.account) connected(unit, id);
    return { object: 'list', data: [], has_more: false, url: `/v1/accounts/${id}/external_accounts` };
  }),
  operation('GET /v1/accounts/:account/external_accounts/:id', {}, ({ unit, at: { account = '', id = '' } }) => {
    if (account !== unit.store.identity.account) connected(unit, account);
    throw missing('external account', id, 'id', 404);
  }),
  listOperation('/v1/accounts', { type: 'account', filters: { created: range('created') } }),
];

/** The account of the request. A connected account is shown as its platform has it. */
function ownView(unit: Unit): Json {
  const { identity, platform } = unit.store;
  const row = platform?.tables.account.get(identity.account);
  return row === undefined ? accountView(unit) : connectedView(row, unit);
}

function connected(unit: Unit, id: string): AccountRow {
  const row = unit.find('account', id);
  if (row !== undefined) return row;
  throw invalid(
    `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`,
    undefined,
    'account_invalid',
    403,
  );
}
