import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_VERSION } from '../../../src/catalog/generated/api-version.js';
import { shop } from '../../test/billing.js';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, startRig } from '../../test/rig.js';

const START = Date.UTC(2026, 0, 1) / 1000;

describe('Stripe-Version', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());
  const asked = (version: string) => rig.call('GET', '/v1/balance', undefined, { 'stripe-version': version });

  test.each(['2011-01-01', '2024-06-20', '2024-09-30.acacia', '2025-08-27.basil', '2026-03-25.preview', API_VERSION])(
    '%s is one of Stripe’s',
    async (version) => {
      const { status, headers } = await asked(version);
      expect([status, headers.get('stripe-version')]).toEqual([200, version]);
    },
  );

  test('of an SDK that is newer than this package is answered in the newest shapes', async () => {
    expect((await asked('2027-03-31.foxglove')).status).toBe(200);
  });

  test.each(['2023-01-01', '2099-01-01', '2025-08-27.clover', '2025-02-30.acaci', '2020-08-27.acacia', 'latest'])(
    '%s is not',
    async (version) => {
      const { status, body } = await asked(version);
      expect([status, body.error]).toMatchObject([
        400,
        { type: 'invalid_request_error', message: `Invalid Stripe API version: ${version}` },
      ]);
    },
  );
});

describe("the account's default version", () => {
  let rig: Rig;
  let hook: Receiver;
  let customer: string;
  beforeAll(async () => {
    [rig, hook] = await Promise.all([startRig({ apiVersion: '2024-06-20' }), receiver()]);
  });
  afterAll(() => Promise.all([rig.stop(), hook.stop()]));

  test('is that of requests, events and endpoints that name none', async () => {
    const { customer: ada, price } = await shop(rig, START);
    customer = ada.id;
    await rig.stripe.webhookEndpoints.create({ url: `${hook.url}/old`, enabled_events: ['*'] });
    await rig.stripe.webhookEndpoints.create({
      url: `${hook.url}/new`,
      enabled_events: ['*'],
      api_version: API_VERSION,
    });
    const made = await rig.call('POST', '/v1/subscriptions', `customer=${customer}&items[0][price]=${price.id}`);
    expect(made.headers.get('stripe-version')).toBe('2024-06-20');
    expect(made.body).toMatchObject({ current_period_start: START, billing_mode: { type: 'classic' } });

    const type = 'customer.subscription.created';
    const { body } = await rig.call('GET', `/v1/events?type=${type}`);
    const old = { api_version: '2024-06-20', data: { object: { current_period_start: START } } };
    expect(body).toMatchObject({ data: [old] });
    expect(JSON.stringify(body)).not.toContain('current_data');
    const sent = await Promise.all(
      [old.api_version, API_VERSION].map((version) =>
        hook.next(({ event }) => event.type === type && event.api_version === version),
      ),
    );
    expect(sent.map(({ event }) => 'current_period_start' in event.data.object)).toEqual([true, false]);
    expect(rig.emulator.apiVersion).toBe('2024-06-20');
    expect((await rig.call('GET', '/_emulator/info')).body).toMatchObject({ api_version: '2024-06-20' });
  });

  test('does not change what a request that names another gets, nor what the own pages read', async () => {
    const [subscription] = (await rig.stripe.subscriptions.list({ customer })).data;
    expect(subscription).not.toHaveProperty('current_period_start');
    const { body } = await rig.call('GET', `/v1/subscriptions?customer=${customer}`, undefined, {
      'lockstep-client': 'dashboard',
    });
    expect((body.data as object[])[0]).not.toHaveProperty('current_period_start');
  });

  test('must be one of Stripe’s', async () => {
    await expect(startRig({ apiVersion: '2023-01-01' })).rejects.toMatchObject({
      code: 'option_invalid',
      message: 'Stripe has no API version 2023-01-01',
    });
  });
});
