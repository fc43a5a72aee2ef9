import { afterEach, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.js';
import { identifyService } from '../../src/http/caller.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, signed, startCore, type Core, type CoreOptions } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import type { Json } from '../support/scripted-stripe.js';
import { TOKEN } from '../support/world.js';

interface Light extends Json {
  ok: boolean;
  state: string;
  since: string | null;
  reasons: { code: string; text: string; since: string | null }[];
}

const running: Core[] = [];
afterEach(async () => {
  for (const core of running.splice(0).reverse()) await core.stop();
});

/** A service whose one scheduled type is customers, and what its health check says. */
async function start(more: Partial<CoreOptions> = {}) {
  const core = await startCore({ kind: 'PostgreSQL', ...more, options: { sweepTypes: ['customer'], ...more.options } });
  running.push(core);
  const app = createApp({ engine: core.engine, identify: [identifyService(TOKEN)], log: silent });
  const readyz = async (headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) => {
    const answer = await app.request('/readyz', { headers });
    return { status: answer.status, body: (await answer.json()) as Light };
  };
  const post = async (body: Buffer, signature: string) =>
    (await app.request('/stripe-webhooks', { method: 'POST', body, headers: { 'stripe-signature': signature } }))
      .status;
  return {
    core,
    readyz,
    light: async () => (await readyz()).body,
    codes: async () => (await readyz()).body.reasons.map(({ code }) => code),
    deliver: (event: Json, secret?: string) => {
      const { body, signature } = signed(event, secret);
      return post(body, signature);
    },
    junk: () => post(Buffer.from('{"id":"evt_junk"}'), 't=1,v1=00'),
  };
}
type Service = Awaited<ReturnType<typeof start>>;

const OTHER_SECRET = 'whsec_ofanotherendpoint';
/** A change at Stripe, with its event in Stripe's list. It is rendered in an old version: nothing of it is shown. */
function change({ core }: Service, id: string, more: Parameters<typeof eventOf>[2] = {}): Json {
  core.stripe.put(`/v1/customers/${id}`, customer(id));
  const event = eventOf('customer.created', customer(id), { version: '2020-08-27', ...more });
  core.stripe.put(`/v1/events/${String(event['id'])}`, event);
  return event;
}

test('before anything was swept it says not proven; after it, in step; only the service token sees more than the light', async () => {
  const service = await start();
  const first = await service.readyz({});
  expect(first).toMatchObject({ status: 200, body: { ok: false, state: 'not_proven', since: expect.any(String) } });
  await service.core.engine.sweep();
  // However many ask without the token, the database is looked at once a second.
  const others = await Promise.all(Array.from({ length: 50 }, () => service.readyz({})));
  expect(new Set(others.map(({ body }) => body['at'])).size).toBeLessThanOrEqual(2);
  expect(await service.readyz()).toMatchObject({
    status: 200,
    body: {
      ...{ ok: true, state: 'in_step', since: null, reasons: [], dirty: 0, paused: null },
      sweeps: [{ type: 'customer', provenAt: expect.any(String), ageMs: expect.any(Number), note: null }],
      sources: [{ account: 'acct_scripted', stripe: { reachable: true, since: expect.any(String) } }],
    },
  });
  for (const headers of [{}, { authorization: 'Bearer somebody' }] as Record<string, string>[]) {
    const { body } = await service.readyz(headers);
    expect(Object.keys(body).sort()).toEqual(['at', 'ok', 'since', 'state']);
  }
});

test('while every delivery is refused it says degraded, and which event Stripe could not deliver; the next accepted one clears it', async () => {
  const service = await start();
  await service.core.engine.sweep();
  expect(await service.deliver(change(service, 'cus_1'))).toBe(200);
  await service.core.rest();
  expect(await service.light()).toMatchObject({ state: 'in_step', refused: { count: 0 } });

  const event = change(service, 'cus_2');
  expect(await service.deliver(event, OTHER_SECRET)).toBe(400);
  const red = await eventually(async () => {
    const light = await service.light();
    return light.state === 'degraded' && light;
  }, 'the light has turned');
  expect(red).toMatchObject({ ok: false, refused: { count: 1, at: expect.any(String) } });
  expect(red.reasons).toEqual([
    expect.objectContaining({ code: 'webhooks_refused', text: expect.stringContaining(String(event['id'])) }),
  ]);
  expect(await service.deliver(change(service, 'cus_3'))).toBe(200);
  await service.core.rest();
  expect(await service.light()).toMatchObject({ state: 'in_step', refused: { count: 1 } });
});

test('nobody turns it red by posting rubbish: not while nothing is new at Stripe, nor while something is on its way, nor over an event that no endpoint wants', async () => {
  const service = await start();
  await service.core.engine.sweep();
  await service.deliver(change(service, 'cus_1'));
  await service.core.rest();
  const now = Math.floor(Date.now() / 1_000);
  change(service, 'cus_on_its_way', { created: now + 1 });
  const unwanted = change(service, 'cus_unwanted', { created: now + 1 });
  service.core.stripe.put(`/v1/events/${String(unwanted['id'])}`, { ...unwanted, pending_webhooks: 0 });
  const looks = () => service.core.stripe.reads.filter((path) => path === '/v1/events').length;
  for (let n = 0; n < 30; n += 1) expect(await service.junk()).toBe(400);
  await eventually(async () => looks() > 0, 'Stripe is asked');
  for (let n = 0; n < 30; n += 1) await service.junk();
  expect(looks()).toBe(1); // however many were posted
  await service.core.engine.poll();
  await service.core.rest();
  expect(await service.light()).toMatchObject({ state: 'in_step', refused: { count: 60 } });
});

test('an event that has waited for longer than Stripe takes turns it, also where the refused body names none', async () => {
  const service = await start();
  await service.core.engine.sweep();
  change(service, 'cus_1', { created: Math.floor(Date.now() / 1_000) - 120 });
  await service.junk();
  await eventually(async () => (await service.codes()).includes('webhooks_refused'), 'the light has turned');
});

test('a Stripe that does not answer turns it, with what waits and since when; it turns back by itself', async () => {
  let ahead = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
  const service = await start({ clock });
  await service.core.engine.sweep();
  const before = new Date(Date.now() + ahead);
  service.core.stripe.fail('/v1/customers/cus_1', 503, 1_000);
  await service.deliver(change(service, 'cus_1'));
  await eventually(async () => (await service.codes()).includes('objects_waiting'), 'the object waits');
  ahead = 10_000; // long after the last answer
  const red = await eventually(async () => {
    const light = await service.light();
    return light.reasons.some(({ code }) => code === 'stripe_unreachable') && light;
  }, 'the light has turned');
  expect(red).toMatchObject({ state: 'degraded', ok: false, dirty: 1 });
  expect(new Date(red.since ?? '').getTime()).toBeLessThanOrEqual(before.getTime());
  expect(red['sources']).toEqual([expect.objectContaining({ stripe: expect.objectContaining({ reachable: false }) })]);
  service.core.stripe.fail('/v1/customers/cus_1', 503, 0);
  await eventually(async () => (await service.light()).state === 'in_step', 'the object is proven', 30_000);
});

test('a key that may not read events turns it; a reading that goes well turns it back', async () => {
  const service = await start();
  await service.core.engine.sweep();
  service.core.stripe.fail('/v1/events', 403, 1);
  await expect(service.core.engine.poll()).rejects.toThrow();
  const red = await service.light();
  expect(red).toMatchObject({ state: 'degraded', reasons: [{ code: 'events_forbidden' }] });
  expect(red['sources']).toEqual([
    expect.objectContaining({ polledAt: null, pollFailure: { at: expect.any(String), reason: expect.any(String) } }),
  ]);
  await service.core.engine.poll();
  expect(await service.light()).toMatchObject({ state: 'in_step', sources: [{ pollFailure: null }] });
});

test('what one process met, another knows, and the next one after it: nothing turns green by a restart', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const open = (): Partial<CoreOptions> => ({ database: openPostgres({ url, log: silent }) });
  const first = await start(open());
  await first.core.engine.sweep();
  await first.deliver(change(first, 'cus_1'));
  await first.core.rest();
  await first.deliver(change(first, 'cus_2'), OTHER_SECRET);
  await eventually(async () => (await first.codes()).includes('webhooks_refused'), 'the first process knows');
  const told = () =>
    first.core.database.query(
      sql`select sign from lockstep.signs where sign in ('accepted', 'refused', 'undelivered')`,
    );
  await eventually(async () => (await told()).length === 3, 'it has told the database');
  const second = await start(open());
  expect(await second.light()).toMatchObject({
    state: 'degraded',
    refused: { count: 1 },
    reasons: [{ code: 'webhooks_refused' }],
    sources: [{ acceptedAt: expect.any(String) }],
  });
  await second.deliver(change(second, 'cus_3'));
  await second.core.rest();
  expect((await second.light()).state).toBe('in_step');
  await eventually(async () => (await first.light()).state === 'in_step', 'the first process knows too');
  const [row] = await second.core.database.query<{ count: number }>(
    sql`select count from lockstep.signs where sign = 'refused'`,
  );
  expect(row?.count).toBe(1);
});

test('from the first refused delivery on, everybody is told 503', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const service = await start({ database: openPostgres({ url, log: silent }) });
  expect((await service.readyz({})).status).toBe(200); // shared for a second
  const admin = openPostgres({ url, log: silent });
  const name = new URL(url).pathname.slice(1);
  await admin.script(`alter database ${name} set default_transaction_read_only = on`);
  await admin.script(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = '${name}' and pid <> pg_backend_pid()`);
  expect(await service.deliver(change(service, 'cus_1'))).toBe(503);
  expect(await service.readyz({})).toMatchObject({ status: 503, body: { error: { code: 'database_unreachable' } } });
  await admin.close();
});
