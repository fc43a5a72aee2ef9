// An HTTP endpoint is a hook: signed, at least once, in order per object, and disabled loudly after days of failure.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linesOf } from '../../src/cli/commands/status/lines.js';
import { resolveConfig } from '../../src/engine/config.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { alarmsOf } from '../../src/operate/alarms/decide.js';
import { readMirrorFacts } from '../../src/operate/mirror-facts.js';
import { createReports } from '../../src/operate/reports.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';

const SECRET = `whsec_${Buffer.from('a-secret-that-changes-are-signed-with').toString('base64')}`;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

interface Body {
  id: string;
  type: string;
  timestamp: string;
  account: string;
  livemode: boolean;
  object: { type: string; id: string };
  before: { name?: string } | null;
  after: { name?: string } | null;
}

/** Takes what is signed with the secret, or answers with a status. */
async function startReceiver() {
  const signer = new Webhook(SECRET);
  const taken: Body[] = [];
  const refused: string[] = [];
  const answers = { status: 200 };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const { 'webhook-id': id = '', 'webhook-timestamp': seconds, 'webhook-signature': signature } = headers;
      const text = Buffer.concat(parts).toString();
      // Not by `verify`, which refuses what is dated far from now: the test moves the clock.
      const isSigned = signature === signer.sign(id, new Date(Number(seconds) * 1_000), text);
      if (answers.status !== 200 || !isSigned) {
        refused.push(id);
        response.writeHead(isSigned ? answers.status : 400).end();
      } else {
        taken.push(JSON.parse(text) as Body);
        response.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url, taken, refused, answers, stop };
}

describe.each(databases)('an endpoint on %s', (kind) => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let core: Core;
  let past = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + past) };
  beforeAll(async () => {
    receiver = await startReceiver();
    const endpoints = [{ name: 'app', url: receiver.url, secret: SECRET, types: ['customer'], allowPrivate: true }];
    core = await startCore({ kind, clock, options: { endpoints } });
  });
  afterAll(async () => {
    await core.stop();
    receiver.stop();
  });

  const becomes = async (id: string, fields: { name: string } | null): Promise<void> => {
    const path = `/v1/customers/${id}`;
    if (fields === null) core.stripe.remove(path);
    else core.stripe.put(path, customer(id, fields));
    const event = fields === null ? 'customer.deleted' : 'customer.updated';
    await core.deliver(eventOf(event, customer(id, fields ?? {}), { version: '2020-08-27' }));
    await core.rest();
  };
  const takenOf = (id: string): Body[] => receiver.taken.filter(({ object }) => object.id === id);

  test('gets each proven change, with its states, in the order of the proofs', async () => {
    await becomes('cus_1', { name: 'a' });
    await becomes('cus_1', { name: 'b' });
    await becomes('cus_1', null);
    await eventually(() => Promise.resolve(takenOf('cus_1').length === 3), 'three messages came');
    const taken = takenOf('cus_1');
    expect(taken.map(({ type, before, after }) => [type, before?.name, after?.name])).toEqual([
      ['customer.created', undefined, 'a'],
      ['customer.updated', 'a', 'b'],
      ['customer.deleted', 'b', undefined],
    ]);
    expect(taken[0]).toMatchObject({
      id: expect.stringMatching(/^chg_/),
      timestamp: expect.stringMatching(/Z$/),
      account: core.engine.source.account,
      livemode: false,
      object: { type: 'customer', id: 'cus_1' },
      before: null,
    });
    expect(new Set(taken.map(({ id }) => id)).size).toBe(3);
  });

  test('gets a message that it did not take again, with the same id, before the next one of the object', async () => {
    receiver.answers.status = 500;
    receiver.refused.length = 0;
    await becomes('cus_2', { name: 'a' });
    await eventually(() => Promise.resolve(receiver.refused.length > 0), 'it refused one');
    await becomes('cus_2', { name: 'b' });
    receiver.answers.status = 200;
    await becomes('cus_other', { name: 'c' });
    await eventually(() => Promise.resolve(takenOf('cus_2').length === 2), 'both came');
    expect(takenOf('cus_2').map(({ after }) => after?.name)).toEqual(['a', 'b']);
    expect(new Set(receiver.refused)).toEqual(new Set([takenOf('cus_2')[0]?.id]));
  });

  test('is disabled after days without a message taken, and status, doctor and alarm say so until it is retried', async () => {
    const { database } = core;
    const config = resolveConfig({ stripeKey: 'sk_test_scripted', feed: 'poll' });
    const reports = createReports({ database, config, clock });
    const statusText = async (): Promise<string> =>
      linesOf(await reports.status())
        .join(' ')
        .replaceAll(/\s+/g, ' ');
    receiver.answers.status = 503;
    await becomes('cus_3', { name: 'a' });
    for (let day = 0; day <= 5; day += 1) {
      receiver.refused.length = 0;
      await eventually(() => Promise.resolve(receiver.refused.length > 0 || isDisabled()), 'it was tried');
      if (isDisabled()) break;
      past += DAY_MS;
    }
    expect(past / DAY_MS).toBeGreaterThanOrEqual(4);
    expect(core.errors).toContainEqual(expect.objectContaining({ event: 'endpoint.disabled', endpoint: 'app' }));
    expect(await statusText()).toMatch(/endpoint app is disabled: it took no message for \d.*lockstep dead retry/);
    const alarms = alarmsOf(await readMirrorFacts({ database, config, clock }));
    expect(alarms.find(({ code }) => code === 'hooks_failing')).toMatchObject({
      severity: 'critical',
      text: expect.stringContaining('The endpoint app was disabled'),
    });
    // It is not asked again, and what changes is kept.
    receiver.answers.status = 200;
    past += 2 * HOUR_MS;
    core.stripe.put('/v1/customers/cus_3', customer('cus_3', { name: 'b' }));
    const hint = { ...core.engine.source, type: 'customer', id: 'cus_3', parents: {}, heard: true };
    await database.transaction((tx) => createMarks(database).mark(tx, [hint], clock.now()));
    await core.rest();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(takenOf('cus_3')).toEqual([]);
    expect((await reports.status()).hooks.waiting.value).toBe(2);
    await core.engine.operations.dead.retryHooks({});
    await eventually(() => Promise.resolve(takenOf('cus_3').length === 2), 'both came');
    expect(takenOf('cus_3').map(({ after }) => after?.name)).toEqual(['a', 'b']);
    expect(await statusText()).not.toContain('is disabled');
  });

  const isDisabled = (): boolean => core.logged.some(({ event }) => event === 'endpoint.disabled');
});

