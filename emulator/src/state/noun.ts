import type { Identified } from './table.js';
import type { Expansions } from '../api/expand.js';
import type { Operation } from '../api/operation.js';
import type { Life } from '../clock/life.js';
import type { Json, RowType, Rows } from './rows.js';
import type { Unit } from './unit.js';

/** One event that a change makes: its name, and the view of the row it carries (the row's own view unless given). */
export interface EventOf<Row> {
  name: string;
  view?: (row: Row, unit: Unit) => Json;
  when?: (row: Row) => boolean;
}

/** All that the emulator knows of one type of object. */
export interface Noun<Row extends Identified> {
  /** As in "No such customer: 'cus_…'". */
  title: string;
  prefix: string;
  created?: readonly EventOf<Row>[];
  updated?: readonly EventOf<Row>[];
  deleted?: readonly EventOf<Row>[];
  /** The row as the API shows it. Default: the row itself. */
  view?: (row: Row, unit: Unit) => Json;
  /** What follows from a changed row. Runs once when the change is final, however often the row changed. */
  after?: (row: Row, unit: Unit) => void;
  /** Answers a GET after deletion with `deleted: true` instead of 404. */
  stub?: boolean;
  /** Fields, by dotted path, by which `unit.all` finds rows without a scan. */
  indexes?: readonly string[];
  /** The dashboard finds its objects by id, and by these fields. The first one with a value is the object's title there. */
  searched?: readonly (keyof Row & string)[];
  /** Its name in Stripe's permissions. Default: as in its address. */
  permission?: string;
  /** What can be called. */
  operations?: readonly Operation[];
  /** What happens to it as time passes. */
  life?: Life<Row>;
  /** What `expand[]` can do. */
  expansions?: Expansions;
}

/** A noun that is another way to see the rows of other nouns. */
export interface NounWithoutRows {
  permission?: string;
  operations: readonly Operation[];
  expansions?: Expansions;
}

/** The rows of all nouns that have some, by type. */
export type RowsOf<N> = { [T in keyof N as N[T] extends { prefix: string } ? T : never]: RowOf<N[T]> };
type RowOf<N> = N extends Noun<infer Row> ? Row : never;

export type Nouns = { readonly [T in RowType]: Noun<Rows[T]> };
