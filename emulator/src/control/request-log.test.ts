import { expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.js';
import { startRig } from '../../test/rig.js';
import { RequestLog, type WholeRequest } from './request-log.js';

const request = (id: string, more: Partial<WholeRequest> = {}): WholeRequest => ({
  ...{ id, at: 0, ms: 1, verb: 'POST', path: '/v1/tokens', status: 200, error: null, fault: null, dashboard: false },
  ...{ account: null, idempotency_key: null, sent: '', answer: '{}' },
  ...more,
});

test('keeps the newest five hundred, and long texts not to their end', () => {
  const log = new RequestLog();
  for (let n = 0; n < 600; n += 1) log.add(request(`req_${n}`, { answer: 'x'.repeat(20_000) }));
  expect(log.newest(2).map(({ id }) => id)).toEqual(['req_599', 'req_598']);
  expect(log.newest(1_000)).toHaveLength(500);
  expect(log.get('req_99')).toBeUndefined();
  expect(log.get('req_100')?.answer).toHaveLength(16_001);
});

test('keeps so many letters in all, and the texts it was given not alive', () => {
  const log = new RequestLog();
  const before = process.memoryUsage();
  const wide = 'é'.repeat(1_000_000);
  for (let n = 0; n < 300; n += 1) {
    const text = Buffer.from(`${n}${wide}`).toString();
    log.add(request(`req_${n}`, { sent: text, answer: text, path: text, error: text, idempotency_key: text }));
  }
  const { heapUsed, external } = process.memoryUsage();
  expect(heapUsed + external - before.heapUsed - before.external).toBeLessThan(150 * 2 ** 20);
  expect(log.get('req_299')?.path.length).toBeLessThan(3_000);
  expect(log.newest(1_000).length).toBeGreaterThan(200);
});

test('keeps of a card its last four digits alone', () => {
  const log = new RequestLog();
  log.add(request('req_1', { sent: 'card[number]=4242424242424242&card[cvc]=123&card[exp_year]=2034' }));
  log.add(request('req_2', { sent: 'card%5Bcvc%5D=123&card%5Bnumber%5D=4242+4242+4242+4242' }));
  expect(log.get('req_1')?.sent).toBe('card[number]=************4242&card[cvc]=***&card[exp_year]=2034');
  expect(log.get('req_2')?.sent).toBe('card%5Bcvc%5D=***&card%5Bnumber%5D=************4242');
});

test('the emulator logs what apps ask and what the dashboard changes, not what it reads', async () => {
  const it = await startRig();
  const { id } = await it.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
  await it.stripe.customers.retrieve('cus_nobody').catch(() => undefined);
  const own = { 'lockstep-client': 'dashboard' };
  await it.call('GET', '/v1/customers', undefined, own);
  await it.call('POST', `/v1/customers/${id}`, 'name=Grace', own);

  const { body } = await it.call('GET', '/_emulator/requests');
  const data = body['data'] as { id: string }[];
  expect(data).toMatchObject([
    { verb: 'POST', path: `/v1/customers/${id}`, status: 200, dashboard: true },
    { verb: 'GET', path: '/v1/customers/cus_nobody', status: 404, error: "No such customer: 'cus_nobody'" },
    { verb: 'POST', path: '/v1/customers', status: 200, dashboard: false, idempotency_key: 'once' },
  ]);
  const whole = await it.call('GET', `/_emulator/requests/${data[2]?.id ?? ''}`);
  expect(whole.body).toMatchObject({ sent: 'name=Ada', answer: expect.stringContaining(id) });
  expect((await it.call('GET', '/_emulator/requests/req_nothing')).status).toBe(404);
  await it.stop();
});

test('the log says which fault made a request fail, and of no other failure that one did', async () => {
  // The limits count in seconds: this second does not end.
  const it = await startRig({ clock: { ...systemClock, now: () => new Date(1_800_000_000_000) } });
  const customers = async (): Promise<void> => void (await it.stripe.customers.list().catch(() => undefined));
  await it.stripe.customers.retrieve('cus_nobody').catch(() => undefined);
  for (const fault of ['error_every', 'limit_every', 'cut_every', 'account_per_second'] as const) {
    it.emulator.faults.set({ [fault]: 1 });
    await customers();
    await customers(); // the second one in a second is one too many
    it.emulator.faults.set({ [fault]: 0 });
  }
  for (const fault of ['lock_every', 'break_every'] as const) {
    it.emulator.faults.set({ [fault]: 1 });
    await it.stripe.customers.create({}, { idempotencyKey: fault }).catch(() => undefined);
    it.emulator.faults.set({ [fault]: 0 });
  }
  const { body } = await it.call('GET', '/_emulator/requests');
  const faults = (body['data'] as { fault: string | null }[]).map(({ fault }) => fault).reverse();
  // The client may send a request again whose connection was cut.
  expect(faults.filter((fault, index) => fault !== faults[index - 1])).toEqual([
    ...[null, 'error_every', 'limit_every', 'cut_every', null, 'account_per_second', 'lock_every', 'break_every'],
  ]);
  await it.stop();
});
