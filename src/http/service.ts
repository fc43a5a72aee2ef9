import type { Engine } from '../engine/engine.js';
import type { Log } from '../kernel/log.js';
import type { Metrics } from '../operate/metrics/metrics.js';
import type { Authorize } from './api/user-route.js';
import type { Identify } from './caller.js';
import type { ReadinessCheck } from './readiness.js';
import type { WaitingBytes } from './waiting-bytes.js';

/** What the routes share. */
export interface Service {
  engine: Engine;
  identify: readonly Identify[];
  authorize: Authorize;
  log: Log;
  /** Bounds the deliveries that are not stored yet. */
  waiting: WaitingBytes;
  readiness: ReadinessCheck;
  metrics: Metrics;
  /** Opens the metrics and nothing else. */
  metricsToken: string | undefined;
  /** The OpenAPI document. */
  document: object;
}

/** The parameters in the path of a request, by name. */
export type PathParameters = Readonly<Record<string, string | undefined>>;
