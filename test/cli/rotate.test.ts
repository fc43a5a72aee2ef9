import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { runCommand, type Running } from '../support/command.js';
import { customer, eventOf, signed } from '../support/core.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';

const OLD = 'whsec_theoldsecrettheoldsecrettheold';
const NEW = 'whsec_thenewsecretthenewsecretthenew';

let stripe: ScriptedStripe;
let at: TestDatabase;
let database: Database;
let port: number;
beforeAll(async () => {
  [stripe, at, port] = await Promise.all([startScriptedStripe(), createDatabase(), freePort()]);
  database = openPostgres({ url: at.url, log: silent });
});
afterAll(async () => {
  await database?.close();
  await stripe?.stop();
  await at?.drop();
});

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-rotate-'));

async function serve(secrets: string): Promise<Running> {
  const env = {
    ...{ STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url, DATABASE_URL: at.url },
    STRIPE_WEBHOOK_SECRET: secrets,
  };
  const service = runCommand(['serve', '--port', String(port)], { cwd, env });
  await service.says(/"event":"service.ready"/);
  return service;
}

/** Signed with each of these secrets, as Stripe does while one is rolled. */
function delivery(event: Record<string, unknown>, secrets: readonly string[]): { body: Buffer; signature: string } {
  const all = secrets.map((secret) => signed(event, secret, Math.floor(Date.now() / 1_000)));
  const [first] = all;
  const more = all.slice(1).map(({ signature }) => signature.replace(/^t=\d+/, ''));
  return { body: first?.body ?? Buffer.alloc(0), signature: [first?.signature, ...more].join('') };
}

async function send(event: Record<string, unknown>, secrets: readonly string[]): Promise<number> {
  const { body, signature } = delivery(event, secrets);
  return fetch(`http://127.0.0.1:${port}/stripe-webhooks`, {
    method: 'POST',
    body,
    headers: { 'stripe-signature': signature },
  }).then(
    ({ status }) => status,
    () => 0, // nobody listens while it restarts
  );
}

test(
  'every delivery is taken while the secret is rolled, and the old one opens nothing afterwards',
  { timeout: 300_000 },
  async () => {
    let signers: readonly string[] = [OLD];
    let isOver = false;
    const sent: string[] = [];
    const answers = new Map<number, number>();
    // Stripe sends an event every tenth of a second, and each one again until it is taken.
    const sending = (async () => {
      for (let n = 0; !isOver; n += 1) {
        const event = eventOf('customer.updated', customer(`cus_${n % 5}`), { id: `evt_rotate_${n}` });
        sent.push(`evt_rotate_${n}`);
        for (let status = 0; status !== 200;) {
          status = await send(event, signers);
          answers.set(status, (answers.get(status) ?? 0) + 1);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    })();
    const more = (count: number): Promise<unknown> => {
      const until = sent.length + count;
      return eventually(async () => sent.length >= until, 'more was sent', 60_000);
    };

    let service = await serve(OLD);
    await more(5);
    signers = [NEW, OLD]; // the secret is rolled at Stripe
    await more(5);
    await service.end();
    service = await serve(`${NEW},${OLD}`);
    await more(5);
    signers = [NEW]; // the old one has expired there
    await more(5);
    await service.end();
    service = await serve(NEW);
    await more(5);
    isOver = true;
    await sending;

    const stored = await database.query<{ id: string }>(
      sql`select id from lockstep.inbox where id like 'evt_rotate_%'`,
    );
    expect(stored.map(({ id }) => id).sort()).toEqual([...sent].sort());
    expect([...answers.keys()].filter((status) => status !== 200 && status !== 0)).toEqual([]);
    expect(await send(eventOf('customer.updated', customer('cus_0')), [OLD])).toBe(400);
    await service.end();
  },
);
