import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { stripeCli } from '../support/stripe-cli.js';
import { ELSEWHERE, OTHER_TRIGGERS, REFUSED_TRIGGERS, WITHOUT_EVENT } from './other-triggers.js';
import { OTHER_PRODUCTS } from './triggers.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const trigger = (name: string): ReturnType<typeof stripeCli> =>
  stripeCli(rig.emulator.url, ['trigger', name], { secretKey: rig.emulator.secretKey });

test('the tables have every trigger that is not about billing', async () => {
  const { stdout } = await stripeCli('http://127.0.0.1:1', ['trigger', '--help']);
  const listed = /Supported events:\s+([^]*?)\n\nUsage:/.exec(stdout)?.[1]?.split(/\s+/) ?? [];
  const named = OTHER_TRIGGERS.map(([name]) => name);
  expect([...named, ...WITHOUT_EVENT, ...REFUSED_TRIGGERS, ...ELSEWHERE].sort()).toEqual(
    listed.filter((name) => OTHER_PRODUCTS.test(name)).sort(),
  );
});

test.each(OTHER_TRIGGERS)('stripe trigger %s: the event and its values', async (name, payload) => {
  const { code, stdout, stderr } = await trigger(name);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  const { data } = await rig.stripe.events.list({ type: name, limit: 1 });
  expect(data[0]?.data.object).toMatchObject(payload);
});

test.each(WITHOUT_EVENT)('stripe trigger %s ends well', async (name) => {
  expect(await trigger(name)).toMatchObject({ code: 0 });
});

test.each(REFUSED_TRIGGERS)('stripe trigger %s is refused by name', async (name) => {
  const { code, stdout, stderr } = await trigger(name);
  expect([code, /emulator_not_built/.test(stdout + stderr)]).toEqual([1, true]);
});
