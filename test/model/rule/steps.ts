import type { Step } from '../explore.js';
import { ABSENT, lastState } from './history.js';
import { applyListing, Decision, decideListing, showSnapshot, writeProof } from './mirror.js';
import { pageSteps, statesOfLists } from './pages.js';
import type { Scenario } from './scenario.js';
import { EventAt, ListingAt, nextGeneration, resetWorker, setMark, WorkerAt, type World } from './world.js';

/** Everything that can happen, each a committed transaction or a single request. */
export function stepsOf(scenario: Scenario): Step<World>[] {
  return [
    ...sourceSteps(scenario),
    ...deliverySteps(scenario),
    ...proofSteps(scenario),
    ...pageSteps(scenario),
    ...listingSteps(scenario),
  ];
}

const once = (possible: boolean, choice = 0): number[] => (possible ? [choice] : []);

/** The changes, events or workers for which something holds. */
function which(list: readonly unknown[], holds: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let index = 0; index < list.length; index++) if (holds(index)) found.push(index);
  return found;
}

function sourceSteps({ history, seconds, inverted }: Scenario): Step<World>[] {
  const last = lastState(history);
  const change = (world: World, created: number) => {
    world.source++;
    world.created[world.source] = created;
    world.events[world.source] = EventAt.underway;
  };
  return [
    {
      choices: ({ source, second }) => {
        if (source === last) return [];
        return inverted && second > 1 ? [second, second - 1] : [second];
      },
      take: change,
      say: ({ source }, created) =>
        `Stripe's state ${source} (${history.states[source] ?? ABSENT}) becomes ${source + 1} (${history.states[source + 1] ?? ABSENT}), created second ${created}`,
    },
    {
      choices: ({ source, second }) => once(second < seconds && source < last),
      take: (world) => void world.second++,
      say: ({ second }) => `the clock goes to second ${second + 1}`,
    },
  ];
}

function deliverySteps(scenario: Scenario): Step<World>[] {
  const { rule, ownWrite } = scenario;
  const underway = ({ events }: World) => which(events, (event) => events[event] === EventAt.underway);
  const mark = (world: World, event: number) => {
    const drawn = world.drawn[event] ?? 0;
    world.drawn[event] = 0;
    const kept =
      rule.remark === 'nothing' || (rule.draw === 'before the lock, the greatest stays' && world.mark > drawn);
    setMark(world, world.mark > 0 && kept ? world.mark : drawn || nextGeneration(world));
  };
  const accept = (world: World, event: number) => {
    world.events[event] = EventAt.stored;
    mark(world, event);
    if (rule.showIn === 'a transaction of its own') world.showDue[event] = 1;
    else showSnapshot(scenario, world, event);
  };
  const early = rule.draw !== 'under the lock';
  const acceptable = (world: World, event: number) => {
    const at = world.events[event];
    if (rule.answer === 'before commit') return at === EventAt.answeredOnly;
    return at === EventAt.underway && (!early || (world.drawn[event] ?? 0) > 0);
  };
  return [
    {
      choices: (world) => which(world.events, (event) => acceptable(world, event)),
      take: accept,
      say: (_, event) => `event ${event} is stored and its object marked`,
    },
    {
      choices: (world) => (early ? underway(world).filter((event) => (world.drawn[event] ?? 0) === 0) : []),
      take: (world, event) => void (world.drawn[event] = nextGeneration(world)),
      say: (_, event) => `a generation is drawn for event ${event}`,
    },
    {
      choices: (world) => (rule.answer === 'before commit' ? underway(world) : []),
      take: (world, event) => void (world.events[event] = EventAt.answeredOnly),
      say: (_, event) => `event ${event} is answered with 2xx, not yet stored`,
    },
    {
      choices: ({ events, left }) =>
        left.crashes > 0 ? which(events, (event) => events[event] === EventAt.answeredOnly) : [],
      take: (world, event) => {
        world.left.crashes--;
        // Stripe counts it as delivered and will not send it again.
        world.events[event] = EventAt.stored;
      },
      say: (_, event) => `the receiver crashes with event ${event}`,
    },
    {
      choices: (world) =>
        world.left.losses > 0 ? underway(world).filter((event) => (world.drawn[event] ?? 0) === 0) : [],
      take: (world, event) => {
        world.left.losses--;
        world.events[event] = EventAt.lost;
      },
      say: (_, event) => `event ${event} is lost for ever`,
    },
    {
      choices: ({ events, left }) => {
        if (rule.duplicate === 'is ignored' || left.duplicates === 0) return [];
        return which(events, (event) => events[event] === EventAt.stored);
      },
      take: (world, event) => {
        world.left.duplicates--;
        showSnapshot(scenario, world, event);
      },
      say: (_, event) => `event ${event} arrives again and is shown`,
    },
    {
      choices: ({ showDue }) => which(showDue, (event) => showDue[event] === 1),
      take: (world, event) => {
        world.showDue[event] = 0;
        showSnapshot(scenario, world, event);
      },
      say: (_, event) => `event ${event} is shown`,
    },
    {
      choices: ({ source, seen }) => once(ownWrite > 0 && source >= ownWrite && seen.ownGeneration === 0),
      take: (world) => {
        const generation = nextGeneration(world);
        setMark(world, generation);
        world.seen.ownGeneration = generation;
      },
      say: () => `our own write ${ownWrite} has returned: its object is marked`,
    },
  ];
}