const good = { name: 'app', url: 'https://app.example.com/x', secret: SECRET, types: ['customer'] };
test.each([
  ['a type that does not exist', { ...good, types: ['custmer'] }, 'did you mean customer?'],
  ['a type that changes with its parent', { ...good, types: ['subscription_item'] }, 'subscription'],
  ['no type', { ...good, types: [] }, 'must name at least one object type'],
  ['a type twice', { ...good, types: ['customer', 'customer'] }, 'customer is there twice'],
  ['http without allowPrivate', { ...good, url: 'http://app.example.com/x' }, 'http:// needs allowPrivate'],
  ['an address that is none', { ...good, url: 'app.example.com' }, 'must be a URL'],
  ['a password in the address', { ...good, url: 'https://u:p@app.example.com/' }, 'no user and password'],
  ['a short secret', { ...good, secret: 'whsec_c2hvcnQ=' }, 'openssl rand -base64 32'],
  ['a name with spaces', { ...good, name: 'My app' }, 'must be lower-case'],
  ['an unknown part', { ...good, typs: ['customer'] }, 'did you mean'],
])('an endpoint with %s is refused', (_, endpoint, text) => {
  const options = { stripeKey: 'sk_test_1', feed: 'poll' as const, endpoints: [endpoint] };
  let said = '';
  try {
    resolveConfig(options);
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    said = `${message} ${hint ?? ''}`;
  }
  expect(said).toContain(text);
  expect(said).not.toContain('c2hvcnQ=');
});

test('two endpoints of one name are refused', () => {
  const options = { stripeKey: 'sk_test_1', feed: 'poll' as const, endpoints: [good, good] };
  expect(() => resolveConfig(options)).toThrow('app is there twice');
});
