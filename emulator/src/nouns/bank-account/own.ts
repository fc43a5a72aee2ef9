import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { invalid, missing } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import type { BankAccountRow } from './row.js';

/** Stripe's test account to which payouts fail (https://docs.stripe.com/connect/testing#account-numbers). */
const FAILING = '000111111116';

export const failsPayouts = (bank: BankAccountRow): boolean => bank.hidden.number === FAILING;

/** The bank accounts of the account, oldest first. A platform keeps those of the accounts that are connected to it. */
export const bankAccountsOf = ({ store }: Unit, account: string): BankAccountRow[] => [
  ...(store.platform ?? store).tables.bank_account.walk({
    where: { field: 'account', value: account },
    oldestFirst: true,
  }),
];

/**
 * Where money in a currency is paid out to. The emulator's own account has a bank account in every currency, made when it is
 * needed, because nobody adds one to it by the API.
 * @throws Problem if a connected account has none
 */
export function defaultAccount(unit: Unit, currency: string, id?: string): BankAccountRow {
  const { identity, platform } = unit.store;
  const all = bankAccountsOf(unit, identity.account);
  if (id !== undefined) {
    const named = all.find((one) => one.id === id);
    if (named === undefined) throw missing('external account', id, 'destination', 400);
    return named;
  }
  const found = all.find((one) => one.currency === currency && one.default_for_currency === true);
  if (found !== undefined) return found;
  if (platform === undefined) return unit.insert('bank_account', newAccount(unit, ownBank(currency)), []);
  throw invalid(`Sorry, you don't have any external accounts in that currency (${currency}).`);
}

const ownBank = (currency: string): BankSent => ({
  account: undefined,
  account_number: '000123456789',
  country: 'US',
  currency,
});

export interface BankSent {
  account: string | undefined;
  account_holder_name?: string;
  account_holder_type?: string;
  account_number: string;
  country: string;
  currency: string;
  metadata?: Stripe.Metadata;
  routing_number?: string;
}

/** A bank account; the first of its currency is the default. */
export function newAccount(unit: Unit, sent: BankSent): BankAccountRow {
  const account = sent.account ?? unit.store.identity.account;
  const isFirst = !bankAccountsOf(unit, account).some(({ currency }) => currency === sent.currency);
  return {
    id: newId('ba'),
    object: 'bank_account',
    account,
    account_holder_name: sent.account_holder_name ?? null,
    account_holder_type: sent.account_holder_type ?? null,
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country: sent.country,
    currency: sent.currency,
    default_for_currency: isFirst,
    fingerprint: createHash('sha256').update(sent.account_number).digest('base64url').slice(0, 16),
    future_requirements: null,
    last4: sent.account_number.slice(-4),
    metadata: sent.metadata ?? {},
    requirements: null,
    routing_number: sent.routing_number ?? '110000000',
    status: 'new',
    hidden: { number: sent.account_number },
  };
}
