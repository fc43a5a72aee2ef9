import { explore, type Exploration, type Step } from '../explore.js';

/**
 * Two objects that change together, X and Y: Stripe sends events about X alone, so a proof of X has to mark Y. A proof of
 * Y may mark X in turn.
 */
export interface Rule {
  readonly name: string;
  /** What has to have happened for a proof to mark the other. */
  readonly marks: 'on a change' | 'on a change or when an event asked' | 'always' | 'never';
  /** What the proof is compared with to see a change. */
  readonly compares: 'with what was proven' | 'with what stands';
  readonly markedIn: 'the transaction of the proof' | 'a transaction of its own';
  /** Y follows from X's state; or it counts X's changes, so that it stays changed when X returns. */
  readonly y: 'follows' | 'counts';
  /** A proof of Y marks X. */
  readonly cycle: boolean;
  /** X's states, one after the other. */
  readonly history: readonly number[];
  readonly crashes: number;
}

const returns = [0, 1, 0];
const moves = [0, 1, 2];
const ours: Omit<Rule, 'name' | 'history'> = {
  marks: 'on a change',
  compares: 'with what was proven',
  markedIn: 'the transaction of the proof',
  y: 'follows',
  cycle: true,
  crashes: 1,
};
const listed = { ...ours, marks: 'on a change or when an event asked', y: 'counts', cycle: false } as const;

export const sound: readonly Rule[] = [
  { ...ours, name: 'what follows from an object is marked when it changed, which moves on', history: moves },
  { ...ours, name: 'what follows from an object is marked when it changed, which returns', history: returns },
  { ...listed, name: 'what counts changes is looked at whenever an event asked', history: returns },
];

const EQUAL = 'at rest, both rows equal Stripe';
const RESTS = 'chains come to rest';

export const unsound: readonly (Rule & { readonly breaks: string })[] = [
  { ...ours, name: 'a proof marks nothing else', marks: 'never', history: moves, breaks: EQUAL },
  { ...ours, name: 'every proof marks the other', marks: 'always', history: moves, breaks: RESTS },
  {
    ...ours,
    name: 'the other is marked after the proof',
    markedIn: 'a transaction of its own',
    history: moves,
    breaks: EQUAL,
  },
  { ...ours, name: 'a proof is compared with a snapshot', compares: 'with what stands', history: moves, breaks: EQUAL },
  {
    ...listed,
    name: 'what counts changes is looked at on a change only',
    marks: 'on a change',
    history: returns,
    breaks: EQUAL,
  },
];

/** More proofs than the longest chain that two changes can begin. */
const PROOFS_MAX = 12;

interface World {
  step: number;
  /** Events about X: under way. */
  events: number;
  things: Thing[];
  /** The mark of the other that is owed in a transaction of its own; -1: none. */
  owed: number;
  proofs: number;
  crashes: number;
}

interface Thing {
  marked: number;
  heard: number;
  /** What stands, and what was proven last. */
  row: number;
  proven: number;
  at: number;
  saw: number;
  /** No hint came since the claim. */
  clears: number;
}

const X = 0;
const Y = 1;
const At = { idle: 0, claimed: 1, read: 2 } as const;
const NAMES = ['X', 'Y'];
const thing = (): Thing => ({ marked: 0, heard: 0, row: 0, proven: 0, at: At.idle, saw: 0, clears: 0 });

