import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import { openPGlite } from '../../src/store/pglite/pglite.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { runCommand, type Running } from '../support/command.js';
import { customer, eventOf, signed } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe } from '../support/scripted-stripe.js';
import { databases, WEBHOOK_SECRET } from '../support/world.js';

const CYCLES = 3;
const SENDERS = 8;

/** Sends events until the service dies; notes the ids of those that were answered 2xx. */
async function sendUntilDead(
  url: string,
  cycle: number,
  put: (id: string) => void,
  acknowledged: string[],
): Promise<void> {
  let alive = true;
  const sender = async (lane: number): Promise<void> => {
    for (let n = 0; alive; n += 1) {
      const id = `cus_${cycle}_${lane}_${n}`;
      put(id);
      const { body, signature } = signed(
        eventOf('customer.created', customer(id), { id: `evt_${id}`, version: '2020-08-27' }),
      );
      try {
        const answer = await fetch(`${url}/stripe-webhooks`, {
          method: 'POST',
          body,
          headers: { 'stripe-signature': signature },
        });
        if (answer.ok) acknowledged.push(id);
      } catch {
        alive = false; // the connection ended with the process
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, lane) => sender(lane)));
}

describe.each(databases)('kill -9 under load on %s', (kind) => {
  test(`loses no acknowledged event in ${CYCLES} cycles, and every object is proven in the end`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-kill-'));
    const stripe = await startScriptedStripe();
    const databaseUrl = kind === 'PostgreSQL' ? (await createDatabase()).url : undefined;
    const start = (): Running =>
      runCommand(
        [
          'serve',
          '--port',
          '0',
          '--rate',
          '5000',
          '--rate-per-endpoint',
          '5000',
          '--directory',
          join(directory, '.lockstep'),
        ],
        {
          cwd: directory,
          env: {
            STRIPE_SECRET_KEY: 'sk_test_scripted',
            STRIPE_API_BASE: stripe.url,
            STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
            ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
          },
        },
      );
    const acknowledged: string[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const service = start();
      const [, url = ''] = await service.says(/"url":"(http:[^"]+)"/);
      const acked: string[] = [];
      const sending = sendUntilDead(
        url,
        cycle,
        (id) => stripe.put(`/v1/customers/${id}`, customer(id, { name: id })),
        acked,
      );
      const enough = 20 + Math.floor(Math.random() * 100); // somewhere in the middle of the load
      await eventually(async () => acked.length >= enough, `${enough} events are acknowledged`, 60_000);
      expect(await service.end('SIGKILL')).toBe('SIGKILL');
      await sending;
      acknowledged.push(...acked);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(20 * CYCLES);

    const database =
      databaseUrl === undefined
        ? await openPGlite(join(directory, '.lockstep', 'db'))
        : openPostgres({ url: databaseUrl, log: silent });
    const stored = new Set(
      (await database.query<{ id: string }>(sql`select object_id as id from lockstep.inbox`)).map(({ id }) => id),
    );
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const marked = new Set(
      (await database.query<{ id: string }>(sql`select id from lockstep.dirty`)).map(({ id }) => id),
    );
    const proven = new Set(
      (await database.query<{ id: string }>(sql`select id from stripe.customers where proven_at is not null`)).map(
        ({ id }) => id,
      ),
    );
    expect(acknowledged.filter((id) => !marked.has(id) && !proven.has(id))).toEqual([]);
    // What the dead processes held is claimed anew: their leases are ended here rather than waited for.
    await database.query(sql`update lockstep.dirty set leased_until = null`);
    await database.close();

    const last = start();
    const [, url = ''] = await last.says(/"url":"(http:[^"]+)"/);
    await eventually(
      async () => ((await (await fetch(`${url}/readyz`)).json()) as { dirty: number }).dirty === 0,
      'everything is proven',
      30_000,
    );
    expect(await last.end('SIGTERM')).toBe(0);
    const after =
      databaseUrl === undefined
        ? await openPGlite(join(directory, '.lockstep', 'db'))
        : openPostgres({ url: databaseUrl, log: silent });
    const rows = await after.query<{ id: string }>(
      sql`select id from stripe.customers where proven_at is not null and name = id`,
    );
    const ids = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    await after.close();
    await stripe.stop();
  }, 300_000);
});
