import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const json = { 'content-type': 'application/json' };

test.each([
  ['GET', '/_emulator/info?x=1', undefined],
  ['GET', '/_emulator/deliveries?events=evt_1', undefined],
  ['GET', '/_emulator/requests?limit=all', undefined],
  ['GET', '/_emulator/find?query=ada', undefined],
  ['GET', '/_emulator/objects/%E0%A4%A', undefined],
  ['POST', '/_emulator/reset', '{"objects":true}'],
  ['POST', '/_emulator/faults', '{"lose_evry":2}'],
  ['POST', '/_emulator/faults', '{"lose_every":"2"}'],
  ['POST', '/_emulator/roll_secret/we_1', '{"overlap":60}'],
  ['POST', '/_emulator/roll_secret/we_1', '{"overlap_seconds":"60"}'],
  ['POST', '/_emulator/three_d_secure/pi_1', '{"outcome":"complete","secret":"x"}'],
  ['POST', '/_emulator/three_d_secure/pi_1', '{"outcome":{}}'],
  ['POST', '/_emulator/restricted_keys', '{"customer":"all"}'],
  ['POST', '/_emulator/fixture', '{"fixtures":[{"name":"a","path":"/v1/customers","parms":{}}]}'],
  ['POST', '/_emulator/fixture', '{"fixtures":[{"name":"a","path":"/v1/customers","method":"patch"}]}'],
  ['POST', '/_emulator/fixture', '{"fixtures":[],"steps":[]}'],
  ['POST', '/_emulator/fixture', '{"fixtures":[{"name":1,"path":"/v1/customers"}]}'],
])('%s %s with %s is refused, with a reason', async (verb, path, body) => {
  const answer = await rig.call(verb, path, body, json);
  expect([answer.status, answer.body.error]).toMatchObject([400, { message: expect.stringMatching(/\w/) as string }]);
});

test.each(['constructor', 'toString', '__proto__', 'GET /_emulator/info'])('there is nothing at %s', async (name) => {
  expect((await rig.call('GET', `/_emulator/${encodeURIComponent(name)}`)).status).toBe(404);
});

test('a fixture that refers to nothing, many times, is read at once', async () => {
  for (const part of ['${', '${a:', '${a:b|', '${a:b']) {
    const params = { name: part.repeat(150_000) };
    const body = JSON.stringify({ fixtures: [{ name: 'a', path: '/v1/customers', params }] });
    const began = performance.now();
    expect((await rig.call('POST', '/_emulator/fixture', body, json)).status).toBe(400);
    expect(performance.now() - began).toBeLessThan(3_000);
  }
});
