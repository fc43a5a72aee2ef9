import type * as v from 'valibot';
import { nearest } from './nearest.js';

/** A key that a schema does not have. */
export interface UnknownKey {
  /** Where it is, such as `users.profile.userID`. */
  path: string;
  /** The path that was probably meant. */
  near: string | undefined;
  /** The keys that are allowed there. */
  known: readonly string[];
}

/** The parts of a Valibot schema that are read here. */
interface Node {
  type: string;
  entries?: Readonly<Record<string, v.GenericSchema>>;
  wrapped?: v.GenericSchema;
  item?: v.GenericSchema;
  value?: v.GenericSchema;
  options?: readonly v.GenericSchema[];
}

/** The first key of the input, at any depth, that the schema does not allow. */
export function unknownKey(
  schema: v.GenericSchema,
  input: unknown,
  path: readonly string[] = [],
): UnknownKey | undefined {
  const node = schema as unknown as Node;
  if (node.wrapped !== undefined) return unknownKey(node.wrapped, input, path);
  if (typeof input !== 'object' || input === null) return undefined;
  if (node.item !== undefined) return first(Object.entries(input), ([index, one]) => in_(node.item, one, index));
  if (node.type === 'record') return first(Object.entries(input), ([key, one]) => in_(node.value, one, key));
  if (node.type === 'union') return ofUnion(node.options ?? []);
  const { entries } = node;
  if (entries === undefined) return undefined;
  const known = Object.keys(entries);
  return first(Object.entries(input), ([key, value]) =>
    known.includes(key) || node.type !== 'strict_object'
      ? in_(entries[key], value, key)
      : { path: [...path, key].join('.'), near: near(key, known), known },
  );

  function in_(inner: v.GenericSchema | undefined, value: unknown, key: string): UnknownKey | undefined {
    return inner === undefined ? undefined : unknownKey(inner, value, [...path, key]);
  }

  function near(key: string, known: readonly string[]): string | undefined {
    const meant = nearest(key, known);
    return meant === undefined ? undefined : [...path, meant].join('.');
  }

  function ofUnion(options: readonly v.GenericSchema[]): UnknownKey | undefined {
    const found = options.map((option) => unknownKey(option, input, path));
    return found.some((one) => one === undefined) ? undefined : found[0];
  }
}

function first<T>(values: readonly T[], find: (value: T) => UnknownKey | undefined): UnknownKey | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
