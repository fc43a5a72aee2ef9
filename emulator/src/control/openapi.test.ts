import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { startRig } from '../../test/rig.js';
import { openApiDocument } from './openapi.js';
import { routes } from './routes.js';

const file = fileURLToPath(new URL('../../../docs/reference/emulator-openapi.json', import.meta.url));
const json = { 'content-type': 'application/json' };

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: { properties?: object; additionalProperties?: unknown } }> };
}
const document = openApiDocument() as { paths: Record<string, Record<string, Operation>> };
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

// Written by `npx vitest run emulator/src/control/openapi.test.ts -u`.
test('the document in docs/reference is the one that the emulator serves', async () => {
  const served = (await rig.call('GET', '/_emulator/openapi.json')).body;
  await expect(await format(JSON.stringify(served), { parser: 'json', printWidth: 120 })).toMatchFileSnapshot(file);
});

test('it has every route, each with a name of its own, and nothing that it refers to is missing', () => {
  const documented = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path.replace('{id}', ':id')}`),
  );
  expect(documented.sort()).toEqual([...Object.keys(routes), 'GET /_emulator/stream'].sort());
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const [, pointer = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    expect(
      pointer.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document),
    ).toBeDefined();
  }
});

describe('what the document says is what is checked', () => {
  const posts = Object.keys(routes).filter((name) => name.startsWith('POST '));
  it.each(posts)('%s refuses a field that it does not have', async (name) => {
    const path = name.replace('POST ', '').replace(':id', 'x');
    const answer = await rig.call('POST', path, '{"no such field":1}', json);
    expect([answer.status, answer.body.error]).toMatchObject([400, { code: 'request_invalid' }]);
  });

  it.each(Object.keys(routes).filter((name) => name.startsWith('GET ')))(
    '%s refuses an unknown parameter',
    async (name) => {
      const answer = await rig.call('GET', `${name.replace('GET ', '').replace(':id', 'x')}?nothing=1`);
      expect([answer.status, answer.body.error?.['message']]).toEqual([400, 'Unknown parameter "nothing"']);
    },
  );

  it('has the fields of a body, and that there are no others', () => {
    const body = document.paths['/_emulator/clock']?.['post']?.requestBody?.content['application/json']?.schema;
    expect(body).toMatchObject({
      properties: { rate: { type: 'number' }, advance_seconds: { type: 'number' } },
      additionalProperties: false,
    });
    expect(document.paths['/_emulator/reset']?.['post']?.requestBody).toBeUndefined();
  });
});

it.each([
  [
    'POST',
    '/_emulator/clock',
    '{"advance_second":60}',
    'Unknown field "advance_second" (did you mean "advance_seconds"?)',
  ],
  ['POST', '/_emulator/clock', '{"rate":"0"}', 'Invalid field "rate": expected number but received "0"'],
  ['POST', '/_emulator/ids', '{}', 'Missing field "ids"'],
  ['POST', '/_emulator/faults', '{"lose_evry":2}', 'Unknown field "lose_evry" (did you mean "lose_every"?)'],
  ['GET', '/_emulator/deliveries?evnt=evt_1', undefined, 'Unknown parameter "evnt" (did you mean "event"?)'],
  ['GET', '/_emulator/requests?limit=all', undefined, 'Invalid parameter "limit": must be a whole number'],
])('%s %s %s is refused in words that help', async (verb, path, body, message) => {
  const answer = await rig.call(verb, path, body, json);
  expect([answer.status, answer.body.error?.['message']]).toEqual([400, message]);
});

it('says that it is up without a key, also at the address of a namespace that is not open', async () => {
  for (const path of ['/_emulator/health', '/ns/nobody/_emulator/health']) {
    const answer = await fetch(rig.emulator.url + path);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  }
});