function proofSteps(scenario: Scenario): Step<World>[] {
  const { rule, history } = scenario;
  const workersAt = ({ workers }: World, at: number) => which(workers, (worker) => workers[worker]?.at === at);
  const lateMemory = rule.remember === 'after the read';
  const lastRead = history.children ? WorkerAt.readChildren : WorkerAt.read;
  const beforeToken = lateMemory ? WorkerAt.remembered : lastRead;
  const beforeWrite = rule.token === 'checked before the write' ? WorkerAt.checked : beforeToken;
  const workerOf = (world: World, index: number) => world.workers[index as 0 | 1];
  const mayWrite = (world: World, index: number) => rule.token !== 'checked in the write' || world.owner === index + 1;
  const reader = (world: World, index: number) => `the worker that read ${stateOf(workerOf(world, index).read)}`;
  const stateOf = (state: number) => `state ${state} (${history.states[state] ?? ABSENT})`;
  return [
    {
      choices: (world) => {
        const free = world.mark > 0 && (world.owner === 0 || world.expired === 1);
        return free ? workersAt(world, WorkerAt.idle).slice(0, 1) : [];
      },
      take: (world, index) => {
        world.owner = index + 1;
        world.expired = 0;
        workerOf(world, index).at = WorkerAt.claimed;
        workerOf(world, index).generation = lateMemory ? 0 : world.mark;
      },
      say: () => 'a worker claims the object',
    },
    {
      choices: (world) => workersAt(world, WorkerAt.claimed),
      take: (world, index) => {
        const worker = workerOf(world, index);
        worker.at = WorkerAt.read;
        worker.read = worker.children = world.source;
        worker.readSecond = world.second;
      },
      say: ({ source }) => `the worker that claimed reads ${stateOf(source)}`,
    },
    {
      choices: (world) => (history.children ? workersAt(world, WorkerAt.read) : []),
      take: (world, index) => {
        workerOf(world, index).at = WorkerAt.readChildren;
        workerOf(world, index).children = world.source;
      },
      say: (world, index) => `${reader(world, index)} reads the children of ${stateOf(world.source)}`,
    },
    {
      choices: (world) => (lateMemory ? workersAt(world, lastRead) : []),
      take: (world, index) => {
        workerOf(world, index).at = WorkerAt.remembered;
        workerOf(world, index).generation = world.mark;
      },
      say: (world, index) => `${reader(world, index)} notes the mark's generation`,
    },
    {
      choices: (world) => (rule.token === 'checked before the write' ? workersAt(world, beforeToken) : []),
      take: (world, index) => {
        if (world.owner === index + 1) workerOf(world, index).at = WorkerAt.checked;
        else resetWorker(workerOf(world, index));
      },
      say: (world, index) => `${reader(world, index)} checks its token`,
    },
    {
      choices: (world) => workersAt(world, beforeWrite),
      take: (world, index) => {
        const worker = workerOf(world, index);
        if (mayWrite(world, index)) writeProof(scenario, world, worker);
        if (world.owner === index + 1) world.owner = world.expired = 0;
        resetWorker(worker);
      },
      say: (world, index) =>
        `${reader(world, index)} ${mayWrite(world, index) ? 'ends its proof' : 'finds its token gone'}`,
    },
    {
      choices: (world) =>
        world.left.crashes > 0 ? which(world.workers, (index) => workerOf(world, index).at > 0) : [],
      take: (world, index) => {
        world.left.crashes--;
        resetWorker(workerOf(world, index));
        if (world.owner === index + 1) world.owner = 3;
      },
      say: (world, index) =>
        world.owner === index + 1 ? 'the worker that holds the claim crashes' : 'a worker without a claim crashes',
    },
    {
      // The lease of a crashed worker always ends; that of a living one only if it is slow.
      choices: ({ owner, expired, left }) => once(expired === 0 && (owner === 3 || (owner > 0 && left.expiries > 0))),
      take: (world) => {
        if (world.owner !== 3) world.left.expiries--;
        world.expired = 1;
      },
      say: () => 'the lease of the claim runs out',
    },
  ];
}

function listingSteps(scenario: Scenario): Step<World>[] {
  const { rule, history } = scenario;
  const early = rule.compare === 'before it is applied';
  const ready = early ? ListingAt.compared : ListingAt.read;
  return [
    {
      choices: (world) =>
        world.listing.at === ListingAt.idle && world.left.listings > 0 ? statesOfLists(scenario, world) : [],
      take: (world, read) => {
        world.left.listings--;
        const final = read === lastState(history) ? 1 : 0;
        world.listing = { at: ListingAt.read, read, readSecond: world.second, final, decided: 0 };
      },
      say: (_, read) => `a listing reads state ${read} (${history.states[read] ?? ABSENT})`,
    },
    {
      choices: ({ listing }) => once(early && listing.at === ListingAt.read),
      take: (world) => {
        world.listing.decided = decideListing(scenario, world);
        world.listing.at = ListingAt.compared;
      },
      say: () => 'the listing compares itself with the mirror',
    },
    {
      choices: ({ listing }) => once(listing.at === ready),
      take: (world) => {
        const decision = early ? (world.listing.decided as Decision) : decideListing(scenario, world);
        applyListing(scenario, world, decision);
        world.seen.swept = Math.max(world.seen.swept, world.listing.final);
        world.listing = { at: ListingAt.idle, read: 0, readSecond: 0, final: 0, decided: 0 };
      },
      say: (world) =>
        `the listing is applied: ${DECISIONS[early ? world.listing.decided : decideListing(scenario, world)] ?? ''}`,
    },
  ];
}

const DECISIONS = [
  'nothing to do',
  'the object is inserted if absent',
  'the object is marked',
  'the row is overwritten',
];
