import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../catalog/catalog.js';
import type { StripeObject } from '../stripe/gateway.js';
import { removeSecrets } from './secrets.js';

/** One field in which the mirror and Stripe differ. A side that does not have the field leaves its value out. */
export interface FieldDifference {
  /** As in `items.data[0].quantity`. */
  path: string;
  /** The mirror's value. A long one becomes the beginning of its JSON. Default: the mirror has no such field. */
  ours?: unknown;
  /** Stripe's value, in the same way. Default: Stripe has no such field. */
  stripe?: unknown;
}

export const FIELDS_MAX = 10;
const VALUE_MAX = 200;
const DEPTH_MAX = 20;

/** The fields in which two states of one object differ for `compare`: the first ten, and how many more there are. */
export function fieldDifferences(
  type: string,
  stripe: StripeObject,
  ours: StripeObject,
): { fields: FieldDifference[]; more: number } {
  const entry = catalogOf(type);
  const skipped = new Set(entry?.volatile ?? []);
  const lists = new Set((entry?.subLists ?? []).map(({ field }) => field));
  const [left, right] = [withoutSecrets(ours), withoutSecrets(stripe)];
  const found: FieldDifference[] = [];
  for (const field of fieldsOf(left, right)) {
    if (skipped.has(field)) continue;
    if (lists.has(field)) found.push(...membersDiffer(field, left[field], right[field]));
    else found.push(...differences(field, left[field], right[field], 0));
  }
  return { fields: found.slice(0, FIELDS_MAX), more: Math.max(0, found.length - FIELDS_MAX) };
}

/** In a sub-list only the members count. If it is cut off, only the members that it shows count. */
function membersDiffer(field: string, ours: unknown, stripe: unknown): FieldDifference[] {
  const [left, right] = [membersOf(ours), membersOf(stripe)];
  if (left === undefined || right === undefined) return [];
  return differences(`${field}.data`, right.cut ? left.data.slice(0, right.data.length) : left.data, right.data, 0);
}

function membersOf(list: unknown): { data: unknown[]; cut: boolean } | undefined {
  if (!isRecord(list) || !Array.isArray(list['data'])) return undefined;
  return { data: list['data'], cut: list['has_more'] === true };
}

function differences(path: string, ours: unknown, stripe: unknown, depth: number): FieldDifference[] {
  if (isDeepStrictEqual(ours, stripe)) return [];
  if (depth < DEPTH_MAX && isRecord(ours) && isRecord(stripe)) {
    return fieldsOf(ours, stripe).flatMap((field) =>
      differences(`${path}.${field}`, ours[field], stripe[field], depth + 1),
    );
  }
  if (depth < DEPTH_MAX && Array.isArray(ours) && Array.isArray(stripe)) {
    const length = Math.max(ours.length, stripe.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differences(`${path}[${index}]`, ours[index], stripe[index], depth + 1),
    );
  }
  return [
    {
      path,
      ...(ours === undefined ? {} : { ours: short(ours) }),
      ...(stripe === undefined ? {} : { stripe: short(stripe) }),
    },
  ];
}

/** A value that is too long becomes the beginning of its JSON. */
function short(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length <= VALUE_MAX ? value : `${text.slice(0, VALUE_MAX)}…`;
}

function fieldsOf(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function withoutSecrets(object: StripeObject): StripeObject {
  const copy = structuredClone(object);
  removeSecrets(copy);
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
