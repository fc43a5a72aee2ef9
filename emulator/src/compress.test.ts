import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rig } from '../test/rig.js';
import { startRig } from '../test/rig.js';

const SCRIPT = 'console.log("hello");'.repeat(200);
let rig: Rig;
beforeAll(async () => {
  const webDir = await mkdtemp(join(tmpdir(), 'lockstep-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'assets/emulator-abc123.js'), SCRIPT);
  rig = await startRig({ webDir });
  for (let n = 0; n < 20; n += 1) await rig.stripe.customers.create({ name: `Customer ${n}` });
});
afterAll(() => rig.stop());

interface Answer {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** `fetch` would decompress the answer. */
const ask = (path: string, headers: Record<string, string>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const authorization = `Bearer ${rig.emulator.secretKey}`;
    const sent = request(`${rig.emulator.url}${path}`, { headers: { authorization, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end();
  });

const dashboard = { 'lockstep-client': 'dashboard', 'accept-encoding': 'gzip, deflate, br' };

describe('an answer', () => {
  it('to the dashboard is compressed: a file, a list, a route of the emulator', async () => {
    for (const path of ['/assets/emulator-abc123.js', '/v1/customers?limit=20', '/_emulator/openapi.json']) {
      const { headers, body } = await ask(path, dashboard);
      expect([path, headers['content-encoding'], headers['vary']]).toEqual([path, 'gzip', 'accept-encoding']);
      expect(Number(headers['content-length'])).toBe(body.length);
      expect(gunzipSync(body).length).toBeGreaterThan(3 * body.length);
    }
    const script = await ask('/assets/emulator-abc123.js', dashboard);
    expect(gunzipSync(script.body).toString()).toBe(SCRIPT);
  });

  it('is not compressed if it is short, or if its reader does not take that', async () => {
    expect((await ask('/_emulator/health', dashboard)).headers['content-encoding']).toBeUndefined();
    for (const accepts of ['identity', 'br', 'gzip;q=0, br'])
      expect((await ask('/assets/emulator-abc123.js', { 'accept-encoding': accepts })).body.toString()).toBe(SCRIPT);
  });

  it('of the API to an app is sent as it is, so that it costs no time', async () => {
    const { headers } = await ask('/v1/customers?limit=20', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('to HEAD has no body', async () => {
    const response = await fetch(`${rig.emulator.url}/assets/emulator-abc123.js`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

it('a file with a hash in its name may be kept for a year, the style of the hosted pages may not', async () => {
  const script = await ask('/assets/emulator-abc123.js', {});
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await ask('/assets/hosted.css', {})).headers['cache-control']).toBe('no-cache');
});
