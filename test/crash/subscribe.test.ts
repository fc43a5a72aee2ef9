import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { embeddedUsers } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';

const app = fileURLToPath(new URL('subscriber.mjs', import.meta.url));
const WITHIN_MS = 60_000;

/** Where the process is killed: when Stripe has done what a POST asks, before it answers; or in the commit of a table's row. */
const moments = [
  { name: 'the customer is made at Stripe, and its answer is still on its way', answered: '/v1/customers' },
  { name: 'the id of the customer is being committed', committing: 'lockstep.links' },
  { name: 'the subscription is made at Stripe, and its answer is still on its way', answered: '/v1/subscriptions' },
  { name: "the subscription's row is being committed", committing: 'stripe.subscriptions' },
] as const;

describe('kill -9 while a user subscribes, at the moment when', () => {
  let emulator: Emulator;
  let stripe: Stripe;
  let front: Server;
  let price: string;
  let dies: { child?: ChildProcess; answered?: string } = {};
  let url: string;
  let database: Database;

  beforeAll(async () => {
    front = createServer((ask, answer) => void pass(ask, answer));
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
  });
  afterAll(() => void front.close());
  beforeEach(async () => {
    emulator = await startEmulator({ port: 0 });
    stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
    const made = { currency: 'usd', unit_amount: 1_000, recurring: { interval: 'month' as const } };
    ({ id: price } = await stripe.prices.create({ ...made, product_data: { name: 'Pro' } }));
    ({ url } = await createDatabase({ template: MIGRATED }));
    database = openPostgres({ url, log: silent });
    await database.script(embeddedUsers());
    await database.script(`insert into users (username, email) values ('ada', 'ada@example.com')`);
    return async () => {
      await database.close();
      await emulator.stop();
    };
  });

  /** Hands on what the process asks of Stripe; where it is to die, it is dead before the answer comes. */
  async function pass(ask: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url: path, headers } = ask;
    const onward = request({ host: '127.0.0.1', port: emulator.port, method, path, headers });
    ask.pipe(onward);
    const [from] = (await once(onward, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of from) chunks.push(chunk as Buffer);
    if (method === 'POST' && path === dies.answered) dies.child?.kill('SIGKILL');
    answer.writeHead(from.statusCode ?? 500, from.headers).end(Buffer.concat(chunks));
  }

  const run = () => {
    const to = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, [app, url, to, emulator.secretKey, price], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    return { child, ended: once(child, 'close').then(([code, signal]) => ({ code, signal, said }) as const) };
  };
  /** From now on a commit that wrote into the table takes some seconds. */
  const slowly = (table: string) =>
    database.script(`
      create table public.slow (); create or replace function public.slowly() returns trigger language plpgsql as
        $$ begin if to_regclass('public.slow') is not null then perform pg_sleep(3); end if; return null; end $$;
      create constraint trigger slowly after insert or update on ${table}
        deferrable initially deferred for each row execute function public.slowly()`);
  const isCommitting = async () =>
    (
      await database.query({
        text: `select from pg_stat_activity where wait_event = 'PgSleep' and query ilike 'commit%'
      and datname = current_database()`,
        values: [],
      })
    ).length > 0;

  test.each(moments)(
    '$name: asked again, there is one customer, one subscription, and the mirror has both',
    async (moment) => {
      if ('committing' in moment) await slowly(moment.committing);
      const first = run();
      dies = { child: first.child, ...('answered' in moment ? { answered: moment.answered } : {}) };
      if ('committing' in moment) {
        await eventually(isCommitting, 'the commit is under way', WITHIN_MS);
        first.child.kill('SIGKILL');
        await database.script('drop table public.slow');
      }
      expect(await first.ended).toMatchObject({ signal: 'SIGKILL', said: '' });
      dies = {};

      const { code, said } = await run().ended;
      expect(code).toBe(0);
      const told = JSON.parse(said) as { id: string };
      expect(told).toMatchObject({ kind: 'payment', outcome: 'in_step' });
      const [customers, subscriptions] = [await list('customers'), await list('subscriptions')];
      expect(customers).toHaveLength(1);
      expect(subscriptions).toHaveLength(1);
      const [customer, subscription] = [customers[0]!, subscriptions[0]!];
      expect(subscription).toMatchObject({ id: told.id, customer: customer.id });
      const [profile] = await database.query({
        text: 'select stripe_customer_id, stripe_subscription_id from user_profiles',
        values: [],
      });
      expect(profile).toEqual({ stripe_customer_id: customer.id, stripe_subscription_id: told.id });
      for (const [table, object] of [
        ['customers', customer],
        ['subscriptions', subscription],
      ] as const) {
        const rows = await database.query<{ data: object }>({
          text: `select data from stripe.${table} where proven_at is not null`,
          values: [],
        });
        expect(rows).toHaveLength(1);
        expect(rows[0]!.data).toMatchObject(JSON.parse(JSON.stringify(object)) as object);
      }
    },
    3 * WITHIN_MS,
  );

  const list = async (what: 'customers' | 'subscriptions') => (await stripe[what].list({ limit: 100 })).data;
});
