/** The faults as the emulator has them: numbers, 0 being off. */
export type FaultState = Readonly<Record<string, number>>;

/** How one fault reads on the page. */
export interface FaultWords {
  readonly name: string;
  readonly label: string;
  /** The number's label: which ones are hit, or how long something takes. */
  readonly number: string;
  /** The number it is switched on with. */
  readonly first: number;
  readonly about: string;
  /** A second number that belongs to it. */
  readonly also?: { readonly name: string; readonly label: string };
  /** It changes the others, and does nothing alone. */
  readonly modifies?: true;
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly FaultWords[];
}

const EVERY = { number: 'Every n-th', first: 2 };
const SOMETIMES = { number: 'Every n-th', first: 5 };
const PER_SECOND = 'Requests a second';

const groups: readonly FaultGroup[] = [
  {
    title: 'Webhooks',
    faults: [
      {
        ...{ name: 'lose_every', label: 'Lose webhooks', ...EVERY },
        about: 'They vanish without a trace: no try, no retry',
      },
      {
        ...{ name: 'duplicate_every', label: 'Deliver webhooks twice', ...EVERY },
        about: 'The same event comes two times',
      },
      {
        ...{ name: 'reorder_every', label: 'Deliver webhooks in another order', ...EVERY },
        about: 'They are held back until a later one has been answered, or for so long',
        also: { name: 'delay_ms', label: 'At most, ms' },
      },
      {
        ...{ name: 'delay_every', label: 'Deliver webhooks late', ...EVERY },
        about: 'Later ones overtake them',
        also: { name: 'delay_ms', label: 'Late by, ms' },
      },
    ],
  },
  {
    title: 'Events',
    faults: [
      {
        ...{ name: 'twin_every', label: 'Make two events of one change', ...EVERY },
        about: 'They have ids of their own and are equal otherwise',
      },
      {
        ...{ name: 'hide_every', label: 'Leave events out of lists', ...EVERY },
        about: 'For a while; they are delivered, and can be read by their ids, at once',
        also: { name: 'hide_ms', label: 'For, ms' },
      },
    ],
  },
  {
    title: 'API',
    faults: [
      {
        ...{ name: 'latency_ms', label: 'Answer slowly', number: 'After, ms', first: 500 },
        about: 'Each request waits before it is worked on',
      },
      {
        ...{ name: 'stale_every', label: 'Read what was', ...EVERY },
        about: 'A GET shows objects as they were before their last change, for a while after it',
        also: { name: 'stale_ms', label: 'For, ms' },
      },
      {
        ...{ name: 'limit_every', label: 'Answer 429', ...SOMETIMES },
        about: 'Too many requests, and nothing is done',
      },
      {
        ...{ name: 'error_every', label: 'Answer 500', ...SOMETIMES },
        about: 'An error of the server, and nothing is done',
      },
      {
        ...{ name: 'break_every', label: 'Break while writing', ...SOMETIMES },
        about:
          'A 500 in the middle of the work: nothing of it stands, and its idempotency key answers 500 from then on',
      },
      {
        ...{ name: 'cut_every', label: 'Cut the connection', ...SOMETIMES },
        about: 'When the work is done, before anybody hears of it',
      },
    ],
  },
  {
    title: 'Limits',
    faults: [
      {
        ...{ name: 'account_per_second', label: 'Limit the account', number: PER_SECOND, first: 25 },
        about: 'All requests together. Stripe: 100, and 25 in a sandbox',
      },
      {
        ...{ name: 'endpoint_per_second', label: 'Limit each endpoint', number: PER_SECOND, first: 25 },
        about: 'Each verb and address by itself. Stripe: 25',
      },
      {
        ...{ name: 'search_per_second', label: 'Limit searches', number: PER_SECOND, first: 20 },
        about: 'All searches together. Stripe: 20',
      },
    ],
  },
  {
    title: 'Chance',
    faults: [
      {
        ...{ name: 'seed', label: 'Let chance decide', number: 'Seed', first: 1, modifies: true },
        about: 'Every n-th becomes a chance of one in n: the same each time for the same seed',
      },
    ],
  },
];

/** The faults to show: those that have words here, and any other that the emulator has, by its own name. */
export function faultGroups(state: FaultState): readonly FaultGroup[] {
  const known = new Set(groups.flatMap(({ faults }) => faults.flatMap(({ name, also }) => [name, also?.name])));
  const others = Object.keys(state).filter((name) => !known.has(name));
  if (others.length === 0) return groups;
  const faults = others.map((name) => ({
    ...{ name, label: name.replaceAll('_', ' '), about: '' },
    ...(name.endsWith('_ms') ? { number: 'ms', first: 500 } : EVERY),
  }));
  return [...groups, { title: 'Others', faults }];
}

/** Whether a fault does something; a number that only belongs to another one does not. */
export function isOn(name: string, state: FaultState): boolean {
  const belongs = groups.some(({ faults }) =>
    faults.some((fault) => fault.also?.name === name || (fault.name === name && fault.modifies === true)),
  );
  return !belongs && (state[name] ?? 0) > 0;
}

/** The largest number the emulator takes for it. */
export function maxOf(name: string): number {
  return name === 'seed' ? 2 ** 31 - 1 : name.endsWith('_ms') ? 60_000 : 1_000_000;
}
