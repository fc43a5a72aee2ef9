import { ourRule, type Clauses } from './clauses.js';
import { histories, lastState, type History } from './history.js';
import { calm, type Lists, type Scenario } from './scenario.js';
import type { Budget } from './world.js';

export interface Circumstance {
  readonly name: string;
  readonly scenario: Scenario;
}

type Trouble = Partial<Budget> & {
  seconds?: number;
  inverted?: boolean;
  ownWrite?: number;
  show?: 'never';
  lists?: Lists;
  pageProves?: Clauses['pageProves'];
};

const lossAndSweep = { losses: 1, listings: 1 };
const all = { ...lossAndSweep, expiries: 1, crashes: 1 };

/** For every history. */
const light: Record<string, Trouble> = {
  'in one second, a crash, a lost event and a sweep': { ...lossAndSweep, crashes: 1 },
  'over two seconds, a slow worker': { seconds: 2, expiries: 1 },
  'over two seconds, created against the order of commits': { seconds: 2, inverted: true },
  'our own write, a slow worker': { expiries: 1, ownWrite: 2 },
};

/** A page stands in for a read, for every history. What Stripe documents of its lists comes first, then what is weaker. */
const pages: Record<string, Trouble> = {
  'pages as fresh as a read prove whatever is claimed, a slow worker': {
    ...{ pages: 2, expiries: 1, pageProves: 'whatever is claimed' },
  },
  'pages behind by a while prove what has settled, a crash': { pages: 2, crashes: 1, lists: 'a while behind' },
  'pages and a sweep behind by a while, a lost event': { ...lossAndSweep, pages: 1, lists: 'a while behind' },
};

/** For histories of at most three changes in the short check: a fourth makes them take ten times as long. */
const heavy: Record<string, Trouble> = {
  'in one second, a slow worker, a lost event and a sweep': { ...lossAndSweep, expiries: 1 },
  'never shown, a slow worker, a lost event and a sweep': { ...lossAndSweep, expiries: 1, show: 'never' },
};

const long: Record<string, Trouble> = {
  'in one second, everything': all,
  'over two seconds, created against the order of commits, a lost event, a slow worker and a sweep': {
    ...{ ...lossAndSweep, seconds: 2, inverted: true, expiries: 1 },
  },
  'over three seconds, a slow worker and a crash': { seconds: 3, expiries: 1, crashes: 1 },
  'never shown, everything': { ...all, show: 'never' },
  'our own write, a lost event, a slow worker and a sweep': { ...lossAndSweep, expiries: 1, ownWrite: 2 },
};

/** Too much for four changes even in the long check. */
const longest: Record<string, Trouble> = {
  'in one second, two slow workers, two lost events, two sweeps': { losses: 2, listings: 2, expiries: 2 },
};

const every = Object.values<History>(histories);
const brief = every.filter((history) => lastState(history) <= 3);

export const shortCheck = (): Circumstance[] => [
  ...combine(every, light),
  ...combine(brief, pages),
  ...combine(brief, heavy),
];
export const longCheck = (): Circumstance[] => [
  ...combine(every, { ...light, ...pages, ...heavy, ...long }),
  ...combine(brief, longest),
];

function combine(of: readonly History[], troubles: Record<string, Trouble>): Circumstance[] {
  return of.flatMap((history) =>
    Object.entries(troubles)
      .filter(([, { ownWrite = 0 }]) => ownWrite <= lastState(history))
      .map(([name, trouble]) => ({ name: `${history.name}: ${name}`, scenario: scenario(history, trouble) })),
  );
}

function scenario(history: History, trouble: Trouble): Scenario {
  const { seconds = 1, inverted = false, ownWrite = 0, lists = 'as fresh as a read', ...rest } = trouble;
  const { show = ourRule.show, pageProves = ourRule.pageProves, ...budget } = rest;
  // Children are two reads in one proof: the question there is order, and snapshots would only multiply the worlds.
  const rule = { ...ourRule, pageProves, show: history.children ? 'never' : show } as const;
  return { rule, history, budget: { ...calm, ...budget }, seconds, inverted, ownWrite, lists };
}
