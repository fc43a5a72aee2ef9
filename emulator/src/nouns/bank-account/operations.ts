import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  either,
  emptyable,
  flag,
  hash,
  isHash,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
} from '../../api/params.js';
import { invalid, missing, notBuilt } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import { needAccount } from '../account/connected.js';
import { currencyParam } from '../shared/params.js';
import { bankAccountsOf, newAccount } from './own.js';
import type { BankAccountRow } from './row.js';

/** A bank account as it is entered, or Stripe's token for the test account (https://docs.stripe.com/connect/testing). */
export const externalAccountParam = () =>
  either(
    isHash,
    hash({
      object: needed(oneOf('bank_account', 'card')),
      account_holder_name: text(),
      account_holder_type: oneOf('company', 'individual'),
      account_number: text(),
      country: text(2),
      currency: currencyParam(),
      routing_number: text(),
      ...unbuiltAll(
        'address_city',
        'address_country',
        'address_line1',
        'address_line2',
        'address_state',
        'address_zip',
      ),
      ...unbuiltAll('cvc', 'exp_month', 'exp_year', 'metadata', 'name', 'number', 'token'),
      ...unbuiltAll('default_for_currency'),
    }),
    text(),
  );
type Sent = ReturnType<ReturnType<typeof externalAccountParam>['read']>;

const updateParams = {
  account_holder_name: text(),
  account_holder_type: emptyable(oneOf('company', 'individual')),
  default_for_currency: flag(),
  metadata: metadata(),
  ...unbuiltAll('account_type', 'address_city', 'address_country', 'address_line1', 'address_line2', 'address_state'),
  ...unbuiltAll('address_zip', 'documents', 'exp_month', 'exp_year', 'name'),
};

/** The bank accounts that an account's money is paid out to (https://docs.stripe.com/api/external_accounts). */
export const bankAccountOperations: readonly Operation[] = [
  operation(
    'POST /v1/accounts/:id/external_accounts',
    { external_account: needed(externalAccountParam()), default_for_currency: flag(), metadata: metadata() },
    ({ unit, at: { id = '' }, params }) => {
      needAccount(unit, id);
      const row = addAccount(unit, id, params.external_account, params.metadata ?? {});
      if (params.default_for_currency === true) makeDefault(unit, row);
      return unit.show('bank_account', row.id);
    },
  ),
  listOperation('/v1/accounts/:id/external_accounts', {
    type: 'bank_account',
    parent: { type: 'account', field: 'account', check: needAccount },
    filters: { object: { param: oneOf('bank_account', 'card'), field: 'object' } },
  }),
  operation('GET /v1/accounts/:account/external_accounts/:id', {}, ({ unit, at }) =>
    unit.view('bank_account', accountOf(unit, at)),
  ),
  operation('POST /v1/accounts/:account/external_accounts/:id', updateParams, ({ unit, at, params }) => {
    const row = accountOf(unit, at);
    if (params.default_for_currency === true) makeDefault(unit, row);
    const patch = given({
      account_holder_name: params.account_holder_name,
      account_holder_type: params.account_holder_type,
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata ?? null, params.metadata),
    });
    return unit.view('bank_account', unit.update('bank_account', row.id, patch));
  }),
  operation('DELETE /v1/accounts/:account/external_accounts/:id', {}, ({ unit, at }) => {
    const row = accountOf(unit, at);
    if (row.default_for_currency === true && bankAccountsOf(unit, row.account).length > 1) {
      throw invalid(
        'You cannot delete the default external account for your default currency. Please make another external account the default using the `default_for_currency` param, and then delete this one.',
      );
    }
    unit.remove('bank_account', row.id);
    return deletedStub(row.id, 'bank_account');
  }),
];

/** `account.external_account.created`. */
export function addAccount(unit: Unit, account: string, sent: Sent, more: Record<string, string> = {}): BankAccountRow {
  const at = 'external_account';
  if (typeof sent === 'string') {
    if (!sent.startsWith('btok_us')) throw missing('token', sent, at, 400);
    return unit.insert('bank_account', newAccount(unit, { ...TEST_ACCOUNT, account, metadata: more }));
  }
  if (sent.object === 'card') throw notBuilt('a card as an external account');
  if (sent.account_number === undefined || sent.country === undefined) {
    const name = sent.account_number === undefined ? 'account_number' : 'country';
    throw invalid(`Missing required param: ${at}[${name}].`, `${at}[${name}]`, 'parameter_missing');
  }
  const { account_number, country, currency = 'usd' } = sent;
  const { account_holder_name, account_holder_type, routing_number } = sent;
  const named = given({ account_holder_name, account_holder_type, routing_number });
  const entered = { ...named, account, account_number, country, currency, metadata: more };
  return unit.insert('bank_account', newAccount(unit, entered));
}

const TEST_ACCOUNT = { account_number: '000123456789', country: 'US', currency: 'usd', routing_number: '110000000' };

function accountOf(unit: Unit, { account = '', id = '' }: Readonly<Record<string, string>>): BankAccountRow {
  needAccount(unit, account);
  const row = unit.find('bank_account', id);
  if (row === undefined || row.account !== account) throw missing('external account', id, 'id', 404);
  return row;
}

function makeDefault(unit: Unit, { id, account, currency }: BankAccountRow): void {
  for (const one of bankAccountsOf(unit, account)) {
    const is = one.id === id;
    if (one.currency === currency) unit.update('bank_account', one.id, { default_for_currency: is });
  }
}
