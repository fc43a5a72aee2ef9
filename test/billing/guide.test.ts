import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../src/billing/users/users.js';
import { snippetsOf } from '../guides/snippets.js';
import { eventually } from '../support/eventually.js';
import { TOKEN } from '../support/world.js';
import { startTown, type Town } from './people.js';

const snippets = snippetsOf('access-from-the-mirror.md')
  .filter(({ says }) => says === 'run with the mirror')
  .map(({ language, text: code }) => ({ language, code }));

/** What stands before `// →` in a snippet must be what stands after it. */
const CLAIM = /^(\s*)(.+?);\s*\/\/ → (.+)$/gm;
const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...given: unknown[]) => Promise<void>;

describe('every snippet of the guide does what it says', () => {
  let town: Town;
  let user: User;
  let pro: string;
  beforeAll(async () => {
    town = await startTown('PGlite', ['ada', 'grace']);
    user = await town.user('ada');
    const price = await town.price(900);
    pro = price.product as string;
    const feature = await town.stripe.entitlements.features.create({ name: 'SSO', lookup_key: 'sso' });
    await town.stripe.products.createFeature(pro, { entitlement_feature: feature.id });
    const customer = await town.customer(user);
    await town.stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    const { billing } = town;
    await billing.settled(customer);
    await eventually(
      async () => (await (await billing.for(user)).invoices()).length > 0,
      'the invoice is in the mirror',
    );
  });
  afterAll(() => town.stop());

  test.each(snippets)('$language: $code', async ({ language, code }) => {
    if (language === 'sql') {
      const said = /^-- (.+)$/m.exec(code)?.[1] as string;
      const rows = await town.database.query<Record<string, unknown>>({ text: code, values: [] });
      const [row, ...more] = rows.map((one) => Object.entries(one).map(([name, value]) => `${name}: ${String(value)}`));
      expect([row?.join(', '), more]).toEqual([said, []]);
      return;
    }
    const claims = [...code.matchAll(CLAIM)];
    expect(claims.length).toBeGreaterThan(0);
    const checked = code.replace(CLAIM, '$1check($2, $3);');
    const check = (seen: unknown, said: unknown): void => expect(seen).toEqual(said);
    const run = new AsyncFunction('lockstep', 'user', 'pro', 'service', 'token', 'check', checked);
    await run(town.billing, user, pro, town.service.url, TOKEN, check);
  });

  test('the guide has the snippets it is read for', () => {
    expect(snippets.filter(({ language }) => language === 'sql')).toHaveLength(5);
    expect(snippets.filter(({ language }) => language === 'ts')).toHaveLength(9);
  });
});
