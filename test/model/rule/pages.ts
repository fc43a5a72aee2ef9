import type { Step } from '../explore.js';
import { ABSENT, valueOf } from './history.js';
import { isListed, rowValue } from './mirror.js';
import type { Scenario } from './scenario.js';
import { resetWorker, WorkerAt, type World } from './world.js';

/** The object is not on the page, whatever state it is in: the page ended before it, or the list leaves it out. */
const LEFT_OUT = 15;
/** A choice is a worker and what the page shows it. */
const choice = (worker: number, shown: number): number => worker * 16 + shown;
const workerIn = ({ workers }: World, taken: number) => workers[(taken >> 4) as 0 | 1];

/**
 * A page of a list in place of a claimed object's own read. It holds many objects, all of one moment: for each of them it is
 * one read among those that this model tries at every moment, so that one object is enough here.
 */
export function pageSteps(scenario: Scenario): Step<World>[] {
  const { rule, history, lists } = scenario;
  const early = rule.pageAsked === 'before the claim';
  const claimed = ({ workers }: World): number[] =>
    [0, 1].filter((worker) => workers[worker as 0 | 1].at === WorkerAt.claimed);
  const name = (state: number): string => `state ${state} (${history.states[state] ?? ABSENT})`;
  return [
    {
      choices: ({ left, past, source, mark }) => {
        const mayBeBehind = lists === 'a while behind' && left.listings > 0;
        const isMeasured = left.pages > 0 && (lists === 'a while behind' || rule.pageProves === 'what has settled');
        const moves = past.source !== source || past.mark !== mark;
        return (isMeasured || mayBeBehind) && moves ? [0] : [];
      },
      take: (world) => void (world.past = { source: world.source, mark: world.mark }),
      say: ({ source }) => `a page may be behind to this moment, when Stripe is in ${name(source)}`,
    },
    {
      choices: ({ left, page }) => (early && left.pages > 0 && page === 0 ? [0] : []),
      take: (world) => {
        world.left.pages--;
        world.page = world.source + 1;
      },
      say: ({ source }) => `a page is read in ${name(source)}`,
    },
    {
      choices: (world) => {
        if (early) return world.page === 0 ? [] : claimed(world).map((worker) => choice(worker, world.page - 1));
        if (world.left.pages === 0) return [];
        const shown = [...statesOfLists(scenario, world), LEFT_OUT];
        return claimed(world).flatMap((worker) => shown.map((state) => choice(worker, state)));
      },
      take: (world, taken) => {
        if (early) world.page = 0;
        else world.left.pages--;
        readPage(scenario, world, taken);
      },
      say: (world, taken) =>
        (taken & 15) === LEFT_OUT
          ? 'the worker that claimed gets a page without the object'
          : `the worker that claimed gets a page with ${name(taken & 15)}, of an object in ${name(world.source)}`,
    },
  ];
}

/** The states that a page may show that is asked for now. */
export function statesOfLists({ lists }: Scenario, { source, past }: World): number[] {
  const oldest = { 'as fresh as a read': source, 'a while behind': past.source, 'any time behind': 0 }[lists];
  return Array.from({ length: source - oldest + 1 }, (_, index) => oldest + index);
}

function readPage(scenario: Scenario, world: World, taken: number): void {
  const { rule, history } = scenario;
  const worker = workerIn(world, taken);
  const shown = taken & 15;
  const isOnPage = shown !== LEFT_OUT && isListed(history, shown);
  if (isOnPage ? !proves(scenario, world, taken) : rule.notOnPage === 'is left to its own read') {
    if (world.owner === (taken >> 4) + 1) world.owner = world.expired = 0;
    resetWorker(worker);
    return;
  }
  worker.at = WorkerAt.read;
  worker.read = worker.children = isOnPage ? shown : world.source;
  worker.leftOut = isOnPage ? 0 : 1;
  worker.readSecond = world.second;
}

function proves({ rule, history }: Scenario, world: World, taken: number): boolean {
  const { past, row, outlived } = world;
  const shown = taken & 15;
  const wasHinted = workerIn(world, taken).generation !== past.mark;
  // A mark that has outlived no proof is younger than every proof there was.
  const wasRead = outlived === 1;
  switch (rule.pageProves) {
    case 'whatever is claimed':
      return true;
    case 'what equals the row':
      return rowValue(history, row) === valueOf(history, shown, shown);
    case 'what was not hinted at of late':
      return !wasHinted;
    case 'what was not read of late':
      return !wasRead;
    case 'what has settled':
      return !wasHinted && !wasRead;
    default:
      return rule.pageProves satisfies never;
  }
}
