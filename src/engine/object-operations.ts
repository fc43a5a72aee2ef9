import { catalogOf } from '../catalog/catalog.js';
import { hintAt, type Hint } from '../inbox/hint.js';
import { parentsIn } from '../inbox/parents.js';
import { LockstepError } from '../kernel/error.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Reading } from '../stripe/gateway.js';
import type { Core } from './core.js';

/** What an operator does with one object. */
export interface ObjectOperations {
  /** Reads it from Stripe and writes nothing. @throws option_invalid no key of this process reads its account */
  read(key: ObjectKey): Promise<Reading>;
  /** Has it read before all others. False: it was not proven in time; it stays marked and is proven later. */
  prove(key: ObjectKey, waitMs: number): Promise<boolean>;
  /** Marks them, and waits for nothing. */
  proveLater(keys: readonly ObjectKey[]): Promise<void>;
}

const CHECK_EVERY_MS = 50;

export function createObjectOperations(core: Core): ObjectOperations {
  const { clock, state, gateways, worker } = core;
  const { database, marks } = state;
  return {
    async read(key) {
      const reach = (await core.reached()).find(
        ({ account, livemode }) => account === key.account && livemode === key.livemode,
      );
      if (reach === undefined) {
        throw new LockstepError('option_invalid', `No key of this process reads ${key.account}`, {
          hint: 'lockstep status shows the accounts that this database mirrors',
        });
      }
      const { parents } = await hintWithParents(core, key);
      return gateways(reach).read(key.type, key.id, parents, core.interrupted);
    },
    async prove(key, waitMs) {
      const hint = await hintWithParents(core, key);
      const marked = await database.transaction((tx) => marks.mark(tx, [{ ...hint, awaited: true }], clock.now()));
      worker.wake();
      const until = clock.now().getTime() + waitMs;
      while ((await marks.unproven(marked)).length > 0) {
        if (clock.now().getTime() >= until || core.interrupted.aborted) return false;
        await clock.sleep(CHECK_EVERY_MS, core.interrupted);
      }
      return true;
    },
    async proveLater(keys) {
      const hints = await Promise.all(keys.map((key) => hintWithParents(core, key)));
      if (hints.length > 0) await database.transaction((tx) => marks.mark(tx, hints, clock.now()));
      worker.wake();
    },
  };
}

/** The address of some objects has the ids of their parents in it, which the row knows. */
async function hintWithParents({ state }: Core, key: ObjectKey): Promise<Hint> {
  const entry = catalogOf(key.type);
  if (entry === undefined || entry.nestedRetrieve.length === 0) return hintAt(key);
  const row = (await state.mirror.read(state.database, [key])).get(keyText(key));
  return row === undefined ? hintAt(key) : { ...hintAt(key), parents: parentsIn(entry, row.data) };
}
