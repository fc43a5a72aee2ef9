import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPGlite } from '../../src/store/pglite/pglite.js';
import { sql } from '../../src/store/sql.js';
import { runCommand } from '../support/command.js';
import { emptyDisk, fillDisk, mountSmallDisk, unmount } from '../support/small-disk.js';
import { startFakeStripe } from './fake-stripe.js';
import { startLoad } from './load.js';
import { createRandom } from './random.js';
import { WEBHOOK_SECRET } from './stage.js';

const disk = mountSmallDisk('140m');

test.skipIf(disk === null)(
  'with a full disk under the embedded database nothing is acknowledged that is not stored, the log says why, and it goes on when there is space',
  async () => {
    const folder = disk as string;
    const stripe = await startFakeStripe(createRandom(1));
    const env = {
      STRIPE_SECRET_KEY: 'sk_test_disk',
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    };
    const service = runCommand(['serve', '--port', '0'], { cwd: folder, env });
    const [, url = ''] = await service.says(/"url":"(http:[^"]+)"/);
    const load = startLoad({
      ...{ stripe, secret: WEBHOOK_SECRET, random: createRandom(2) },
      ...{ addresses: () => [url], outage: () => 0 }, // what still fits into its files may be acknowledged
    });
    try {
      await load.more('200', 10);
      fillDisk(folder);
      await load.more('503', 50);
      const answer = await fetch(`${url}/healthz`);
      expect(answer.status).toBe(200);
      expect(service.output()).toMatch(/No space left on device|ENOSPC/);
      emptyDisk(folder);
      await load.more('200', 10);
      await load.finish();
      expect(load.faults).toEqual([]);
      await load.stop();
      await service.end('SIGTERM');
      const stored = await storedIn(join(folder, '.lockstep', 'db'));
      expect([...load.acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    } finally {
      await load.stop();
      await service.end('SIGTERM');
      await stripe.stop();
      unmount(folder);
    }
  },
  120_000,
);

/** The ids of the events in an embedded database. */
async function storedIn(folder: string): Promise<Set<string>> {
  const database = await openPGlite(folder);
  const events = await database.query<{ id: string }>(sql`select id from lockstep.inbox`);
  await database.close();
  return new Set(events.map(({ id }) => id));
}
