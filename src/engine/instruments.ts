import { Counter, Histogram, Registry } from 'prom-client';

/**
 * The counters and histograms of one process. docs/operations/metrics.md lists them, and a test compares that table
 * with this file.
 */
export function createInstruments() {
  const registry = new Registry();
  return { registry, ...ofEvents([registry]), ...ofWork([registry]) };
}

export type Instruments = ReturnType<typeof createInstruments>;

const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800];

function ofEvents(registers: Registry[]) {
  return {
    deliveries: new Counter({
      name: 'lockstep_deliveries_total',
      help: 'Events that came, by the feed that brought them. The reason says why one was refused or ignored',
      labelNames: ['source', 'feed', 'outcome', 'reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'lockstep_delivery_duration_seconds',
      help: 'From the body of a webhook delivery to its answer',
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    recovered: new Counter({
      name: 'lockstep_events_recovered_total',
      help: "Events that Stripe's list brought before any webhook did; a few are on their way and normal",
      labelNames: ['source'],
      registers,
    }),
    shownLag: new Histogram({
      name: 'lockstep_shown_lag_seconds',
      help: "From an event's time at Stripe, in whole seconds, to its row",
      labelNames: ['source'],
      buckets: LAG_BUCKETS,
      registers,
    }),
    provenLag: new Histogram({
      name: 'lockstep_proven_lag_seconds',
      help: 'From the first hint at an object to its proof',
      labelNames: ['source'],
      buckets: LAG_BUCKETS,
      registers,
    }),
  };
}

function ofWork(registers: Registry[]) {
  return {
    proofs: new Counter({
      name: 'lockstep_proofs_total',
      help: 'Reads of marked objects, by how they ended',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    requests: new Counter({
      name: 'lockstep_stripe_requests_total',
      help: "Requests to Stripe, by the status of the answer; for 429 also Stripe's reason",
      labelNames: ['source', 'status', 'limited_reason'],
      registers,
    }),
    requestDuration: new Histogram({
      name: 'lockstep_stripe_request_duration_seconds',
      help: 'From sending a request to Stripe to its answer',
      labelNames: ['source'],
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    drift: new Counter({
      name: 'lockstep_drift_found_total',
      help: 'Differences that a sweep found. Each is read again and repaired',
      labelNames: ['source', 'type', 'cause'],
      registers,
    }),
    hookRuns: new Counter({
      name: 'lockstep_hook_runs_total',
      help: 'Runs of hooks in this process, by how they ended',
      labelNames: ['hook', 'outcome'],
      registers,
    }),
    hookDuration: new Histogram({
      name: 'lockstep_hook_duration_seconds',
      help: 'How long a run of a hook took',
      labelNames: ['hook'],
      buckets: REQUEST_BUCKETS,
      registers,
    }),
  };
}
