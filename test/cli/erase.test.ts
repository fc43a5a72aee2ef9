import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { silent } from '../../src/kernel/log.js';
import { sql } from '../../src/store/sql.js';
import type { Database } from '../../src/store/database.js';
import { runCommand } from '../support/command.js';
import { customer, eventOf, signed } from '../support/core.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';
import { WEBHOOK_SECRET } from '../support/world.js';

describe('lockstep erase', { timeout: 180_000 }, () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lockstep-erase-'));
  const id = 'cus_1234';
  let stripe: ScriptedStripe;
  let postgres: TestDatabase;
  let database: Database;
  const env = (): Record<string, string> => ({
    ...{ STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url, DATABASE_URL: postgres.url },
  });
  const ask = async (...args: string[]) => {
    const running = runCommand(['erase', '--customer', id, ...args], { cwd, env: env() });
    const code = await running.ended;
    return { code, output: running.output() };
  };
  const named = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(sql`
      select (select count(*) from stripe.customers where id = ${id} and name = 'Ada Lovelace')
        + (select count(*) from lockstep.inbox where body::text like '%Ada Lovelace%') as count`);
    return row?.count ?? 0;
  };

  beforeAll(async () => {
    [stripe, postgres] = await Promise.all([startScriptedStripe(), createDatabase()]);
    const service = runCommand(['serve', '--port', '0'], {
      cwd,
      env: { ...env(), STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
    });
    const [, url = ''] = await service.says(/"url":"([^"]+)"/);
    database = openPostgres({ url: postgres.url, log: silent });
    const ada = customer(id, { name: 'Ada Lovelace' });
    stripe.put(`/v1/customers/${id}`, ada);
    const { body, signature } = signed(eventOf('customer.created', ada));
    await fetch(`${url}/stripe-webhooks`, { method: 'POST', body, headers: { 'stripe-signature': signature } });
    await eventually(async () => (await database.query(sql`select from lockstep.dirty`)).length === 0, 'it is proven');
    await service.end();
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await stripe?.stop();
    await postgres?.drop();
  });

  test('a customer that is not deleted at Stripe is refused, with the next step', async () => {
    const { code, output } = await ask('--yes');
    expect(code).toBe(1);
    expect(output).toMatch(/is not deleted at Stripe[\s\S]*--keep-out/);
    expect(await named()).toBe(2);
  });

  test('without --yes it says what would be removed, and removes nothing', async () => {
    const { code, output } = await ask('--keep-out');
    expect(code).toBe(0);
    expect(output).toMatch(/would remove {2}customers 1\n[ ]+1 body of an event/);
    expect(output).toContain(`lockstep erase --customer ${id} --keep-out --yes`);
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await named()).toBe(2);
  });

  test('a run that is killed with kill -9 is repaired by the next', async () => {
    stripe.put(`/v1/customers/${id}`, { id, object: 'customer', deleted: true });
    // Bodies go after the rows: there it is held up, and killed.
    await database.script(`
      create function public.hold_up() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
      create trigger hold_up before update on lockstep.inbox for each row execute function public.hold_up();`);
    const running = runCommand(['erase', '--customer', id, '--yes'], { cwd, env: env() });
    await eventually(
      async () => (await database.query(sql`select from stripe.customers`)).length === 0,
      'the row is gone',
    );
    await running.end('SIGKILL');
    expect(await named()).toBe(1);
    await database.script(`
      select pg_terminate_backend(pid) from pg_stat_activity where query like '%update lockstep.inbox%' and pid <> pg_backend_pid();
      drop function public.hold_up() cascade;`);
    const { code, output } = await ask('--yes');
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('removed') });
    expect(await named()).toBe(0);
    expect(await database.query(sql`select id from lockstep.erased`)).toEqual([{ id }]);
  });
});
