import { explore, type Exploration, type Step } from '../explore.js';

/**
 * A customer is erased while Stripe still has it and reports on one object of it: events that say whose it is and events
 * that do not, a proof, a listing, and a crash of the eraser. At rest, nothing of the object may be left.
 */
export interface ErasureRule {
  readonly name: string;
  /** Whether stubs wait for the transactions that have looked and not yet committed. */
  readonly waits: boolean;
  /** Which writers look for stubs in the transaction that writes. */
  readonly looks: { readonly event: boolean; readonly proof: boolean; readonly listing: boolean };
  /** Whether a listing looks again when it is applied, not only when it is compared. */
  readonly looksAgain: boolean;
  /** The eraser's steps. */
  readonly order: readonly EraserStep[];
  /** Whether a run after a crash removes what has a stub already. */
  readonly removesAgain: boolean;
}

type EraserStep = 'stub the customer' | 'find' | 'stub the object' | 'remove rows' | 'remove bodies';

const ours: ErasureRule = {
  name: 'stubs first, found after them, and every writer looks',
  waits: true,
  looks: { event: true, proof: true, listing: true },
  looksAgain: true,
  order: ['stub the customer', 'find', 'stub the object', 'remove rows', 'remove bodies'],
  removesAgain: true,
};

export const soundErasure: readonly ErasureRule[] = [ours];

const broken = (name: string, change: Partial<ErasureRule>): ErasureRule => ({ ...ours, ...change, name });

export const unsoundErasure: readonly ErasureRule[] = [
  broken('stubs do not wait for writers', { waits: false }),
  broken('events are stored without a look', { looks: { ...ours.looks, event: false } }),
  broken('proofs are written without a look', { looks: { ...ours.looks, proof: false } }),
  broken('listings are applied without a look', { looks: { ...ours.looks, listing: false } }),
  broken('a listing looks only when it is compared', { looksAgain: false }),
  broken('objects are looked for before the customer has its stub', {
    order: ['find', 'stub the customer', 'stub the object', 'remove rows', 'remove bodies'],
  }),
  broken('what is there is removed before the stubs', {
    order: ['find', 'remove rows', 'remove bodies', 'stub the customer', 'stub the object'],
  }),
  broken('a run after a crash passes over what has a stub', { removesAgain: false }),
];

interface World {
  /** The object: its row, its mark, whether the claim of the mark still holds, and a stored body that shows it. */
  row: number;
  mark: number;
  claim: number;
  body: number;
  stubs: { customer: number; object: number };
  /** Events to come: those that say whose the object is, and those that name it alone. */
  events: { whole: number; thin: number };
  listings: number;
  crashes: number;
  /** Transactions under way: what each saw when it looked. */
  accept: { at: number; thin: number; saw: number };
  proof: { at: number; saw: number };
  listing: { at: number; saw: number };
  /** `begun`: a run has been started. `found`: this run knows of the object. */
  eraser: { at: number; begun: number; done: number; found: number };
}

const At = { idle: 0, ready: 1, looked: 2 } as const;

export function checkErasure(rule: ErasureRule): Exploration {
  return explore({
    initial: firstWorld(),
    steps: [...acceptSteps(rule), ...proofSteps(rule), ...listingSteps(rule), ...eraserSteps(rule)],
    invariants: [
      {
        name: 'at rest, nothing of what was erased is left',
        broken: (world: World) => {
          if (!atRest(world) || world.row + world.body === 0) return undefined;
          return world.row === 1 ? 'its row stands' : 'the body of an event stands';
        },
      },
    ],
    copy: (world) => structuredClone(world),
    pack: (world) => JSON.stringify(world),
    unpack: (packed) => JSON.parse(packed) as World,
    atRest,
  });
}

function firstWorld(): World {
  return {
    ...{ row: 0, mark: 0, claim: 0, body: 0, listings: 2, crashes: 1 },
    stubs: { customer: 0, object: 0 },
    events: { whole: 2, thin: 1 },
    accept: { at: At.idle, thin: 0, saw: 0 },
    proof: { at: At.idle, saw: 0 },
    listing: { at: At.idle, saw: 0 },
    eraser: { at: 0, begun: 0, done: 0, found: 0 },
  };
}

const atRest = ({ mark, events, accept, proof, listing, eraser }: World): boolean =>
  eraser.done === 1 && mark + events.whole + events.thin + accept.at + proof.at + listing.at === 0;

const once = (possible: boolean): number[] => (possible ? [0] : []);
const sees = ({ stubs }: World, thin: number): number =>
  stubs.object === 1 || (thin === 0 && stubs.customer === 1) ? 1 : 0;

