/**
 * The usual ways to keep a mirror: each delivery of an event is handled on its own, by one of two handlers, and
 * forgotten. The object's states are 1, 2, 3; change i makes state i and event i.
 */
export interface World {
  source: number;
  readonly created: number[];
  /** How often event i may still be delivered. */
  readonly deliveries: number[];
  readonly handlers: readonly [Handler, Handler];
  /** The mirror: the state it shows and the version it compares by. */
  readonly row: { state: number; version: number };
  /** Counts moments, for the ways that draw their own versions. */
  moment: number;
  crashes: number;
}

export interface Handler {
  at: number;
  event: number;
  read: number;
  version: number;
}

export const HandlerAt = { idle: 0, started: 1, read: 2 } as const;

export const CHANGES = 3;

export const idle = (): Handler => ({ at: HandlerAt.idle, event: 0, read: 0, version: 0 });

const none = () => Array.from({ length: CHANGES + 1 }, () => 0);

export const firstWorld = (crashes: number): World => ({
  source: 0,
  created: none(),
  deliveries: none(),
  handlers: [idle(), idle()],
  row: { state: 0, version: 0 },
  moment: 0,
  crashes,
});

export const copyWorld = (world: World): World => structuredClone(world);

export const packWorld = (world: World): string => JSON.stringify(world);

export const unpackWorld = (packed: string): World => JSON.parse(packed) as World;
