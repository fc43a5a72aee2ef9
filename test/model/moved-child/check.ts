import { explore, type Exploration, type Step } from '../explore.js';

/**
 * A child that moves from one parent to another, proven from each parent on its own. Keyed by its id alone, two
 * proofs fight over one row; keyed by parent and child they cannot.
 */
export function checkMovedChild(key: 'child' | 'parent and child', moves: number): Exploration {
  return explore({
    initial: {
      ...{ parent: 0, moved: 0, row: 0 },
      ...{ events: [0, 0], marks: [1, 1], workers: [idle(), idle()], rows: [0, 0] },
    },
    steps: [move(moves), hint, claim, read, key === 'child' ? writeByChild : writeByParent],
    invariants: [
      {
        name: 'at rest, the child is where Stripe has it',
        broken: (world: World) => {
          if (!atRest(world, moves)) return undefined;
          const seen = key === 'child' ? [1, 2].map((owner) => (world.row === owner ? 1 : 0)) : world.rows;
          const should = [0, 1].map((parent) => (parent === world.parent ? 1 : 0));
          return seen.join() === should.join()
            ? undefined
            : `the rows say ${seen.join()}, Stripe says ${should.join()}`;
        },
      },
    ],
    copy: (world) => structuredClone(world),
    pack: (world) => JSON.stringify(world),
    unpack: (packed) => JSON.parse(packed) as World,
    atRest: (world) => atRest(world, moves),
  });
}

interface World {
  /** The parent that has the child, 0 or 1, and how often it moved. */
  parent: number;
  moved: number;
  /** Events under way that hint at each parent. */
  events: number[];
  /** 0: unmarked; 1: marked. A hint during a claim makes the claim unable to clear. */
  marks: number[];
  workers: { at: number; saw: number; clears: number }[];
  /** Keyed by the child: 0 no row, else 1 + its parent. Keyed by both: one cell for each parent. */
  row: number;
  rows: number[];
}

const NAMES = ['P', 'Q'];
const At = { idle: 0, claimed: 1, read: 2 } as const;
const idle = () => ({ at: At.idle as number, saw: 0, clears: 0 });

const atRest = ({ moved, events, marks, workers }: World, moves: number): boolean =>
  moved === moves && [...events, ...marks].every((count) => count === 0) && workers.every(({ at }) => at === At.idle);

const parents = (holds: (parent: number) => boolean): number[] => [0, 1].filter(holds);

const move = (moves: number): Step<World> => ({
  choices: ({ moved }) => (moved < moves ? [0] : []),
  take: (world) => {
    world.parent = 1 - world.parent;
    world.moved++;
    world.events = world.events.map((count) => count + 1);
  },
  say: ({ parent }) => `the child moves to ${NAMES[1 - parent] ?? ''}`,
});

const hint: Step<World> = {
  choices: ({ events }) => parents((parent) => (events[parent] ?? 0) > 0),
  take: (world, parent) => {
    world.events[parent] = (world.events[parent] ?? 0) - 1;
    world.marks[parent] = 1;
    workerOf(world, parent).clears = 0;
  },
  say: (_, parent) => `${NAMES[parent] ?? ''} is marked`,
};

const claim: Step<World> = {
  choices: (world) => parents((parent) => world.marks[parent] === 1 && workerOf(world, parent).at === At.idle),
  take: (world, parent) => void Object.assign(workerOf(world, parent), { at: At.claimed, saw: 0, clears: 1 }),
  say: (_, parent) => `a worker claims ${NAMES[parent] ?? ''}`,
};

const read: Step<World> = {
  choices: (world) => parents((parent) => workerOf(world, parent).at === At.claimed),
  take: (world, parent) =>
    void Object.assign(workerOf(world, parent), { at: At.read, saw: world.parent === parent ? 1 : 0 }),
  say: (world, parent) => `${NAMES[parent] ?? ''} is read, ${world.parent === parent ? 'with' : 'without'} the child`,
};

const write = (put: (world: World, parent: number, saw: number) => void): Step<World> => ({
  choices: (world) => parents((parent) => workerOf(world, parent).at === At.read),
  take: (world, parent) => {
    const { saw, clears } = workerOf(world, parent);
    put(world, parent, saw);
    if (clears === 1) world.marks[parent] = 0;
    world.workers[parent] = idle();
  },
  say: (_, parent) => `the children of ${NAMES[parent] ?? ''} are written`,
});

const writeByChild = write((world, parent, saw) => {
  if (saw === 1) world.row = parent + 1;
  else if (world.row === parent + 1) world.row = 0;
});

const writeByParent = write((world, parent, saw) => void (world.rows[parent] = saw));

function workerOf(world: World, parent: number): World['workers'][number] {
  const worker = world.workers[parent];
  if (!worker) throw new Error(`no worker for parent ${parent}`);
  return worker;
}