function acceptSteps({ looks }: ErasureRule): Step<World>[] {
  return [
    {
      choices: ({ accept, events }) =>
        accept.at === At.idle ? [0, 1].filter((thin) => (thin === 1 ? events.thin : events.whole) > 0) : [],
      take: (world, thin) => {
        if (thin === 1) world.events.thin--;
        else world.events.whole--;
        world.accept = { at: At.looked, thin, saw: looks.event ? sees(world, thin) : 0 };
      },
      say: (_, thin) => `an event that ${thin === 1 ? 'names the object alone' : 'says whose it is'} arrives`,
    },
    {
      choices: ({ accept }) => once(accept.at === At.looked),
      take: (world) => {
        const { thin, saw } = world.accept;
        world.accept = { at: At.idle, thin: 0, saw: 0 };
        if (saw === 1) return;
        if (thin === 0) world.body = world.row = 1;
        // No mark is made of what has a stub of its own.
        if (world.stubs.object === 0) world.mark = 1;
      },
      say: ({ accept }) => (accept.saw === 1 ? 'the event is stored without its body' : 'the event is stored'),
    },
  ];
}

function proofSteps({ looks }: ErasureRule): Step<World>[] {
  return [
    {
      choices: ({ mark, proof }) => once(mark === 1 && proof.at === At.idle),
      take: (world) => {
        world.claim = 1;
        world.proof = { at: At.ready, saw: 0 };
      },
      say: () => 'a worker claims the object and reads it',
    },
    {
      choices: ({ proof }) => once(proof.at === At.ready),
      take: (world) => void (world.proof = { at: At.looked, saw: looks.proof ? sees(world, 0) : 0 }),
      say: () => 'the worker locks the mark and looks',
    },
    {
      choices: ({ proof }) => once(proof.at === At.looked),
      take: (world) => {
        const { saw } = world.proof;
        world.proof = { at: At.idle, saw: 0 };
        if (world.claim === 0) return;
        world.claim = world.mark = 0;
        world.row = 1 - saw;
        if (saw === 1) world.stubs.object = 1;
      },
      say: ({ claim, proof }) =>
        claim === 0 ? 'its claim is lost' : proof.saw === 1 ? 'it leaves a stub' : 'it is proven',
    },
  ];
}

function listingSteps({ looks, looksAgain }: ErasureRule): Step<World>[] {
  return [
    {
      choices: ({ listing, listings }) => once(listing.at === At.idle && listings > 0),
      take: (world) => {
        world.listings--;
        world.listing = { at: At.ready, saw: looks.listing ? sees(world, 0) : 0 };
      },
      say: () => 'a listing shows the object and is compared',
    },
    {
      choices: ({ listing }) => once(listing.at === At.ready),
      take: (world) => {
        world.listing.at = At.looked;
        if (looks.listing && looksAgain) world.listing.saw = sees(world, 0);
      },
      say: () => 'its transaction looks',
    },
    {
      choices: ({ listing }) => once(listing.at === At.looked),
      take: (world) => {
        const { saw } = world.listing;
        world.listing = { at: At.idle, saw: 0 };
        if (saw === 1) {
          world.stubs.object = 1;
          world.row = world.mark = world.claim = 0;
        } else if (world.row === 0 && world.mark === 0) world.row = 1;
      },
      say: ({ listing }) => (listing.saw === 1 ? 'the listing leaves a stub' : 'the listing is applied'),
    },
  ];
}

function eraserSteps({ order, waits, removesAgain }: ErasureRule): Step<World>[] {
  const isLooked = ({ accept, proof, listing }: World): boolean =>
    [accept, proof, listing].some(({ at }) => at === At.looked);
  const isStub = (step: EraserStep | undefined): boolean => step === 'stub the customer' || step === 'stub the object';
  // A transaction that has locked the mark is waited for, since the mark is removed with the row.
  const isLocked = (world: World, step: EraserStep | undefined): boolean =>
    step === 'remove rows' && world.proof.at === At.looked;
  return [
    {
      choices: (world) => {
        const step = order[world.eraser.at];
        return once(world.eraser.done === 0 && !(waits && isStub(step) && isLooked(world)) && !isLocked(world, step));
      },
      take: (world) => {
        run(order[world.eraser.at] as EraserStep, world, removesAgain);
        world.eraser.begun = 1;
        world.eraser.at += 1;
        if (world.eraser.at === order.length) world.eraser = { at: 0, begun: 1, done: 1, found: 0 };
      },
      say: ({ eraser }) => `the eraser: ${order[eraser.at] ?? ''}`,
    },
    {
      choices: ({ eraser, crashes }) => once(eraser.done === 0 && eraser.at > 0 && crashes > 0),
      take: (world) => {
        world.crashes--;
        world.eraser = { at: 0, begun: 1, done: 0, found: 0 };
      },
      say: () => 'the eraser is killed, and is run again',
    },
  ];
}

function run(step: EraserStep, world: World, removesAgain: boolean): void {
  const { eraser, stubs } = world;
  switch (step) {
    case 'stub the customer':
      stubs.customer = 1;
      return;
    case 'find':
      eraser.found = world.row === 1 || world.body === 1 || (stubs.object === 1 && removesAgain) ? 1 : 0;
      if (!removesAgain && stubs.object === 1) eraser.found = 0;
      return;
    case 'stub the object':
      if (eraser.found === 1) stubs.object = 1;
      return;
    case 'remove rows':
      if (eraser.found === 1) world.row = world.mark = world.claim = 0;
      return;
    case 'remove bodies':
      if (eraser.found === 1) world.body = 0;
      return;
    default:
      step satisfies never;
  }
}
