import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { MIGRATED } from '../support/global-postgres.js';
import { cast, openArena, type Arena } from './contest.js';
import { databasesOf } from './databases.js';
import { lockstep } from './lockstep.js';
import { scenarios, type Scenario } from './scenarios.js';

const SEED = 1;

let arena: Arena;
beforeAll(async () => {
  const databases = databasesOf(inject('postgresUrl'));
  arena = await openArena({ databases, template: MIGRATED, contestant: lockstep, graceMs: 0 });
});
afterAll(() => arena.close());

const scenarioOf = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
};

// A backfill here is a second start of the service, so those histories have it to themselves.
const listing = scenarios.filter(({ name }) => name === 'backfill' || name === 'lost');
const ordinary = scenarios.filter((scenario) => !listing.includes(scenario));
const asStripe = { wrong: [], refused: [], word: null };

describe.concurrent(`histories that leave rows wrong elsewhere, on one engine at once (seed ${SEED})`, () => {
  test.for(ordinary)('$title: the mirror ends as Stripe', async (scenario, { expect }) => {
    expect(await arena.play(scenario, [SEED])).toMatchObject(asStripe);
  });
});

describe(`histories with a backfill (seed ${SEED})`, () => {
  test.for(listing)('$title: the mirror ends as Stripe', async (scenario) => {
    expect(await arena.play(scenario, [SEED])).toMatchObject(asStripe);
  });
});

describe('the comparer, which knows nothing of the engine', () => {
  const scenario = scenarioOf('children');
  const [subscription = '', invoice = ''] = cast(scenario, SEED).map(({ id }) => id);
  const change = async (statement: string, values: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: arena.databaseUrl });
    await client.connect();
    try {
      await client.query(statement, values);
    } finally {
      await client.end();
    }
  };
  const faults = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await arena.judge([subscription, invoice])).map(({ id, fault }) => [id, fault]));

  test('notices a row that was changed, one whose child is gone, one that was deleted and one that was invented', async () => {
    await arena.play(scenario, [SEED]);
    expect(await faults()).toEqual({});
    await change(`update stripe.subscriptions set data = data || '{"status": "paused"}' where id = $1`, [subscription]);
    await change(
      `delete from stripe.invoice_line_items where id = (select max(id) from stripe.invoice_line_items where owner = $1)`,
      [invoice],
    );
    expect(await faults()).toEqual({ [subscription]: 'stale', [invoice]: 'children' });
    await change(`delete from stripe.invoices where id = $1`, [invoice]);
    await change(`update stripe.subscriptions set deleted = true where id = $1`, [subscription]);
    expect(await faults()).toEqual({ [subscription]: 'missing', [invoice]: 'missing' });
    await change(
      `insert into stripe.products (account, livemode, id, data, deleted, as_of)
       select account, livemode, 'prod_invented', data, false, now() from stripe.subscriptions limit $1`,
      ['1'],
    );
    expect(await faults()).toMatchObject({ prod_invented: 'extra' });
  });
});
