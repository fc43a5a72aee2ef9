import type { Json } from '../state/rows.js';
import type { Store } from '../state/store.js';
import type { Unit } from '../state/unit.js';
import type { EventRow } from '../nouns/event/row.js';
import type { Params, Values } from './params.js';

/** What operations may ask of the delivery of events. */
export interface EndpointDeliveries {
  /** The version that events are rendered in. */
  readonly apiVersion: string;
  /** Sends an event again, to all endpoints or one. */
  resend(event: EventRow, store: Store, endpoint?: string): void;
  /** Opens a socket session of the official command line. */
  openSession(secret: string, features: readonly string[]): { id: string; secret: string };
}

/** One call being answered. */
export interface OperationCall<P extends Params = Params> {
  unit: Unit;
  /** The parts of the address, e.g. `{ id: 'cus_…' }`. */
  at: Readonly<Record<string, string>>;
  params: Values<P>;
  /** What kind of key the caller has; a publishable one sees and does little. */
  key: 'secret' | 'publishable';
  deliveries: EndpointDeliveries;
}

export interface Operation {
  verb: 'GET' | 'POST' | 'DELETE';
  /** e.g. `/v1/customers/:id`. */
  path: string;
  params: Params;
  /** May be called with a publishable key; the operation then checks the client secret itself. */
  publishable: boolean;
  /** The day of the version that removed the operation. */
  until?: string;
  /** Its noun's name in Stripe's permissions. Default: as in the address. */
  permission?: string;
  run(call: OperationCall): Json;
}

/** An operation with its parameters' types carried into `run`. `expand` belongs to every call and is not listed. */
export function operation<P extends Params>(
  route: `${Operation['verb']} /v${1 | 2}/${string}`,
  params: P,
  run: (call: OperationCall<P>) => Json,
  more: { publishable?: boolean; until?: string } = {},
): Operation {
  const [verb, path] = route.split(' ') as [Operation['verb'], string];
  const { publishable = false, until } = more;
  return { verb, path, params, publishable, ...(until === undefined ? {} : { until }), run };
}
