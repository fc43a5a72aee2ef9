import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com', metadata: { team: 'a' } });
  await rig.stripe.customers.create({ name: 'Grace Hopper', email: 'grace@example.com', metadata: { team: 'b' } });
  await rig.stripe.customers.create({ name: 'Alan Turing', email: 'alan@example.org' });
  rig.emulator.clock.advance(5_000);
});
afterAll(() => rig.stop());

const names = async (query: string): Promise<(string | null | undefined)[]> =>
  (await rig.stripe.customers.search({ query })).data.map(({ name }) => name).sort();

describe('search', () => {
  test.each([
    ['email:"ada@example.com"', ['Ada Lovelace']],
    ['email:"ADA@example.com"', ['Ada Lovelace']],
    ['email~"example.com"', ['Ada Lovelace', 'Grace Hopper']],
    ['metadata["team"]:"b"', ['Grace Hopper']],
    ['metadata["team"]:null', ['Alan Turing']],
    ['-metadata["team"]:"a" AND email~"example"', ['Alan Turing', 'Grace Hopper']],
    ['name:"Ada Lovelace" OR name:"Alan Turing"', ['Ada Lovelace', 'Alan Turing']],
    ['created>0', ['Ada Lovelace', 'Alan Turing', 'Grace Hopper']],
    ['name:"nobody"', []],
  ])('finds by %s', async (query, found) => {
    expect(await names(query)).toEqual(found);
  });

  test('pages', async () => {
    const first = await rig.stripe.customers.search({ query: 'created>0', limit: 2 });
    expect([first.data.length, first.has_more]).toEqual([2, true]);
    const rest = await rig.stripe.customers.search({ query: 'created>0', limit: 2, page: first.next_page ?? '' });
    expect([rest.data.length, rest.has_more, rest.next_page]).toEqual([1, false, null]);
  });

  test('does not find what was written within the last second', async () => {
    await rig.stripe.customers.create({ name: 'Late' });
    expect(await names('name:"Late"')).toEqual([]);
    rig.emulator.clock.advance(5_000);
    expect(await names('name:"Late"')).toEqual(['Late']);
  });

  test.each([
    ['what is no query', 'ada'],
    ['a field it does not know', 'balance>1'],
    ['AND and OR together', 'name:"a" AND name:"b" OR name:"c"'],
    ['parts of a word that has none', 'created~"1"'],
  ])('refuses %s', async (_what, query) => {
    expect(await refusal(rig.stripe.customers.search({ query }))).toMatchObject({ statusCode: 400, param: 'query' });
  });

  test('finds invoices, payments, charges, subscriptions, products and prices as well', async () => {
    const { stripe } = rig;
    const product = await stripe.products.create({ name: 'Searched', metadata: { k: 'v' } });
    const price = await stripe.prices.create({
      ...{ product: product.id, currency: 'usd', unit_amount: 700, recurring: { interval: 'month' } },
      lookup_key: 'searched',
    });
    const { id: customer } = await stripe.customers.create({
      ...{ payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } },
    });
    const { id, latest_invoice } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    rig.emulator.clock.advance(5_000);
    const only = ({ data }: { data: { id: string }[] }): string[] => data.map((one) => one.id);
    expect(only(await stripe.products.search({ query: "name~'search' AND metadata['k']:'v'" }))).toEqual([product.id]);
    expect(only(await stripe.prices.search({ query: "lookup_key:'searched' AND active:'true'" }))).toEqual([price.id]);
    expect(only(await stripe.subscriptions.search({ query: "status:'active'" }))).toEqual([id]);
    expect(only(await stripe.invoices.search({ query: `customer:'${customer}' AND total>600` }))).toEqual([
      latest_invoice,
    ]);
    const [charge] = (await stripe.charges.search({ query: `customer:'${customer}' AND amount>600` })).data;
    const query = `customer:'${customer}' AND status:'succeeded'`;
    expect(only(await stripe.paymentIntents.search({ query }))).toEqual([charge?.payment_intent]);
  });
});
