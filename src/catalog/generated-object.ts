import type { ColumnKind } from './object.js';
import type { EventType, ObjectName } from './generated/names.js';

/** One object type as the generator found it in the SDK, before the hand-written overrides. */
export interface GeneratedObject {
  object: ObjectName;
  hasId: boolean;
  /** Whether objects of the type have the field `livemode`. */
  hasLivemode: boolean;
  retrieve: string | null;
  nestedRetrieve: readonly string[];
  lists: readonly GeneratedList[];
  search: string | null;
  deletable: boolean;
  events: readonly EventType[];
  /** Field → kind. An array is a reference to those object types. */
  columns: Readonly<Record<string, GeneratedKind>>;
  subLists: Readonly<Record<string, GeneratedSubList>>;
}

export interface GeneratedList {
  path: string;
  parent: ObjectName | null;
  filters: readonly string[];
  required: readonly string[];
}

export interface GeneratedSubList {
  objects: readonly ObjectName[];
  path: string | null;
  query: Readonly<Record<string, string>>;
}

/** A referenced type is a plain string, because a few types (`reserve_transaction`) exist only inside others. */
export type GeneratedKind = Exclude<ColumnKind, 'reference'> | readonly string[];
