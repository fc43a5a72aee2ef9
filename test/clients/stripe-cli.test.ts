import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { stripeCli } from '../support/stripe-cli.js';
import { databases, startWorld, type World } from '../support/world.js';
import { expectEvent, expectRow, rowOf, type Shown } from './mirrored.js';
import { sdkReferee, type Referee } from './sdk-type.js';
import { OTHER_PRODUCTS, TRIGGERS } from './triggers.js';

/** An event about whatever object. */
type AnyEvent = Stripe.Event & { data: { object: Shown } };

let mistakesIn: Referee;
let emulator: Emulator;
/** One engine on each database; the emulator's webhooks reach them all. */
let worlds: World[];

beforeAll(async () => {
  mistakesIn = sdkReferee();
  emulator = await startEmulator({ port: 0 });
  worlds = await Promise.all(databases.map((kind) => startWorld({ kind, emulator })));
});
afterAll(async () => {
  await emulator.stop();
  await Promise.all(worlds.map((world) => world.stop()));
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

// One after the other, so that the events that are new afterwards are the trigger's own.
describe('stripe trigger: the event, its values, its delivery and the mirrored row', () => {
  test.each(TRIGGERS)('$trigger', async ({ trigger, event: named = trigger, payload, previous, row }) => {
    const before = await newest();
    await cli('trigger', trigger);
    const events = await since(before?.id);
    const event = events.find(({ type, data }) => type === named && matches(data.object, payload));
    if (event === undefined) {
      const closest = events.find(({ type }) => type === named)?.data.object;
      expect(closest, `${named} among ${events.map(({ type }) => type).join(', ')}`).toMatchObject(payload);
      return;
    }
    if (previous !== undefined) expect(event.data.previous_attributes).toMatchObject(previous);

    // Everything that happened on the way is as the SDK declares it, too.
    const mistakes = events.flatMap(({ type, data }) =>
      mistakesIn(data.object).map((mistake) => `${type}: ${mistake}`),
    );
    expect(mistakes).toEqual([]);

    for (const world of worlds) {
      await expectEvent(world, event);
      await expectRow(world, event.data.object, { ...payload, ...row });
    }
  });

  // There is no such trigger: a price goes with its plan.
  test('price.deleted and plan.deleted, by deleting the plan', async () => {
    const kept = JSON.parse(await cli('prices', 'create', ...price, '-d', 'product_data[name]=kept')) as Shown;
    const made = JSON.parse(await cli('prices', 'create', ...price, '-d', 'product_data[name]=short-lived')) as Shown;
    const before = await newest();
    await cli('plans', 'delete', made.id, '--confirm');
    const events = await since(before?.id);
    expect(events.map(({ type }) => type).sort()).toEqual(['plan.deleted', 'price.deleted']);
    for (const world of worlds) {
      for (const event of events) {
        expect(event.data.object).toMatchObject({ id: made.id });
        await expectEvent(world, event);
        await expectRow(world, event.data.object, {});
      }
      expect(await rowOf(world, 'prices', made.id)).toMatchObject({ deleted: true, unit_amount: null });
      expect(await rowOf(world, 'plans', made.id)).toMatchObject({ deleted: true, amount: null });
      expect(await rowOf(world, 'prices', kept.id)).toMatchObject({ deleted: false, unit_amount: 700 });
    }
  });
});

const price = ['--currency', 'usd', '--unit-amount', '700', '-d', 'recurring[interval]=month'];

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await stripeCli(emulator.url, args, { secretKey: emulator.secretKey });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

async function newest(): Promise<AnyEvent | undefined> {
  return (await list('limit=1')).data[0];
}

/** The events after this one, newest first. */
async function since(id: string | undefined): Promise<AnyEvent[]> {
  const { data, has_more } = await list(`limit=100${id === undefined ? '' : `&ending_before=${id}`}`);
  if (has_more) throw new Error('a trigger made more than a hundred events');
  return data;
}

async function list(query: string): Promise<{ data: AnyEvent[]; has_more: boolean }> {
  const headers = { authorization: `Bearer ${emulator.secretKey}` };
  const response = await fetch(`${emulator.url}/v1/events?${query}`, { headers });
  return (await response.json()) as { data: AnyEvent[]; has_more: boolean };
}

function matches(object: unknown, payload: object): boolean {
  try {
    expect(object).toMatchObject(payload);
    return true;
  } catch {
    return false;
  }
}
