import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHooks } from '../../src/hooks/registry.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';

let url: string;
const running: Core[] = [];
beforeAll(async () => {
  url = (await createDatabase({ template: MIGRATED })).url;
});
afterAll(async () => {
  for (const core of running) await core.stop();
});

const start = async (hooks?: ReturnType<typeof createHooks>): Promise<Core> => {
  const database = openPostgres({ url, log: silent });
  const core = await startCore({ kind: 'PostgreSQL', database, ...(hooks === undefined ? {} : { hooks }) });
  running.push(core);
  return core;
};
const proves = async (core: Core, id: string, name: string): Promise<void> => {
  core.stripe.put(`/v1/customers/${id}`, customer(id, { name }));
  await core.deliver(eventOf('customer.created', customer(id, { name }), { version: '2020-08-27' }));
  await core.rest();
};

test('what a process without hooks proves is kept for the process that has them, in order, and forgotten with the hook', async () => {
  const seen: string[] = [];
  const register = () => {
    const hooks = createHooks();
    hooks.onChange('customer', ({ key, before, after }) => void seen.push(`${key.id} ${before?.name} ${after?.name}`));
    return hooks;
  };
  const app = await start(register());
  await proves(app, 'cus_1', 'one');
  await app.stop();
  const command = await start();
  await proves(command, 'cus_1', 'two');
  await proves(command, 'cus_1', 'three');
  expect(seen).toEqual(['cus_1 undefined one']);
  const again = await start(register());
  await eventually(async () => seen.length === 3, 'both changes were told');
  expect(seen.slice(1)).toEqual(['cus_1 one two', 'cus_1 two three']);
  await again.stop();
  await proves(command, 'cus_1', 'four');
  expect((await command.engine.status()).hooks).toMatchObject({ waiting: 1, dead: 0 });
  await expect(start(otherHook())).rejects.toMatchObject({
    code: 'option_invalid',
    hint: expect.stringContaining('name'),
  });
  await command.database.query(sql`delete from lockstep.hooks where name = 'onChange customer'`);
  await proves(command, 'cus_1', 'five');
  expect((await command.engine.status()).hooks).toMatchObject({ waiting: 0 });
});

/** Another kind under the name whose deliveries wait. */
function otherHook() {
  const hooks = createHooks();
  hooks.after('customer', () => {}, { name: 'onChange customer' });
  return hooks;
}
