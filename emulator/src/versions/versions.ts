import type { Versions } from '../api/api.js';
import type { ExpansionTable } from '../api/expand.js';
import type { Rules } from '../state/rules.js';
import { expansionsOf } from './expansions.js';
import { lookupIn } from './lookup.js';
import { isKnownVersion } from './known.js';
import { inVersion, isOlder } from './older.js';
import { checkGone, inCurrentVersion } from './requests.js';

/** Requests of older versions of the API: their parameters, expansions and answers. The current one costs nothing. */
export function versionsOf(rules: Rules, current: ExpansionTable): Versions {
  const known = new Map<string, ExpansionTable>();
  return {
    isKnown: isKnownVersion,
    parameters: (version, operation, sent, named) => {
      if (named) checkGone(version, operation, sent);
      return isOlder(version) ? inCurrentVersion(version, operation, sent) : sent;
    },
    expansions: (version) => {
      if (!isOlder(version)) return current;
      // By the day: as many as there are versions.
      const day = version.slice(0, 10);
      const table = known.get(day) ?? expansionsOf(day, current);
      if (known.size < 100) known.set(day, table);
      return table;
    },
    shape: (version, object, store) => (isOlder(version) ? inVersion(version, object, lookupIn(store, rules)) : object),
  };
}
