import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPGlite } from '../../src/store/pglite/pglite.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { silent } from '../../src/kernel/log.js';
import { customer } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const app = fileURLToPath(new URL('app.mjs', import.meta.url));
/** The first start of the embedded database takes some seconds on a busy machine. */
const START_MS = 60_000;

interface Started {
  child: ChildProcess;
  lines(): string[];
  ended: Promise<unknown[]>;
}

/** The embedded database takes seconds to start, so it is killed where the two differ: between a commit and what follows. */
const kills = { PostgreSQL: ['change', 'commit', 'after'], PGlite: ['commit'] } as const;

describe.each(databases)('kill -9 on %s', (kind) => {
  let stripe: ScriptedStripe;
  let where: string;
  let running: Started | undefined;
  const directories: string[] = [];

  beforeAll(async () => {
    stripe = await startScriptedStripe();
    if (kind === 'PostgreSQL') where = (await createDatabase({ template: MIGRATED })).url;
    else directories.push((where = await mkdtemp(join(tmpdir(), 'lockstep-hooks-'))));
  });
  afterAll(async () => {
    running?.child.kill('SIGKILL');
    await stripe.stop();
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  });

  const start = (dies: string, ...hint: string[]): Started => {
    const child = spawn(process.execPath, [app, where, stripe.url, dies, ...hint], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return (running = {
      child,
      ended: once(child, 'close'),
      lines: () => text.split('\n').filter((line) => line !== ''),
    });
  };
  const query = async (text: string) => {
    const database =
      kind === 'PostgreSQL' ? openPostgres({ url: where, log: silent }) : await openPGlite(join(where, 'db'));
    try {
      return await database.query({ text, values: [] });
    } finally {
      await database.close();
    }
  };

  test.each(kills[kind])(
    'at the moment "%s" loses no run of a hook, and what ran in the transaction is there once',
    async (dies) => {
      const id = `cus_${dies}`;
      stripe.put(`/v1/customers/${id}`, customer(id, { name: 'there', created: Math.floor(Date.now() / 1_000) + 60 }));
      const first = start(dies, id);
      expect(await first.ended).toEqual([null, 'SIGKILL']);
      expect(first.lines().filter((line) => line.startsWith('after'))).toEqual([]);
      const second = start('never');
      await eventually(
        async () => second.lines().includes(`after ${id} there`),
        'the hook after the change has run',
        START_MS,
      );
      second.child.kill('SIGTERM');
      expect(await second.ended).toEqual([0, null]);
      expect(
        await query(`select name from public.notes n join stripe.customers c using (id) where id = '${id}'`),
      ).toEqual([{ name: 'there' }]);
      expect(await query('select 1 from lockstep.hook_deliveries')).toEqual([]);
    },
    3 * START_MS,
  );
});
