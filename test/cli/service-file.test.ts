import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startOf } from '../../src/cli/process-start.js';
import { readServiceFile } from '../../src/cli/service-file.js';
import { writeServiceFile, type ServiceFile } from '../../src/cli/token.js';

const directory = mkdtempSync(join(tmpdir(), 'lockstep-service-'));
const file = join(directory, 'service.json');
const service = { url: 'http://127.0.0.1:1', token: 'a-token' };
// Stands for whatever process was given an id that a service once had.
const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
afterAll(() => void other.kill());

const write = (content: Partial<ServiceFile>): void => writeFileSync(file, JSON.stringify(content));

test.runIf(process.platform === 'linux')(
  'a file counts while the process that wrote it lives, and for no other with its id',
  async () => {
    const remove = writeServiceFile(directory, service);
    expect(await readServiceFile(directory)).toMatchObject({ ...service, pid: process.pid });
    const written = JSON.parse(readFileSync(file, 'utf8')) as ServiceFile;
    expect(written.start).toBe(startOf(process.pid));
    write({ ...written, pid: other.pid as number });
    expect(await readServiceFile(directory)).toBeUndefined();
    remove();
    expect(existsSync(file), 'another process wrote it since').toBe(true);
    writeServiceFile(directory, service)();
    expect(existsSync(file)).toBe(false);
  },
);

test('where nothing says when a process began, what answers at the address decides', async () => {
  write({ ...service, pid: other.pid as number });
  expect(await readServiceFile(directory)).toBeUndefined();
  const server = createServer((_, response) => void response.end('{"ok":true}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  write({ ...service, url, pid: other.pid as number });
  expect(await readServiceFile(directory)).toMatchObject({ url });
  server.close();
});

test.each(['', 'null', '[]', '{"url":"x","token":"y","pid":1}', '{"url":"http://127.0.0.1:1","token":"y","pid":"1"}'])(
  'a file that holds %j does not name a service',
  async (text) => {
    writeFileSync(file, text);
    expect(await readServiceFile(directory)).toBeUndefined();
  },
);
