import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { sql } from '../../src/store/sql.js';
import { databases } from '../support/world.js';

describe.each(databases)('an operator pauses the reading of marked objects, on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());

  const path = (id: string): string => `/v1/customers/${id}`;
  const change = async (id: string): Promise<void> => {
    core.stripe.put(path(id), customer(id, { name: 'changed' }));
    await core.deliver(eventOf('customer.updated', customer(id), { version: 'old' }));
  };
  const reads = (id: string): number => core.stripe.reads.filter((read) => read === path(id)).length;
  const pause = (more: object = {}) => core.engine.operations.holds.pause({ by: 'ada@console', ...more });
  const resume = () => core.engine.operations.holds.resume({});

  test('events are stored and marked, and nothing is read until it is resumed', async () => {
    expect(await pause({ reason: 'Stripe is down' })).toMatchObject([{ account: core.engine.source.account }]);
    await change('cus_held');
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // three looks of the worker
    expect(reads('cus_held')).toBe(0);
    expect(await core.database.query(sql`select id from lockstep.dirty`)).toEqual([{ id: 'cus_held' }]);
    const { state, reasons } = await core.engine.status();
    expect(state).toBe('degraded');
    expect(reasons[0]).toMatchObject({ code: 'proving_held' });
    expect(reasons[0]?.text).toMatch(/^ada@console paused the reading of acct_scripted: Stripe is down/);

    expect(await resume()).toMatchObject([{ by: 'ada@console', reason: 'Stripe is down' }]);
    await core.rest();
    expect(reads('cus_held')).toBe(1);
    expect(await resume()).toEqual([]);
  });

  test('a pause with an end ends by itself', async () => {
    await pause({ until: new Date(Date.now() + 2_500) });
    await change('cus_until');
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // two looks of the worker
    expect(reads('cus_until')).toBe(0);
    await eventually(async () => reads('cus_until') === 1, 'it is read after the end', 20_000);
    await core.rest();
  });

  test('pausing again replaces the reason and the end, and keeps since when', async () => {
    const [first] = await pause({ reason: 'one' });
    const [second] = await pause({ reason: 'two', until: new Date(Date.now() + 60_000) });
    expect(second).toMatchObject({ reason: 'two', since: first?.since });
    expect(second?.until).not.toBeNull();
    await resume();
  });

  test('an account that has no key here cannot be paused', async () => {
    await expect(pause({ account: 'acct_nobody' })).rejects.toMatchObject({
      code: 'option_invalid',
      hint: `use one of: ${core.engine.source.account}`,
    });
  });
});
