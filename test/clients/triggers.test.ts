import type Stripe from 'stripe';
import { beforeAll, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { receiver } from '../../src/emulator/testing/rig.js';
import { stripeCli } from '../support/stripe-cli.js';
import { sdkReferee, type Referee } from './sdk-type.js';
import { OTHER_PRODUCTS, TRIGGERS } from './triggers.js';

let mistakesIn: Referee;
beforeAll(() => {
  mistakesIn = sdkReferee();
});

test('the table has every trigger of the official command line that is about billing', async () => {
  const { stdout } = await stripeCli('http://127.0.0.1:1', ['trigger', '--help']);
  const listed =
    /Supported events:\s+([^]*?)\n\nUsage:/
      .exec(stdout)?.[1]
      ?.split(/\s+/)
      .filter((name) => name !== '') ?? [];
  expect(listed).toHaveLength(123);
  const billing = listed.filter((name) => !OTHER_PRODUCTS.test(name));
  expect(TRIGGERS.map(({ trigger }) => trigger).sort()).toEqual(billing.sort());
  expect(billing).toHaveLength(93);
});

/** Each trigger has an emulator of its own, so that no other one can have made its event. */
describe.concurrent('stripe trigger', { timeout: 120_000 }, () => {
  test.for(TRIGGERS)('$trigger', async ({ trigger, event: named = trigger, payload, previous }, { expect }) => {
    const hook = await receiver();
    const emulator = await startEmulator({ port: 0 });
    emulator.createWebhookEndpoint({ url: hook.url });
    const { code, stdout, stderr } = await stripeCli(emulator.url, ['trigger', trigger], {
      secretKey: emulator.secretKey,
    });
    expect(code, `${stdout}\n${stderr}`).toBe(0);

    const events = await allEvents(emulator);
    const event = events.find(({ type, data }) => type === named && matches(data.object, payload));
    if (event === undefined) {
      const closest = events.find(({ type }) => type === named)?.data.object;
      expect(closest, `${named} among ${events.map(({ type }) => type).join(', ')}`).toMatchObject(payload);
    }
    if (previous !== undefined) expect(event?.data.previous_attributes).toMatchObject(previous);

    // Everything that happened on the way is as the SDK declares it, too.
    const mistakes = events.flatMap(({ type, data }) =>
      mistakesIn(data.object).map((mistake) => `${type}: ${mistake}`),
    );
    expect(mistakes).toEqual([]);

    const { event: delivered } = await hook.next((delivery) => delivery.event.id === event?.id);
    expect(delivered.data).toEqual(event?.data);
    await emulator.stop();
    await hook.stop();
  });
});

async function allEvents(emulator: Emulator): Promise<Stripe.Event[]> {
  const response = await fetch(`${emulator.url}/v1/events?limit=100`, {
    headers: { authorization: `Bearer ${emulator.secretKey}` },
  });
  const { data, has_more } = (await response.json()) as { data: Stripe.Event[]; has_more: boolean };
  if (has_more) throw new Error('a trigger made more than a hundred events');
  return data;
}

function matches(object: unknown, payload: object): boolean {
  try {
    expect(object).toMatchObject(payload);
    return true;
  } catch {
    return false;
  }
}
