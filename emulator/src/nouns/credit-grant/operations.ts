import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  emptyable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuilt,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';
import { credit, currencyOf, isEffective, lapse, leftOf } from './ledger.js';
import type { CreditGrantRow } from './row.js';

const scopeParam = () => hash({ price_type: oneOf('metered'), prices: listOf(hash({ id: needed(text()) }), 20) });

/** Credit for what is metered (https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits). */
export const creditGrantOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing/credit_grants',
    {
      amount: needed(
        hash({
          monetary: hash({ currency: needed(currencyParam()), value: needed(integer(1)) }),
          type: needed(oneOf('monetary')),
        }),
      ),
      applicability_config: needed(hash({ scope: needed(scopeParam()) })),
      category: oneOf('paid', 'promotional'),
      customer: text(),
      customer_account: unbuilt(),
      effective_at: timestamp(),
      expires_at: timestamp(),
      metadata: metadata(),
      name: text(100),
      priority: integer(0, 100),
    },
    ({ unit, params }) => {
      if (params.customer === undefined) throw absent('customer');
      const customer = unit.need('customer', params.customer, 'customer');
      const { monetary } = params.amount;
      if (monetary === undefined) throw absent('amount[monetary]');
      const { scope } = params.applicability_config;
      if ((scope.price_type === undefined) === (scope.prices === undefined)) {
        throw invalid('The scope needs either price_type or prices.', 'applicability_config[scope]');
      }
      for (const price of scope.prices ?? []) unit.need('price', price.id, 'applicability_config[scope][prices]');
      if (params.expires_at !== undefined && params.expires_at <= unit.now) {
        throw invalid('expires_at must be in the future.', 'expires_at');
      }
      const row = unit.insert('billing.credit_grant', {
        id: newId('credgr'),
        object: 'billing.credit_grant',
        amount: { monetary, type: 'monetary' },
        applicability_config: { scope: given(scope) },
        category: params.category ?? 'paid',
        created: unit.now,
        customer: customer.id,
        customer_account: null,
        effective_at: params.effective_at ?? unit.now,
        expires_at: params.expires_at ?? null,
        livemode: false,
        metadata: mergeMetadata(null, params.metadata),
        name: params.name ?? null,
        priority: params.priority ?? 50,
        test_clock: idOf(customer.test_clock),
        updated: unit.now,
        voided_at: null,
        hidden: { expired: false },
      });
      credit(unit, row, monetary.value);
      return unit.view('billing.credit_grant', row);
    },
  ),
  retrieveOperation('/v1/billing/credit_grants', 'billing.credit_grant'),
  operation(
    'POST /v1/billing/credit_grants/:id',
    { expires_at: emptyable(timestamp()), metadata: metadata() },
    ({ unit, at, params }) => {
      const row = unit.need('billing.credit_grant', at.id ?? '');
      const patch = given({
        expires_at: params.expires_at,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        updated: unit.now,
      });
      return unit.view('billing.credit_grant', unit.update('billing.credit_grant', row.id, patch));
    },
  ),
  operation('POST /v1/billing/credit_grants/:id/expire', {}, ({ unit, at }) => {
    const row = openGrant(unit, at.id ?? '');
    lapse(unit, row, 'credits_expired');
    const patch = { expires_at: unit.now, updated: unit.now, hidden: { expired: true } };
    return unit.view('billing.credit_grant', unit.update('billing.credit_grant', row.id, patch));
  }),
  operation('POST /v1/billing/credit_grants/:id/void', {}, ({ unit, at }) => {
    const row = openGrant(unit, at.id ?? '');
    if (leftOf(unit, row) < (row.amount.monetary?.value ?? 0)) {
      throw invalid('A credit grant that has been used cannot be voided. Expire it instead.');
    }
    lapse(unit, row, 'credits_voided');
    const patch = { voided_at: unit.now, updated: unit.now };
    return unit.view('billing.credit_grant', unit.update('billing.credit_grant', row.id, patch));
  }),
  listOperation('/v1/billing/credit_grants', {
    type: 'billing.credit_grant',
    filters: { customer: { param: text(), field: 'customer' }, customer_account: { param: unbuilt() } },
  }),
  operation(
    'GET /v1/billing/credit_balance_summary',
    {
      customer: text(),
      customer_account: unbuilt(),
      filter: needed(
        hash({
          applicability_scope: scopeParam(),
          credit_grant: text(),
          type: needed(oneOf('applicability_scope', 'credit_grant')),
        }),
      ),
    },
    ({ unit, params }) => {
      if (params.customer === undefined) throw absent('customer');
      unit.need('customer', params.customer, 'customer');
      const { credit_grant: one, applicability_scope: scope } = params.filter;
      const prices = scope?.prices?.map(({ id }) => id);
      const grants = unit
        .all('billing.credit_grant', 'customer', params.customer)
        .filter((row) => one === undefined || row.id === one)
        .filter((row) => prices === undefined || prices.every((price) => covers(row, price)));
      return summaryOf(unit, params.customer, grants);
    },
  ),
];

const absent = (param: string): Error => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

/** Whether a grant pays for a price, given that it is metered. */
export function covers({ applicability_config: { scope } }: CreditGrantRow, price: string): boolean {
  return scope.prices === undefined ? scope.price_type === 'metered' : scope.prices.some(({ id }) => id === price);
}

function openGrant(unit: Unit, id: string): CreditGrantRow {
  const row = unit.need('billing.credit_grant', id);
  if (row.voided_at !== null) throw invalid('The credit grant is voided.');
  if (row.hidden.expired || (row.expires_at !== null && row.expires_at <= unit.now)) {
    throw invalid('The credit grant has expired.');
  }
  return row;
}

function summaryOf(unit: Unit, customer: string, grants: readonly CreditGrantRow[]): Json {
  const sums = new Map<string, { available: number; ledger: number }>();
  for (const grant of grants) {
    const sum = sums.get(currencyOf(grant)) ?? { available: 0, ledger: 0 };
    const left = leftOf(unit, grant);
    const available = isEffective(grant, unit.now) ? left : 0;
    sums.set(currencyOf(grant), { available: sum.available + available, ledger: sum.ledger + left });
  }
  return {
    object: 'billing.credit_balance_summary',
    balances: [...sums].map(([currency, { available, ledger }]) => ({
      available_balance: { monetary: { currency, value: available }, type: 'monetary' },
      ledger_balance: { monetary: { currency, value: ledger }, type: 'monetary' },
    })),
    customer,
    customer_account: null,
    livemode: false,
  };
}
