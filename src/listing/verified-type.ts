import type { Source } from '../kernel/source.js';
import type { DifferingObject, ExcusedObject } from './differing-object.js';
import type { CauseCounts } from './sweep-type.js';

/** The result of comparing one type of one account. */
export interface VerifiedType extends Source {
  /** The object type. */
  type: string;
  /** How many objects Stripe listed. */
  rows: number;
  /** How many of them are left out of the mirror, because they were erased. This is no drift. */
  leftOut: number;
  /** How many are at Stripe and not in the mirror. This is drift. */
  missing: number;
  /** How many are in the mirror and not at Stripe. This is drift. */
  extra: number;
  /** How many are in both and differ. This is drift. */
  different: number;
  /** How many differences are not drift: no event and no proof leads to them, so only a sweep finds them. */
  onlySwept: number;
  /** When the next sweep of the type is due; null: none is scheduled. */
  nextSweepAt: Date | null;
  /** How many differences of all four kinds were repaired, by reading the object again. */
  repaired: number;
  /** The objects that differ: the first twenty. */
  objects: DifferingObject[];
  /** How many objects were found not to be equal, by cause, also those in `excused`. */
  causes: CauseCounts;
  /** Objects that are not equal and are no drift, because Lockstep knows it or Stripe hid them: the first twenty. */
  excused: ExcusedObject[];
  /** How many objects wait to be read from Stripe. Lockstep knows that they may have changed. */
  waiting: number;
  /** The objects and parents that Stripe did not answer for: the first twenty. */
  notChecked: NotChecked[];
  /** The parents whose objects Stripe refuses to list, and of which the mirror has no objects: the first twenty. */
  notApplicable: NotChecked[];
  /** When this comparison began, if it found the mirror equal to Stripe; null: it did not. */
  provenAt: Date | null;
  /** Why the type could not be compared, or what keeps it from being proven; null: nothing does. */
  note: string | null;
}

/** An object or a parent that was left out of the comparison. */
export interface NotChecked {
  /** The type of the object, or of the parent whose objects could not be listed. */
  type: string;
  /** The id of the object or the parent. */
  id: string;
  /** Why it was left out. */
  reason: string;
}

/** How many objects of one type a report names, at most. */
export const NAMED_MAX = 20;

/** How many objects differ, and in which way. */
export type DifferenceCounts = Pick<VerifiedType, 'missing' | 'extra' | 'different' | 'onlySwept'>;

/** The count of all differences: drift, and what only a sweep finds. */
export function differencesOf({ missing, extra, different, onlySwept }: DifferenceCounts): number {
  return missing + extra + different + onlySwept;
}

/** The result for a type before it is compared. */
export function unproven({ account, livemode }: Source, type: string): VerifiedType {
  return {
    account,
    livemode,
    type,
    rows: 0,
    leftOut: 0,
    missing: 0,
    extra: 0,
    different: 0,
    onlySwept: 0,
    repaired: 0,
    waiting: 0,
    objects: [],
    causes: {},
    excused: [],
    notChecked: [],
    notApplicable: [],
    nextSweepAt: null,
    provenAt: null,
    note: null,
  };
}
