/** The number of each fault, by the fault's name. 0 is off. */
export type FaultState = Readonly<Record<string, number>>;

/** The texts of one fault on the page. */
export interface FaultWords {
  readonly name: string;
  readonly label: string;
  /** The number's label, such as `1 in` or `Delay (ms)`. */
  readonly number: string;
  /** The number that is set when the fault is switched on. */
  readonly first: number;
  readonly about: string;
  /** A second number that belongs to it. */
  readonly also?: { readonly name: string; readonly label: string };
  /** It changes the other faults and has no effect alone. */
  readonly modifies?: true;
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly FaultWords[];
}

const EVERY = { number: '1 in', first: 2 };
const SOMETIMES = { number: '1 in', first: 5 };
const PER_SECOND = 'Requests per second';

const groups: readonly FaultGroup[] = [
  {
    title: 'Webhooks',
    faults: [
      {
        ...{ name: 'lose_every', label: 'Lose webhooks', ...EVERY },
        about: 'They are never sent and never retried',
      },
      {
        ...{ name: 'duplicate_every', label: 'Deliver webhooks twice', ...EVERY },
        about: 'The same event arrives two times',
      },
      {
        ...{ name: 'reorder_every', label: 'Reorder webhooks', ...EVERY },
        about: 'Held back until a later one is delivered, or at most the given time',
        also: { name: 'delay_ms', label: 'At most (ms)' },
      },
      {
        ...{ name: 'delay_every', label: 'Delay webhooks', ...EVERY },
        about: 'Later webhooks arrive first',
        also: { name: 'delay_ms', label: 'Delay (ms)' },
      },
    ],
  },
  {
    title: 'Events',
    faults: [
      {
        ...{ name: 'twin_every', label: 'Duplicate events', ...EVERY },
        about: 'Two events for one change, equal except for their IDs',
      },
      {
        ...{ name: 'hide_every', label: 'Hide events from lists', ...EVERY },
        about: 'For a limited time; they are still delivered and can be read by ID',
        also: { name: 'hide_ms', label: 'For (ms)' },
      },
    ],
  },
  {
    title: 'API',
    faults: [
      {
        ...{ name: 'latency_ms', label: 'Slow responses', number: 'Delay (ms)', first: 500 },
        about: 'Each request waits before it is processed',
      },
      {
        ...{ name: 'stale_every', label: 'Serve stale reads', ...EVERY },
        about: 'For a limited time, a GET returns an object as it was before its last change',
        also: { name: 'stale_ms', label: 'For (ms)' },
      },
      {
        ...{ name: 'limit_every', label: 'Rate limit (429)', ...SOMETIMES },
        about: 'Requests are refused with 429; nothing is done',
      },
      {
        ...{ name: 'lock_every', label: 'Object locked (429)', ...SOMETIMES },
        about: 'Writes are refused with lock_timeout, as if another request had the object; nothing is done',
      },
      {
        ...{ name: 'error_every', label: 'Server error (500)', ...SOMETIMES },
        about: 'Requests fail with 500; nothing is done',
      },
      {
        ...{ name: 'break_every', label: 'Server error during a write', ...SOMETIMES },
        about: 'The write fails with 500 and is undone; its idempotency key returns 500 from then on',
      },
      {
        ...{ name: 'cut_every', label: 'Drop the connection', ...SOMETIMES },
        about: 'After the work is done, before the response is sent',
      },
    ],
  },
  {
    title: 'Limits',
    faults: [
      {
        ...{ name: 'account_per_second', label: 'Limit the account', number: PER_SECOND, first: 25 },
        about: 'All requests together. Stripe allows 100, or 25 in a sandbox',
      },
      {
        ...{ name: 'endpoint_per_second', label: 'Limit each endpoint', number: PER_SECOND, first: 25 },
        about: 'Each method and path separately. Stripe allows 25',
      },
      {
        ...{ name: 'search_per_second', label: 'Limit searches', number: PER_SECOND, first: 20 },
        about: 'All searches together. Stripe allows 20',
      },
    ],
  },
  {
    title: 'Randomness',
    faults: [
      {
        ...{ name: 'seed', label: 'Random (seeded)', number: 'Seed', first: 1, modifies: true },
        about: '“1 in n” becomes a probability; the same seed gives the same sequence',
      },
    ],
  },
];

/** The faults to show: those described here, and under `Other` each fault that this page does not know. */
export function faultGroups(state: FaultState): readonly FaultGroup[] {
  const known = new Set(groups.flatMap(({ faults }) => faults.flatMap(({ name, also }) => [name, also?.name])));
  const others = Object.keys(state).filter((name) => !known.has(name));
  if (others.length === 0) return groups;
  const faults = others.map((name) => ({
    ...{ name, label: name.replaceAll('_', ' '), about: '' },
    ...(name.endsWith('_ms') ? { number: 'ms', first: 500 } : EVERY),
  }));
  return [...groups, { title: 'Other', faults }];
}

/** The name of a fault on the page. A fault that the page does not know keeps the emulator's name. */
export function labelOf(name: string): string {
  return (
    groups.flatMap(({ faults }) => faults).find((fault) => fault.name === name)?.label ?? name.replaceAll('_', ' ')
  );
}

/** Whether a fault is on. Numbers that only change another fault, such as `delay_ms`, do not count. */
export function isOn(name: string, state: FaultState): boolean {
  const belongs = groups.some(({ faults }) =>
    faults.some((fault) => fault.also?.name === name || (fault.name === name && fault.modifies === true)),
  );
  return !belongs && (state[name] ?? 0) > 0;
}

/** The largest number that the emulator accepts for a fault. */
export function maxOf(name: string): number {
  return name === 'seed' ? 2 ** 31 - 1 : name.endsWith('_ms') ? 60_000 : 1_000_000;
}
