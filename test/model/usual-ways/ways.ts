/** How a handler turns an event into a row. */
export interface Way {
  readonly name: string;
  /** What it writes: the snapshot in the event, or what a read of its own returns. */
  readonly takes: 'the snapshot' | 'a read';
  /** The version it compares by: the event's `created`, or a moment drawn before or after the read; or none. */
  readonly version: 'created' | 'before the read' | 'after the read' | 'none';
  /** When it writes over a row that has a version. */
  readonly writes: 'if newer' | 'if not older' | 'always';
  /** The circumstances in which the mirror may end wrong. */
  readonly wrongIn: readonly Circumstance[];
}

/** `created` of the three changes, how often each event is delivered, and how many handlers may crash after the 2xx. */
export interface Circumstances {
  readonly created: readonly [number, number, number];
  readonly deliveries: number;
  readonly crashes: number;
}

export type Circumstance = keyof typeof circumstances;

export const circumstances = {
  'reordered and repeated, distinct seconds': { created: [1, 2, 3], deliveries: 2, crashes: 0 },
  'two changes in one second': { created: [1, 2, 2], deliveries: 1, crashes: 0 },
  'created against the order of commits': { created: [1, 2, 1], deliveries: 1, crashes: 0 },
  'a crash after the 2xx': { created: [1, 2, 3], deliveries: 1, crashes: 1 },
} as const satisfies Record<string, Circumstances>;

const everything = Object.keys(circumstances) as Circumstance[];
const SECOND = 'two changes in one second';
const ORDER = 'created against the order of commits';
const CRASH = 'a crash after the 2xx';

export const ways: readonly Way[] = [
  {
    name: 'apply the snapshot if created is newer',
    ...{ takes: 'the snapshot', version: 'created', writes: 'if newer', wrongIn: [SECOND, ORDER, CRASH] },
  },
  {
    name: 'apply the snapshot if created is not older',
    ...{ takes: 'the snapshot', version: 'created', writes: 'if not older', wrongIn: [SECOND, ORDER, CRASH] },
  },
  {
    name: 'read on every event and write',
    ...{ takes: 'a read', version: 'none', writes: 'always', wrongIn: everything },
  },
  {
    name: 'read on every event, version drawn after the read',
    ...{ takes: 'a read', version: 'after the read', writes: 'if newer', wrongIn: everything },
  },
  {
    name: 'read on every event, version drawn before the read',
    ...{ takes: 'a read', version: 'before the read', writes: 'if newer', wrongIn: [CRASH] },
  },
];
