import type { MissingRuns } from '../../../src/sync/missing-runs.js';
import { sourceText } from './marks.js';
import type { Memory } from './tables.js';

/** The counts of unexplained 404s without SQL. */
export function memoryMissingRuns({ store, missingRuns }: Memory): MissingRuns {
  const own = <T>(work: () => T): Promise<T> => store.run(store.database, work);
  return {
    lengthen: (source) =>
      own(() => {
        const length = (missingRuns.get(sourceText(source))?.length ?? 0) + 1;
        missingRuns.set(sourceText(source), { length });
        return length;
      }),
    end: (source) => own(() => missingRuns.delete(sourceText(source))),
  };
}
