import type * as v from 'valibot';
import type { Api } from '../api/api.js';
import type { Operation } from '../api/operation.js';
import type { ClockControl, Emulator } from '../contract.js';
import type { DeliveryLog } from '../delivery/delivery.js';
import type { FaultSwitch } from '../delivery/fault.js';
import type { Fixture } from '../fixture.js';
import type { Droppable, Namespaces } from '../namespaces/namespaces.js';
import type { Json } from '../state/rows.js';
import type { Store } from '../state/store.js';
import type { RequestLog } from './request-log.js';
import { nothing } from './schemas.js';

/** What the routes below `/_emulator/` work on. */
export interface ControlOptions {
  api: Api;
  /** The name of the namespace that it controls; null: the default account. */
  namespace: string | null;
  /** All of the server's. */
  namespaces: Pick<Namespaces<Droppable>, 'drop' | 'find' | 'list' | 'open'>;
  store: Store;
  apiVersion: string;
  persisted: boolean;
  deliveries: DeliveryLog;
  requests: RequestLog;
  faults: FaultSwitch;
  clock: ClockControl;
  operations: readonly Operation[];
  reset: () => void;
  fixture: (fixture: Fixture) => Promise<Json>;
  /** What a test can do in its own process too. */
  test: Pick<Emulator, 'deliverNow' | 'nextIds' | 'requests' | 'signedDelivery'>;
}

/** What a route is asked: the id in its path, and what its schemas let through. */
export interface ControlAsked<Q, B> {
  id: string;
  query: Q;
  body: B;
}

/** One address below `/_emulator/`. */
export interface ControlRoute {
  /** One sentence, for the reference. */
  summary: string;
  query: v.GenericSchema;
  body: v.GenericSchema;
  run(options: ControlOptions, asked: ControlAsked<never, never>): Json | Promise<Json>;
}

type None = typeof nothing;

/** A row of the table of routes. Its work gets what its schemas let through, with their types. */
export function route<Q extends v.GenericSchema = None, B extends v.GenericSchema = None>(
  summary: string,
  { query, body }: { query?: Q; body?: B },
  run: (options: ControlOptions, asked: ControlAsked<v.InferOutput<Q>, v.InferOutput<B>>) => Json | Promise<Json>,
): ControlRoute {
  return { summary, query: query ?? nothing, body: body ?? nothing, run };
}
