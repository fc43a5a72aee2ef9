import { Gauge, Registry } from 'prom-client';

/**
 * What `/metrics` says of the mirror, of which every process on a database says the same. docs/operations/metrics.md
 * lists it, and a test compares that table with this file.
 *
 * A time is in seconds since 1970. It is 0 if what it is about never happened, or is not the case.
 */
export function createGauges() {
  const registry = new Registry();
  return { registry, ...ofMirror([registry]), ...ofFeeds([registry]), ...ofWork([registry]) };
}

export type Gauges = ReturnType<typeof createGauges>;

function ofMirror(registers: Registry[]) {
  return {
    buildInfo: new Gauge({
      name: 'lockstep_build_info',
      help: "1; Lockstep's version, Stripe's API version, and the kind of database",
      labelNames: ['version', 'api_version', 'database'],
      registers,
    }),
    databaseUp: new Gauge({
      name: 'lockstep_database_up',
      help: '1 if an event could be stored now, else 0; then the gauges of the mirror have their last values',
      registers,
    }),
    factsAt: new Gauge({
      name: 'lockstep_facts_timestamp_seconds',
      help: 'When the gauges of the mirror were last read from the database',
      registers,
    }),
    state: new Gauge({
      name: 'lockstep_state',
      help: '1 for the state of the mirror, as /readyz says it, and 0 for the others',
      labelNames: ['state'],
      registers,
    }),
    unproven: new Gauge({
      name: 'lockstep_objects_unproven',
      help: 'Objects that something hinted at and that were not read since, dead letters included',
      labelNames: ['source', 'type'],
      registers,
    }),
    dead: new Gauge({
      name: 'lockstep_objects_dead',
      help: 'Dead letters: objects whose reading kept failing',
      labelNames: ['source', 'type'],
      registers,
    }),
    oldest: new Gauge({
      name: 'lockstep_oldest_unproven_timestamp_seconds',
      help: 'Since when the oldest object waits that is not a dead letter; 0: nothing waits',
      labelNames: ['source'],
      registers,
    }),
    inboxBytes: new Gauge({
      name: 'lockstep_inbox_bytes',
      help: 'Size of the stored events with their indexes',
      registers,
    }),
  };
}

function ofFeeds(registers: Registry[]) {
  return {
    webhookAt: new Gauge({
      name: 'lockstep_webhook_last_success_timestamp_seconds',
      help: 'When a webhook delivery was last accepted',
      labelNames: ['source'],
      registers,
    }),
    pollAt: new Gauge({
      name: 'lockstep_poll_last_success_timestamp_seconds',
      help: "When Stripe's list of events was last read to its end",
      labelNames: ['source'],
      registers,
    }),
    window: new Gauge({
      name: 'lockstep_event_window_seconds',
      help: "How long ago the moment was up to which Stripe's list of events was read. Stripe lists 2,592,000 seconds",
      labelNames: ['source'],
      registers,
    }),
    reachable: new Gauge({
      name: 'lockstep_stripe_reachable',
      help: '0 if Stripe did not answer the last request, else 1',
      labelNames: ['source'],
      registers,
    }),
    budget: new Gauge({
      name: 'lockstep_stripe_budget_ratio',
      help: 'Requests a second to Stripe in the last minute, as a share of what is allowed',
      labelNames: ['source'],
      registers,
    }),
    sweptAt: new Gauge({
      name: 'lockstep_sweep_last_success_timestamp_seconds',
      help: 'When the last sweep of a type began that ended well, for the types that are scheduled',
      labelNames: ['source', 'type'],
      registers,
    }),
    verifiedAt: new Gauge({
      name: 'lockstep_verify_last_success_timestamp_seconds',
      help: 'The moment of which every scheduled type is known to be equal to Stripe, by a sweep or by verify',
      labelNames: ['source'],
      registers,
    }),
  };
}

function ofWork(registers: Registry[]) {
  return {
    paused: new Gauge({
      name: 'lockstep_paused_info',
      help: '1 if the reading of objects is paused: by Lockstep itself, or by an operator',
      labelNames: ['by'],
      registers,
    }),
    processes: new Gauge({
      name: 'lockstep_processes',
      help: 'Processes that gave a sign of life in the last 30 seconds',
      registers,
    }),
    workers: new Gauge({
      name: 'lockstep_workers',
      help: 'Processes that read marked objects from Stripe, and gave a sign of life in the last 30 seconds',
      registers,
    }),
    hooksWaiting: new Gauge({
      name: 'lockstep_hooks_waiting',
      help: 'Runs of hooks that are still to be made',
      registers,
    }),
    hooksDead: new Gauge({
      name: 'lockstep_hooks_dead',
      help: 'Runs of hooks that kept failing',
      registers,
    }),
  };
}
