import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLeases } from '../../src/engine/leases.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { Database } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { databases, openTestDatabase } from '../support/world.js';

describe.each(databases)('leases on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  /** As if half a minute had gone by without a renewal. */
  const expire = () => database.query(sql`update lockstep.leases set until = clock_timestamp() - interval '1 second'`);

  test('one of several processes has a duty, and each duty may have another owner', async () => {
    const processes = Array.from({ length: 4 }, () => createLeases(database, systemClock));
    const answers = await Promise.all(processes.map((each) => each.has('poll')));
    expect(answers.filter(Boolean)).toHaveLength(1);
    const other = processes[answers.indexOf(false)];
    expect(await other?.has('sweep')).toBe(true);
    for (const each of processes) await each.end();
  });

  test('what an owner gives back is free at once', async () => {
    const [first, second] = [createLeases(database, systemClock), createLeases(database, systemClock)];
    expect([await first.has('poll'), await second.has('poll')]).toEqual([true, false]);
    await first.end();
    expect(await second.has('poll')).toBe(true);
    await second.end();
  });

  test('what a killed owner had goes to another, and an owner that renews keeps it', async () => {
    const [killed, next] = [createLeases(database, systemClock), createLeases(database, systemClock)];
    await killed.has('sweep');
    await killed.has('poll');
    await expire();
    expect(await next.has('poll')).toBe(true);
    await killed.renew();
    expect(await killed.has('poll')).toBe(false);
    expect(await next.has('sweep')).toBe(false);
    for (const each of [killed, next]) await each.end();
  });

  test('an owner that has not renewed in time asks again', async () => {
    let ahead = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
    const [slow, next] = [createLeases(database, clock), createLeases(database, systemClock)];
    await slow.has('poll');
    await expire();
    expect(await next.has('poll')).toBe(true);
    ahead = 16_000;
    expect(await slow.has('poll')).toBe(false);
    await next.end();
  });

  test('while the database is away nobody has anything', async () => {
    const away = { query: () => Promise.reject(new Error('away')) } as unknown as Database;
    expect(await createLeases(away, systemClock).has('poll')).toBe(false);
  });
});