export function checkConsequences(rule: Rule): Exploration {
  const last = rule.history.length - 1;
  const rests = ({ step, events, things, owed }: World): boolean =>
    step === last && events === 0 && owed === -1 && things.every(({ marked, at }) => marked === 0 && at === At.idle);
  return explore<World>({
    initial: { step: 0, events: 0, things: [thing(), thing()], owed: -1, proofs: 0, crashes: rule.crashes },
    steps: stepsOf(rule),
    invariants: [
      {
        name: EQUAL,
        broken: (world) => {
          if (!rests(world)) return undefined;
          const rows = world.things.map(({ row }) => row);
          const should = [valueOf(rule, X, world.step), valueOf(rule, Y, world.step)];
          return rows.join() === should.join()
            ? undefined
            : `the rows say ${rows.join()}, Stripe says ${should.join()}`;
        },
      },
      {
        name: RESTS,
        broken: ({ proofs }) => (proofs > PROOFS_MAX ? `${proofs} proofs after two changes` : undefined),
      },
    ],
    copy: (world) => structuredClone(world),
    pack: (world) => JSON.stringify(world),
    unpack: (packed) => JSON.parse(packed) as World,
    atRest: rests,
  });
}

function valueOf({ history, y }: Rule, which: number, step: number): number {
  return which === Y && y === 'counts' ? step : (history[step] ?? 0);
}

function stepsOf(rule: Rule): Step<World>[] {
  const last = rule.history.length - 1;
  const at = ({ things }: World, which: number): Thing => things[which] as Thing;
  const mark = (world: World, which: number, heard: boolean): void => {
    const one = at(world, which);
    Object.assign(one, { marked: 1, heard: heard ? 1 : one.heard, clears: 0 });
  };
  const where = (holds: (which: number) => boolean): number[] => [X, Y].filter(holds);
  return [
    {
      choices: ({ step }) => (step < last ? [0] : []),
      take: (world) => {
        world.step += 1;
        world.events += 1;
      },
      say: ({ step }) => `X and Y become those of state ${step + 1}`,
    },
    {
      choices: ({ events }) => (events > 0 ? [0, 1] : []),
      take: (world, shown) => {
        world.events -= 1;
        mark(world, X, true);
        if (shown === 1) at(world, X).row = valueOf(rule, X, world.step);
      },
      say: (_, shown) => `an event marks X${shown === 1 ? ' and shows it' : ''}`,
    },
    {
      choices: (world) => where((which) => at(world, which).marked === 1 && at(world, which).at === At.idle),
      take: (world, which) => void Object.assign(at(world, which), { at: At.claimed, clears: 1 }),
      say: (_, which) => `a worker claims ${NAMES[which] ?? ''}`,
    },
    {
      choices: (world) => where((which) => at(world, which).at === At.claimed),
      take: (world, which) =>
        void Object.assign(at(world, which), { at: At.read, saw: valueOf(rule, which, world.step) }),
      say: ({ step }, which) => `${NAMES[which] ?? ''} is read in state ${step}`,
    },
    {
      choices: (world) => (world.owed === -1 ? where((which) => at(world, which).at === At.read) : []),
      take: (world, which) => {
        const one = at(world, which);
        const changed = one.saw !== (rule.compares === 'with what stands' ? one.row : one.proven);
        const leads = which === X || rule.cycle;
        const asked = rule.marks === 'on a change or when an event asked' && one.heard === 1;
        if (leads && (rule.marks === 'always' || asked || (rule.marks !== 'never' && changed))) {
          if (rule.markedIn === 'a transaction of its own') world.owed = 1 - which;
          else mark(world, 1 - which, false);
        }
        Object.assign(one, { row: one.saw, proven: one.saw, at: At.idle });
        if (one.clears === 1) Object.assign(one, { marked: 0, heard: 0 });
        world.proofs += 1;
      },
      say: (_, which) => `what was read of ${NAMES[which] ?? ''} is written`,
    },
    {
      choices: ({ owed }) => (owed === -1 ? [] : [owed]),
      take: (world, which) => {
        mark(world, which, false);
        world.owed = -1;
      },
      say: (_, which) => `${NAMES[which] ?? ''} is marked`,
    },
    {
      choices: ({ owed, crashes }) => (owed !== -1 && crashes > 0 ? [0] : []),
      take: (world) => {
        world.crashes -= 1;
        world.owed = -1;
      },
      say: () => 'the worker crashes between the two',
    },
  ];
}
