import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let shop: string;
beforeAll(async () => {
  rig = await startRig();
  ({ id: shop } = await rig.stripe.accounts.create({
    type: 'express',
    capabilities: { card_payments: { requested: true } },
    external_account: 'btok_us_verified',
  }));
});
afterAll(() => rig.stop());

const typesThere = async (): Promise<string[]> =>
  (await rig.stripe.events.list({ limit: 100 }, { stripeAccount: shop })).data.map(({ type }) => type);

const BANK = { object: 'bank_account' as const, country: 'US', currency: 'usd', routing_number: '110000000' };

describe('external accounts', () => {
  test('are listed with the account; one of a currency is the default', async () => {
    const account = await rig.stripe.accounts.retrieve(shop);
    expect(account.external_accounts?.data).toMatchObject([
      { object: 'bank_account', account: shop, last4: '6789', currency: 'usd', default_for_currency: true },
    ]);
    const second = await rig.stripe.accounts.createExternalAccount(shop, {
      external_account: { ...BANK, account_number: '000999999991' },
      metadata: { k: 'v' },
    });
    expect(second).toMatchObject({ last4: '9991', default_for_currency: false, metadata: { k: 'v' } });
    const [first] = (await rig.stripe.accounts.listExternalAccounts(shop)).data.slice(-1);
    const del = rig.stripe.accounts.deleteExternalAccount(shop, first?.id ?? '');
    expect((await refusal(del)).message).toContain('default external account');
    await rig.stripe.accounts.updateExternalAccount(shop, second.id, { default_for_currency: true });
    expect(await rig.stripe.accounts.retrieveExternalAccount(shop, first?.id ?? '')).toMatchObject({
      default_for_currency: false,
    });
    expect(await rig.stripe.accounts.deleteExternalAccount(shop, first?.id ?? '')).toEqual({
      id: first?.id,
      object: 'bank_account',
      deleted: true,
    });
    expect((await rig.stripe.accounts.listExternalAccounts(shop)).data.map(({ id }) => id)).toEqual([second.id]);
    expect(await typesThere()).toEqual(
      expect.arrayContaining([
        'account.external_account.created',
        'account.external_account.updated',
        'account.external_account.deleted',
      ]),
    );
  });

  test('need a number, and are not cards', async () => {
    const none = rig.stripe.accounts.createExternalAccount(shop, { external_account: BANK as never });
    expect((await refusal(none)).param).toBe('external_account[account_number]');
    const card = await rig.call(
      'POST',
      `/v1/accounts/${shop}/external_accounts`,
      'external_account[object]=card&external_account[currency]=usd',
    );
    expect(card.status).toBe(501);
  });
});

describe('capabilities', () => {
  test('are granted at once, shown in the account, and given back', async () => {
    expect(await rig.stripe.accounts.retrieveCapability(shop, 'card_payments')).toMatchObject({
      id: 'card_payments',
      account: shop,
      requested: true,
      status: 'active',
    });
    await rig.stripe.accounts.updateCapability(shop, 'transfers', { requested: true });
    const { capabilities } = await rig.stripe.accounts.retrieve(shop);
    expect(capabilities).toEqual({ card_payments: 'active', transfers: 'active' });
    await rig.stripe.accounts.updateCapability(shop, 'transfers', { requested: false });
    const { data } = await rig.stripe.accounts.listCapabilities(shop);
    expect(data.map(({ id, status }) => [id, status])).toEqual([
      ['card_payments', 'active'],
      ['transfers', 'unrequested'],
    ]);
    expect((await refusal(rig.stripe.accounts.retrieveCapability(shop, 'sepa'))).code).toBe('resource_missing');
    expect(await typesThere()).toContain('capability.updated');
  });

  test('rest while the account is rejected', async () => {
    const rejected = await rig.stripe.accounts.reject(shop, { reason: 'fraud' });
    expect(rejected).toMatchObject({ charges_enabled: false, payouts_enabled: false });
    expect(rejected.requirements?.disabled_reason).toBe('rejected.fraud');
    expect((await rig.stripe.accounts.retrieveCapability(shop, 'card_payments')).status).toBe('inactive');
    const back = await rig.stripe.accounts.unreject(shop);
    expect(back).toMatchObject({ charges_enabled: true, payouts_enabled: true });
    expect(await typesThere()).toContain('account.updated');
  });
});

test('persons are made, found by what they are, edited and deleted; no number is shown', async () => {
  const person = await rig.stripe.accounts.createPerson(shop, {
    first_name: 'Ada',
    last_name: 'Byron',
    ssn_last_4: '6789',
    dob: { day: 10, month: 12, year: 1990 },
    relationship: { owner: true, percent_ownership: 60, title: 'CEO' },
  });
  expect(person).toMatchObject({
    account: shop,
    first_name: 'Ada',
    dob: { day: 10, month: 12, year: 1990 },
    relationship: { owner: true, director: false, percent_ownership: 60 },
    ssn_last_4_provided: true,
  });
  expect(JSON.stringify(person)).not.toContain('6789');
  const other = await rig.stripe.accounts.createPerson(shop, { first_name: 'Bob' });
  const owners = await rig.stripe.accounts.listPersons(shop, { relationship: { owner: true } });
  expect(owners.data.map(({ id }) => id)).toEqual([person.id]);
  await rig.stripe.accounts.updatePerson(shop, other.id, { relationship: { director: true } });
  expect(await rig.stripe.accounts.retrievePerson(shop, other.id)).toMatchObject({
    first_name: 'Bob',
    relationship: { director: true, owner: false },
  });
  await rig.stripe.accounts.deletePerson(shop, other.id);
  expect((await refusal(rig.stripe.accounts.retrievePerson(shop, other.id))).code).toBe('resource_missing');
  expect(await typesThere()).toEqual(expect.arrayContaining(['person.created', 'person.updated', 'person.deleted']));
});

describe('the pages of an account', () => {
  test('lead back to the platform', async () => {
    const back = 'https://platform.example/back?a=1';
    const link = await rig.stripe.accountLinks.create({
      account: shop,
      type: 'account_onboarding',
      refresh_url: 'https://platform.example/again',
      return_url: back,
    });
    expect(link.expires_at - link.created).toBe(300);
    expect(await (await fetch(link.url)).text()).toContain(`href="https://platform.example/back?a=1"`);
    const none = rig.stripe.accountLinks.create({ account: shop, type: 'account_onboarding' });
    expect((await refusal(none)).param).toBe('refresh_url');
    const login = await rig.stripe.accounts.createLoginLink(shop);
    expect((await fetch(login.url)).status).toBe(200);
  });

  test('have sessions', async () => {
    const session = await rig.stripe.accountSessions.create({
      account: shop,
      components: { payments: { enabled: true, features: { refund_management: true } } },
    });
    expect(session).toMatchObject({
      account: shop,
      components: { payments: { enabled: true, features: { refund_management: true } } },
    });
    const unknown = rig.stripe.accountSessions.create({
      account: 'acct_x',
      components: { payments: { enabled: true } },
    });
    expect((await refusal(unknown)).code).toBe('account_invalid');
  });
});
