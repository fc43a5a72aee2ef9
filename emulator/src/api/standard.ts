import type { Json, RowType } from '../state/rows.js';
import type { Operation } from './operation.js';
import { operation } from './operation.js';

/** `GET /v1/…/:id` of a type. */
export function retrieveOperation(path: `/v1/${string}`, type: RowType): Operation {
  return operation(`GET ${path}/:id`, {}, ({ unit, at }) => unit.show(type, at.id ?? ''));
}

/** What a deletion answers. */
export function deletedStub(id: string, object: string): Json {
  return { id, object, deleted: true };
}

/** The values that were given; absent ones are left out, so that they change nothing. */
export function given<O extends object>(values: O): { [K in keyof O]?: Exclude<O[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof O]?: Exclude<O[K], undefined>;
  };
}

/** A complete hash of the API: every key is there, and null if it was not sent. */
export function complete<K extends string, V>(
  keys: readonly K[],
  sent: { [key in K]?: V } | null | undefined,
): Record<K, V | null> | null {
  if (sent === null || sent === undefined) return null;
  return Object.fromEntries(keys.map((key) => [key, sent[key] ?? null])) as Record<K, V | null>;
}
