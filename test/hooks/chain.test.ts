import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine, type Engine } from '../../src/engine/engine.js';
import { createHooks, type HookRegistry } from '../../src/hooks/registry.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { createRandom } from '../simulation/random.js';
import { customer, eventOf, signed, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';

const SEED = 20_261_124;
const OBJECTS = 5;
const CHANGES = 60;

const random = createRandom(SEED);
let core: Core;
let second: Engine;

/** Notes each change through its transaction; three in ten runs fail after that. */
function notingHooks(): HookRegistry {
  const hooks = createHooks();
  hooks.onChange(
    'customer',
    async ({ key, before, after, tx }) => {
      const names = [before?.name ?? null, after?.name ?? null];
      await tx.query('insert into chain (id, before, after) values ($1, $2, $3)', [key.id, ...names]);
      if (random.chance(0.3)) throw new Error('as the dice fell');
    },
    { timeoutMs: 20_000 },
  );
  return hooks;
}

beforeAll(async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const database = openPostgres({ url, log: silent });
  await database.script('create table chain (n bigint generated always as identity, id text, before text, after text)');
  core = await startCore({ kind: 'PostgreSQL', database, hooks: notingHooks() });
  const parts = { clock: systemClock, log: silent, database: openPostgres({ url, log: silent }), hooks: notingHooks() };
  second = await startEngine(core.engine.config, parts);
});
afterAll(async () => {
  await second.stop();
  await core.stop();
});

test(`each object's changes are told once and in order by two processes whose hooks fail, seed ${SEED}`, async () => {
  const last = new Map<string, string | null>();
  for (let n = 0; n < CHANGES; n += 1) {
    const id = `cus_${random.between(1, OBJECTS)}`;
    const name = random.chance(0.1) ? null : `name ${n}`;
    if (name === null) core.stripe.remove(`/v1/customers/${id}`);
    else core.stripe.put(`/v1/customers/${id}`, customer(id, { name }));
    last.set(id, name);
    const event = eventOf(name === null ? 'customer.deleted' : 'customer.updated', customer(id, { name }), {
      previous: { name: `name ${n - 1}` },
    });
    const { body, signature } = signed(event);
    for (let times = random.between(1, 3); times > 0; times -= 1)
      await random.pick([core.engine, second]).webhook?.deliver(body, signature);
    await systemClock.sleep(random.between(0, 30));
  }
  await eventually(
    async () => {
      await core.database.query(sql`update lockstep.hook_deliveries set due_at = now() where token is null`);
      const [rest] = await core.database.query(sql`
        select (select count(*) from lockstep.dirty) as marks, (select count(*) from lockstep.hook_deliveries) as runs`);
      return rest?.['marks'] === 0 && rest['runs'] === 0;
    },
    'all is proven and told',
    60_000,
  );
  const told = await core.database.query<{ id: string; before: string | null; after: string | null }>(
    sql`select id, before, after from chain order by n`,
  );
  expect(told.length).toBeGreaterThan(2 * OBJECTS);
  for (const [id, name] of last) {
    const chain = told.filter((one) => one.id === id);
    expect([null, ...chain.map(({ after }) => after)].slice(0, -1)).toEqual(chain.map(({ before }) => before));
    expect(chain.every(({ before, after }) => before !== after)).toBe(true);
    expect(chain.at(-1)?.after ?? null).toBe(name);
  }
});
