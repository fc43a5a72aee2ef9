import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventLine } from '../../src/operate/events.js';
import { runCommand, type Running } from '../support/command.js';
import { commandHere } from '../support/command-here.js';
import { customer, eventOf, signed } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';
import { WEBHOOK_SECRET } from '../support/world.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-events-'));
const NAME = 'Ada Lovelace';
let stripe: ScriptedStripe;
let service: Running;
let url: string;
let databaseUrl: string;

const ask = (...args: readonly string[]) => commandHere(args, { cwd, env: { DATABASE_URL: databaseUrl } });
const deliver = async (event: object, secret = WEBHOOK_SECRET): Promise<number> => {
  const { body, signature } = signed(event as never, secret);
  const headers = { 'stripe-signature': signature };
  return (await fetch(`${url}/stripe-webhooks`, { method: 'POST', headers, body })).status;
};

beforeAll(async () => {
  stripe = await startScriptedStripe();
  databaseUrl = (await createDatabase({ template: MIGRATED })).url;
  service = runCommand(['serve', '--port', '0'], {
    cwd,
    env: {
      DATABASE_URL: databaseUrl,
      STRIPE_SECRET_KEY: 'sk_test_scripted',
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
  });
  [, url = ''] = await service.says(/"url":"([^"]+)"/);
  stripe.put('/v1/customers/cus_1', customer('cus_1', { name: NAME }));
  const changed = customer('cus_1', { name: NAME });
  expect(await deliver(eventOf('customer.created', customer('cus_1'), { id: 'evt_made' }))).toBe(200);
  expect(await deliver(eventOf('customer.updated', changed, { id: 'evt_named', previous: { name: null } }))).toBe(200);
  expect(await deliver(eventOf('customer.created', customer('cus_2'), { id: 'evt_live', livemode: true }))).toBe(200);
  expect(await deliver(eventOf('customer.created', customer('cus_3')), 'whsec_of_somebody_else_entirely')).toBe(400);
}, 120_000);
afterAll(async () => {
  await service?.end('SIGKILL');
  await stripe?.stop();
});

/** The answers are the same through a running service and with the database alone. */
const commands = (): void => {
  test('events lists what came, the latest first, and filters it', async () => {
    const all = await ask('events', '--json');
    const lines = all.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as EventLine);
    expect(lines.map(({ id }) => id)).toEqual(['evt_live', 'evt_named', 'evt_made']);
    const { output } = await ask('events', 'list', '--type', 'customer.*', '--object', 'cus_1', '--limit', '1');
    expect(output).toMatch(/customer\.updated +evt_named\n +cus_1 +by webhook, taken\n/);
    expect(output).not.toContain('evt_made');
    expect(output).not.toContain(NAME);
    const before = lines[1]?.receivedAt as unknown as string;
    const older = await ask('events', '--before', before);
    expect(older.output).toContain('evt_made');
    expect(older.output).not.toContain('evt_named');
    expect((await ask('events', '--ignored')).output).toMatch(/evt_live\n +cus_2 +by webhook, ignored: livemode\n/);
    expect((await ask('events', '--type', 'invoice.*')).output).toBe('  No events\n');
  });

  test('events show names the fields that changed and not their values, which raw prints', async () => {
    const shown = await ask('events', 'show', 'evt_named');
    expect(shown.output).toMatch(/^ {2}object +customer cus_1$/m);
    expect(shown.output).toMatch(/^ {2}changed +name$/m);
    expect(shown.output).not.toContain(NAME);
    const raw = JSON.parse((await ask('events', 'raw', 'evt_named')).output) as { data: { object: object } };
    expect(raw.data.object).toMatchObject({ id: 'cus_1', name: NAME });
    const unknown = runCommand(['events', 'show', 'evt_nowhere'], { cwd, env: { DATABASE_URL: databaseUrl } });
    expect(await unknown.ended).toBe(1);
    expect(unknown.output()).toContain('event_not_found');
    expect(await ask('events', 'show')).toMatchObject({ code: 2, output: expect.stringContaining('Say which event') });
    expect(await ask('events', 'lst')).toMatchObject({
      code: 2,
      output: expect.stringContaining('did you mean list?'),
    });
  });

  test('refused counts deliveries with a wrong signature, and ignored events by reason', async () => {
    await eventually(async () => /refused +1, the last/.test((await ask('refused')).output), 'it is noted', 20_000);
    const { output } = await ask('refused');
    expect(output).toMatch(/^ {4}1 signed with another secret +last \d+ (?:s|min) ago, naming evt_\w+$/m);
    expect(output).toMatch(/^ {2}accepted {2}\d+ (?:s|min) ago for acct_scripted$/m);
    expect(output).toMatch(
      /^ {4}1 of the other mode \(acct_scripted\) +last \d+ (?:s|min) ago: customer\.created evt_live$/m,
    );
  });

  test('explain tells the story of an object in order of time', async () => {
    const { code, output } = await ask('explain', 'cus_1');
    expect(code).toBe(0);
    expect(output).toMatch(/^ {2}row {6}customers cus_1 of acct_scripted \(test mode\): proven/);
    const story = output.split('\n').map((line) => line.slice(23));
    const places = [
      'happened at Stripe: customer.created',
      'arrived by webhook: evt_made',
      'proven: the row of customers',
    ];
    const found = places.map((text) => story.findIndex((line) => line.startsWith(text)));
    expect(found.every((place) => place > 0)).toBe(true);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(await ask('explain', 'cus_9')).toMatchObject({
      code: 1,
      output: expect.stringContaining('Nothing is known'),
    });
  });
};

describe('through the service that runs', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const isProven = async (): Promise<boolean> => {
      const { output } = await ask('explain', 'cus_1');
      return output.includes('proven: the row') && output.includes('  waiting  no');
    };
    await eventually(isProven, 'the customer is proven', 60_000);
  });
  commands();
});

describe('without a service', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    expect(await service.end()).toBe(0);
  });
  commands();
});
