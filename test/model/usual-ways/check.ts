import { explore, type Exploration, type Step } from '../explore.js';
import type { Circumstances, Way } from './ways.js';
import {
  CHANGES,
  copyWorld,
  firstWorld,
  HandlerAt,
  idle,
  packWorld,
  unpackWorld,
  type Handler,
  type World,
} from './world.js';

/** Visits every interleaving of three changes, their events and two handlers. */
export function checkWay(way: Way, circumstances: Circumstances): Exploration {
  return explore({
    initial: firstWorld(circumstances.crashes),
    steps: [change(circumstances), take(way), read(way), write(way), crash],
    invariants: [
      {
        name: 'at rest, the mirror equals Stripe',
        broken: (world: World) =>
          atRest(world) && world.row.state !== CHANGES
            ? `the row is state ${world.row.state}, Stripe is in state ${CHANGES}`
            : undefined,
      },
    ],
    copy: copyWorld,
    pack: packWorld,
    unpack: unpackWorld,
    atRest,
  });
}

const atRest = ({ source, deliveries, handlers }: World): boolean =>
  source === CHANGES && deliveries.every((left) => left === 0) && handlers.every(({ at }) => at === HandlerAt.idle);

const handlersAt = ({ handlers }: World, at: number): number[] =>
  [0, 1].filter((index) => handlers[index as 0 | 1].at === at);

const set = (world: World, index: number, handler: Partial<Handler>) =>
  void Object.assign(world.handlers[index as 0 | 1], handler);

const change = ({ created, deliveries }: Circumstances): Step<World> => ({
  choices: ({ source }) => (source < CHANGES ? [0] : []),
  take: (world) => {
    world.created[world.source + 1] = created[world.source] ?? 0;
    world.source++;
    world.deliveries[world.source] = deliveries;
  },
  say: ({ source }) => `Stripe goes to state ${source + 1}, created second ${created[source] ?? 0}`,
});

const take = (way: Way): Step<World> => ({
  choices: (world) =>
    handlersAt(world, HandlerAt.idle).length === 0
      ? []
      : [1, 2, 3].filter((event) => (world.deliveries[event] ?? 0) > 0),
  take: (world, event) => {
    const [index = 0] = handlersAt(world, HandlerAt.idle);
    world.deliveries[event] = (world.deliveries[event] ?? 0) - 1;
    const snapshot = way.takes === 'the snapshot';
    const drawn = way.version === 'before the read' ? ++world.moment : 0;
    const version = way.version === 'created' ? (world.created[event] ?? 0) : drawn;
    set(world, index, {
      at: snapshot ? HandlerAt.read : HandlerAt.started,
      event,
      read: snapshot ? event : 0,
      version,
    });
  },
  say: (_, event) => `event ${event} is answered with 2xx and handled`,
});

const read = (way: Way): Step<World> => ({
  choices: (world) => handlersAt(world, HandlerAt.started),
  take: (world, index) => set(world, index, { at: HandlerAt.read, read: world.source, ...drawAfter(way) }),
  say: ({ source, handlers }, index) => `the handler of event ${handlers[index as 0 | 1].event} reads state ${source}`,
});

/** The version of these ways is the moment the read has ended, which is known when it is written. */
const drawAfter = (way: Way): Partial<Handler> => (way.version === 'after the read' ? { version: -1 } : {});

const write = (way: Way): Step<World> => ({
  choices: (world) => handlersAt(world, HandlerAt.read),
  take: (world, index) => {
    const handler = world.handlers[index as 0 | 1];
    const version = handler.version < 0 ? ++world.moment : handler.version;
    const { row } = world;
    const newer = way.writes === 'if newer' ? row.version < version : row.version <= version;
    if (row.state === 0 || way.writes === 'always' || newer) Object.assign(row, { state: handler.read, version });
    set(world, index, idle());
  },
  say: ({ handlers }, index) => {
    const { event, read: state } = handlers[index as 0 | 1];
    return `the handler of event ${event} writes state ${state} if it may`;
  },
});

const crash: Step<World> = {
  choices: (world) => (world.crashes > 0 ? [0, 1].filter((index) => world.handlers[index as 0 | 1].at > 0) : []),
  take: (world, index) => {
    world.crashes--;
    set(world, index, idle());
  },
  say: ({ handlers }, index) => `the handler of event ${handlers[index as 0 | 1].event} crashes`,
};
