import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/engine/config.js';
import { sweepTypesOf } from '../../src/engine/schedule.js';
import { createHooks } from '../../src/hooks/registry.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { openTestDatabase, databases } from '../support/world.js';
import { createReports } from '../../src/operate/reports.js';
import { systemClock } from '../../src/kernel/clock.js';
import { linesOf } from '../../src/cli/commands/status/lines.js';

describe('what may be left out', () => {
  const types = (...leaveOut: string[]) => resolveOptions({ leaveOut }).leaveOut;

  test('a type, by its name or by its table', () => {
    expect(types('charge', 'disputes', 'charges')).toEqual(['charge', 'dispute']);
  });

  test.each([
    ['chargs', /one of its types was not found/, /did you mean charge/],
    ['subscription_items', /one of its types was not found/, /./],
    ['customer', /customers cannot be left out/, /what a user has/],
    ['invoices', /invoices cannot be left out/, /what a user has/],
    ['radar.value_list', /radar_value_lists cannot be left out/, /radar_value_list_items are listed below it/],
  ])('%s is refused, with the reason', (type, message, hint) => {
    expect(() => types(type)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  test('a type that a hook is about is refused at the start', async () => {
    const hooks = createHooks();
    hooks.onChange('charge', () => {}, { name: 'count' });
    const started = startCore({ kind: 'PGlite', hooks, options: { leaveOut: ['charge'] } });
    await expect(started).rejects.toMatchObject({ code: 'option_invalid', hint: expect.stringContaining('"count"') });
  });
});

describe.each(databases)('charges are not mirrored, on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    const database = await openTestDatabase(kind);
    // From a time when they were.
    await database.script(`
      insert into stripe.charges (account, livemode, id, data, proven_at, as_of)
      select 'acct_scripted', false, 'ch_old' || n, '{"id": "ch_old", "object": "charge"}', now(), now() from generate_series(1, 6000) n;
      insert into lockstep.backfills values ('acct_scripted', false, 'charge', null, 1, 1, now(), now(), 'done')`);
    core = await startCore({ kind, database, options: { leaveOut: ['charge', 'balance_transaction'] } });
  });
  afterAll(() => core.stop());

  const charge = { id: 'ch_1', object: 'charge', customer: 'cus_1', created: 1_790_000_000, description: 'Secret' };
  const marked = (id: string) => core.database.query(sql`select from lockstep.dirty where id = ${id}`);

  test('an event about one is kept without its body, and shows and marks nothing', async () => {
    core.stripe.put('/v1/charges/ch_1', charge);
    expect(await core.deliver(eventOf('charge.succeeded', charge))).toBe('stored');
    expect(await core.database.query(sql`select quarantine, body ? 'data' as full from lockstep.inbox`)).toEqual([
      { quarantine: 'type', full: false },
    ]);
    expect(await marked('ch_1')).toEqual([]);
    expect(await core.row('charges', 'ch_1')).toBeUndefined();
  });

  test('the consequences of a proof do not mark one', async () => {
    // What moved money for a dispute is read where it is not in the mirror yet.
    const dispute = {
      id: 'dp_1',
      object: 'dispute',
      balance_transactions: [{ id: 'txn_1', object: 'balance_transaction' }],
    };
    core.stripe.put('/v1/disputes/dp_1', { ...dispute, created: 1_790_000_000 });
    core.stripe.put('/v1/balance_transactions/txn_1', { id: 'txn_1', object: 'balance_transaction' });
    await core.deliver(eventOf('charge.dispute.created', dispute));
    await core.rest();
    expect(await core.row('disputes', 'dp_1')).toBeDefined();
    expect(core.stripe.reads).not.toContain('/v1/balance_transactions/txn_1');
  });

  test('backfill, verify and sweeps pass over them, and say so if they are named', async () => {
    core.stripe.put('/v1/customers/cus_1', customer('cus_1'));
    const filled = await core.engine.operations.backfill({});
    expect(filled.map(({ type }) => type)).not.toContain('charge');
    const report = await core.engine.operations.verify({ repair: false, graceMs: 0 });
    expect(report.types.map(({ type }) => type)).not.toContain('charge');
    expect(report.notMirrored).toEqual(['charge', 'balance_transaction']);
    expect(core.stripe.reads).not.toContain('/v1/charges');
    expect(sweepTypesOf(core.engine.config)).not.toContain('charge');
    await expect(core.engine.operations.verify({ types: ['charges'], repair: false })).rejects.toMatchObject({
      message: 'charges is not mirrored',
    });
  });

  test('the status names them', async () => {
    const config = resolveOptions({}); // what the running process says counts
    const report = await createReports({ database: core.database, config, clock: systemClock }).status();
    expect(report.notMirrored).toEqual(['charges', 'balance_transactions']);
    expect(linesOf(report).join('\n')).toMatch(/not mirrored {2}charges, balance_transactions/);
  });

  test('rows from before are removed, and what was loaded counts as not loaded', async () => {
    await core.rest();
    const count = () => core.database.query(sql`select count(*) as rows from stripe.charges`);
    await expect.poll(count, { timeout: 30_000 }).toEqual([{ rows: 0 }]);
    expect(
      await core.database.query(sql`select from lockstep.backfills where type = 'charge' and note = 'done'`),
    ).toEqual([]);
  });
});
