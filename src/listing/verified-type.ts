import type { Source } from '../kernel/source.js';
import type { DifferingObject } from './differing-object.js';

/** How the comparison of one type of one account ended. */
export interface VerifiedType extends Source {
  /** The object type. */
  type: string;
  /** Objects that Stripe listed. */
  rows: number;
  /** Drift: at Stripe and not in the mirror. */
  missing: number;
  /** Drift: in the mirror and not at Stripe. */
  extra: number;
  /** Drift: in both, and not the same. */
  different: number;
  /** Differences that are not drift: no event and no proof leads to them, so only a sweep finds them. */
  onlySwept: number;
  /** When the next sweep of the type is due; null: none is scheduled. */
  nextSweepAt: Date | null;
  /** Differences of all four kinds that were read again and repaired. */
  repaired: number;
  /** The objects that differ, the first twenty of them. */
  objects: DifferingObject[];
  /** Objects that wait to be read from Stripe, because Lockstep knows that they have changed. */
  waiting: number;
  /** Objects and parents that Stripe did not answer for, the first twenty of them. */
  notChecked: NotChecked[];
  /** Parents that Stripe refuses to list objects of, and below which the mirror has none: the first twenty of them. */
  notApplicable: NotChecked[];
  /** At this moment the mirror was equal to Stripe; null: not known. */
  provenAt: Date | null;
  /** Why it could not be compared, or what keeps it from being proven. */
  note: string | null;
}

/** What was left out of a comparison, and why. */
export interface NotChecked {
  /** The type of the object, or of the parent whose objects could not be listed. */
  type: string;
  /** Its id. */
  id: string;
  /** Why, in words. */
  reason: string;
}

/** So many objects of one type a report names. */
export const NAMED_MAX = 20;

/** How many objects differ, and in which way. */
export type DifferenceCounts = Pick<VerifiedType, 'missing' | 'extra' | 'different' | 'onlySwept'>;

/** The count of all differences: drift, and what only a sweep finds. */
export function differencesOf({ missing, extra, different, onlySwept }: DifferenceCounts): number {
  return missing + extra + different + onlySwept;
}

/** A type of which nothing is known yet. */
export function unproven({ account, livemode }: Source, type: string): VerifiedType {
  return {
    account,
    livemode,
    type,
    rows: 0,
    missing: 0,
    extra: 0,
    different: 0,
    onlySwept: 0,
    repaired: 0,
    waiting: 0,
    objects: [],
    notChecked: [],
    notApplicable: [],
    nextSweepAt: null,
    provenAt: null,
    note: null,
  };
}
