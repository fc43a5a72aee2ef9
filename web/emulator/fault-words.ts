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
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly FaultWords[];
}

const EVERY = 'Every n-th';

const groups: readonly FaultGroup[] = [
  {
    title: 'Webhooks',
    faults: [
      {
        ...{ name: 'lose_every', label: 'Lose webhooks', number: EVERY, first: 2 },
        about: 'They vanish without a trace: no try, no retry',
      },
      {
        ...{ name: 'duplicate_every', label: 'Deliver webhooks twice', number: EVERY, first: 2 },
        about: 'The same event comes two times',
      },
      {
        ...{ name: 'delay_every', label: 'Deliver webhooks late', number: EVERY, first: 2 },
        about: 'Later ones overtake them',
        also: { name: 'delay_ms', label: 'Late by, ms' },
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
        ...{ name: 'limit_every', label: 'Answer 429', number: EVERY, first: 5 },
        about: 'Too many requests, and nothing is done',
      },
      {
        ...{ name: 'error_every', label: 'Answer 500', number: EVERY, first: 5 },
        about: 'An error of the server, and nothing is done',
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
    ...(name.endsWith('_ms') ? { number: 'ms', first: 500 } : { number: EVERY, first: 2 }),
  }));
  return [...groups, { title: 'Others', faults }];
}

/** Whether a fault does something; a number that only belongs to another one does not. */
export function isOn(name: string, state: FaultState): boolean {
  const belongs = groups.some(({ faults }) => faults.some(({ also }) => also?.name === name));
  return !belongs && (state[name] ?? 0) > 0;
}
