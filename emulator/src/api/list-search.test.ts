import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { startRig } from '../../test/rig.js';

let rig: Rig;
let ada: string;
beforeAll(async () => {
  rig = await startRig();
  const { stripe } = rig;
  ada = (await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' })).id;
  await stripe.customers.create({ name: 'Zoë Ångström' });
  await stripe.quotes.create({ customer: ada });
  await stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    customer: ada,
    payment_method: 'pm_card_createDispute',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
});
afterAll(() => rig.stop());

const search = async (list: string, words: string, client = 'dashboard'): Promise<number> => {
  const headers = { 'lockstep-client': client, 'lockstep-search': encodeURIComponent(words) };
  const { body } = await rig.call('GET', `/v1/${list}`, undefined, headers);
  return (body['data'] as unknown[]).length;
};

describe('a list with the header lockstep-search', () => {
  it('has the rows with every word, in any case', async () => {
    expect(await search('customers', 'LOVELACE ada')).toBe(1);
    expect(await search('customers', 'zoë ångström')).toBe(1);
    expect(await search('customers', 'ada ångström')).toBe(0);
    expect(await search('customers', ada)).toBe(1);
  });

  it('finds a row by the name and the email address of its customer, and by its status', async () => {
    for (const list of ['quotes', 'payment_intents', 'disputes', 'charges']) {
      expect([list, await search(list, 'ada@example.com')]).toEqual([list, 1]);
      expect([list, await search(list, 'ångström')]).toEqual([list, 0]);
    }
    expect(await search('disputes', 'needs response')).toBe(1);
    expect(await search('disputes', 'needs_response')).toBe(1);
  });

  it('finds events by their type and their object', async () => {
    expect(await search('events', 'customer.created')).toBe(2);
    expect(await search('events', `customer.created ${ada}`)).toBe(1);
  });

  it('continues after a cursor, with the filters of the list', async () => {
    expect(await search('customers?limit=1', 'a')).toBe(1);
    expect(await search(`customers?starting_after=${ada}`, 'a')).toBe(0);
    expect(await search('quotes?status=accepted', 'ada')).toBe(0);
  });

  it('is for the dashboard alone: an app gets the whole list', async () => {
    expect(await search('customers', 'ada', 'app')).toBe(2);
  });

  it('takes words that are not encoded as they are', async () => {
    const headers = { 'lockstep-client': 'dashboard', 'lockstep-search': '%E0%A4%A' };
    expect((await rig.call('GET', '/v1/customers', undefined, headers)).body['data']).toEqual([]);
  });
});
