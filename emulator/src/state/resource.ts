import type { Json, RowType, Rows } from './rows.js';
import type { Unit } from './unit.js';

/** One event that a change makes: its name, and the view of the row it carries (the row's own view unless given). */
export interface EventOf<T extends RowType> {
  name: string;
  view?: (row: Rows[T], unit: Unit) => Json;
  when?: (row: Rows[T]) => boolean;
}

/** What the shared functions need to know of a type: its words, its events, how a row is shown. */
export interface Resource<T extends RowType> {
  /** As in "No such customer: 'cus_…'". */
  title: string;
  prefix: string;
  created?: readonly EventOf<T>[];
  updated?: readonly EventOf<T>[];
  deleted?: readonly EventOf<T>[];
  /** The row as the API shows it; the row itself unless given. */
  view?: (row: Rows[T], unit: Unit) => Json;
  /** What follows from a changed row, worked out when the change stands; once, however often the row changed. */
  after?: (row: Rows[T], unit: Unit) => void;
  /** Answers a GET after deletion with `deleted: true` instead of 404. */
  stub?: boolean;
}

export type Resources = { readonly [T in RowType]: Resource<T> };
