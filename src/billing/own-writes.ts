import { knownObject } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { hintAt } from '../inbox/hint.js';
import type { Mark, Marks } from '../inbox/marks.js';
import type { Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { idOf } from '../stripe/id-of.js';

export interface WrittenObject {
  type: string;
  id: string;
}

/** Marks what Lockstep itself changed at Stripe, like any other hint, and can wait for the proof. */
export interface OwnWrites {
  hint(tx: Queryable, objects: readonly WrittenObject[]): Promise<void>;
  /** Called after the commit of new marks, so that they are proven now. */
  wake(): void;
  /**
   * Marks the objects and resolves when each has been proven since.
   * @throws timed_out the objects stay marked and are proven later
   */
  proven(objects: readonly WrittenObject[], timeoutMs?: number): Promise<void>;
}

export interface OwnWritesDeps {
  database: Database;
  marks: Marks;
  source: Source;
  clock: Clock;
  wake: () => void;
}

/** The pause between two checks whether the objects are proven: a tenth of the time so far, within these limits. */
const CHECK_EVERY_MS = { least: 10, most: 250 };

export function createOwnWrites({ database, marks, source, clock, wake }: OwnWritesDeps): OwnWrites {
  const hint = (tx: Queryable, objects: readonly WrittenObject[]): Promise<Mark[]> =>
    marks.mark(
      tx,
      objects.map((object) => ({ ...hintAt({ ...source, ...object }), awaited: true })),
      clock.now(),
    );

  return {
    hint: async (tx, objects) => void (await hint(tx, objects)),
    wake,
    async proven(objects, timeoutMs = 10_000) {
      if (objects.length === 0) return;
      const marked = await database.transaction((tx) => hint(tx, objects));
      wake();
      const begun = clock.now().getTime();
      for (let waited = 0; waited < timeoutMs; waited = clock.now().getTime() - begun) {
        if ((await marks.unproven(marked)).length === 0) return;
        await clock.sleep(Math.min(Math.max(CHECK_EVERY_MS.least, waited / 10), CHECK_EVERY_MS.most));
      }
      throw new LockstepError('timed_out', 'Timed out waiting for the mirror to catch up', {
        hint: 'the change at Stripe is done, and the mirror catches up by itself',
        facts: { objects },
      });
    },
  };
}

/** The objects that a change to a subscription may have changed, as far as the answer names them. */
export function touchedBy(subscription: { id?: string }): WrittenObject[] {
  const fields: Readonly<Record<string, unknown>> = { ...subscription };
  return [
    { type: 'subscription', id: subscription.id as string },
    ...Object.entries(knownObject('subscription').changedWith).flatMap(([type, field]) => {
      const id = idOf(fields[field]);
      return id === undefined ? [] : [{ type, id }];
    }),
  ];
}
