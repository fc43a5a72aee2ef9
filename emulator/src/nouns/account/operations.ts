import { listOperation, range, sublist } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, email, mergeMetadata, metadata, needed, oneOf, text, unbuiltAll } from '../../api/params.js';
import { deletedStub, given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { AccountRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { addAccount, externalAccountParam } from '../bank-account/operations.js';
import { bankAccountsOf } from '../bank-account/own.js';
import { capabilitiesSent, requestCapabilities, settleAccount } from '../capability/request.js';
import { currencyParam } from '../shared/params.js';
import { connected } from './connected.js';

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

/**
 * A connected account: its fields over what every account has. It can be charged and paid out to as soon as it is there: here
 * nobody is verified.
 */
export function connectedView({ id, hidden, ...row }: AccountRow, unit: Unit): Json {
  const platform = unit.store.platform ?? unit.store;
  const requested = [...platform.tables.capability.walk({ where: { field: 'account', value: id }, oldestFirst: true })];
  const works = hidden?.rejected == null;
  const own = accountView(unit);
  const capabilities = Object.fromEntries(requested.map((one) => [one.hidden.name, one.status]));
  return {
    ...own,
    ...row,
    id,
    ...(requested.length === 0 ? {} : { capabilities }),
    charges_enabled: works,
    payouts_enabled: works,
    external_accounts: sublist(
      `/v1/accounts/${id}/external_accounts`,
      bankAccountsOf(unit, id).map((one) => unit.view('bank_account', one)),
    ),
    requirements: {
      alternatives: [],
      current_deadline: null,
      currently_due: [],
      disabled_reason: works ? null : `rejected.${hidden.rejected}`,
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
  };
}

const fields = {
  business_profile: accepted(),
  business_type: oneOf('company', 'government_entity', 'individual', 'non_profit'),
  capabilities: capabilitiesSent(),
  company: accepted(),
  email: email(),
  individual: accepted(),
  metadata: metadata(),
  external_account: externalAccountParam(),
  settings: accepted(),
  tos_acceptance: accepted(),
  ...unbuiltAll('account_token', 'documents', 'groups'),
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
        hidden: { rejected: null },
      });
      if (params.external_account !== undefined) addAccount(unit, row.id, params.external_account);
      requestCapabilities(unit, row.id, params.capabilities ?? {});
      return unit.show('account', row.id);
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
      if (params.external_account !== undefined) addAccount(unit, id, params.external_account);
      requestCapabilities(unit, id, params.capabilities ?? {});
      return unit.view('account', unit.update('account', id, patch));
    },
  ),
  operation(
    'POST /v1/accounts/:id/reject',
    { payouts_action: accepted(), reason: needed(oneOf('fraud', 'other', 'terms_of_service')) },
    ({ unit, at: { id = '' }, params }) => {
      const row = connected(unit, id);
      unit.around('account', id, () => {
        unit.update('account', id, { hidden: { ...row.hidden, rejected: params.reason } }, []);
        settleAccount(unit, id);
      });
      return unit.show('account', id);
    },
  ),
  operation('POST /v1/accounts/:id/unreject', {}, ({ unit, at: { id = '' } }) => {
    const row = connected(unit, id);
    unit.around('account', id, () => {
      unit.update('account', id, { hidden: { ...row.hidden, rejected: null } }, []);
      settleAccount(unit, id);
    });
    return unit.show('account', id);
  }),
  operation('DELETE /v1/accounts/:id', {}, ({ unit, at: { id = '' } }) => {
    unit.remove('account', connected(unit, id).id);
    for (const type of ['bank_account', 'capability', 'person'] as const) {
      for (const row of unit.all(type, 'account', id)) unit.remove(type, row.id, []);
    }
    return deletedStub(id, 'account');
  }),
  listOperation('/v1/accounts', { type: 'account', filters: { created: range('created') } }),
];

/** The account of the request. A connected account is shown as its platform has it. */
function ownView(unit: Unit): Json {
  const { identity, platform } = unit.store;
  const row = platform?.tables.account.get(identity.account);
  return row === undefined ? accountView(unit) : connectedView(row, unit);
}
