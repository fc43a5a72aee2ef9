import type { ExpansionTable } from '../api/expand.js';
import type { Operation } from '../api/operation.js';
import type { NounWithoutRows } from '../state/noun.js';
import type { Indexes } from '../state/store.js';
import * as nouns from './all.js';

const all: readonly [type: string, noun: Partial<NounWithoutRows>][] = Object.entries(nouns);

/** Every operation that is built. */
export const operations: readonly Operation[] = all.flatMap(([, { operations = [], permission }]) =>
  permission === undefined ? operations : operations.map((one) => ({ ...one, permission })),
);

/** What `expand[]` can do, by type. */
export const expansions: ExpansionTable = Object.fromEntries(
  all.flatMap(([type, { expansions }]) => (expansions === undefined ? [] : [[type, expansions]])),
);

/** The indexed fields of each type that has rows. */
export const indexes = Object.fromEntries(
  Object.entries(nouns).flatMap(([type, noun]) => ('prefix' in noun ? [[type, noun.indexes ?? []]] : [])),
) as Indexes;
