import * as v from 'valibot';
import { createReports, type Reports } from '../operate/reports.js';
import { Time, type OperatedEngine, type OperationRoute } from './operations.js';

/**
 * The routes of the commands that only read. With an embedded database they are the only way to it while a service
 * runs.
 */
type ReportRoute<Asked, Result> = OperationRoute<Asked, never, Result>;

const nothing = v.strictObject({});
type Nothing = v.InferOutput<typeof nothing>;
const ById = v.strictObject({ id: v.string() });
const EventFilters = v.strictObject({
  type: v.optional(v.string()),
  object: v.optional(v.string()),
  ignored: v.optional(v.boolean()),
  since: v.optional(Time),
  before: v.optional(Time),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
});

/** Every field of a report that is a time. */
const times = [
  'at',
  'since',
  'heldSince',
  'failingSince',
  'disabledAt',
  'provenAt',
  'oldestAt',
  'acceptedAt',
  'polledAt',
  'cursorAt',
  'boundAt',
  'startedAt',
  'seenAt',
  'lastAt',
  'webhookAt',
  'pollAt',
  'appliedAt',
  'createdAt',
  'receivedAt',
  'asOf',
  'hintedAt',
  'dueAt',
  'madeAt',
  'deadSince',
  'leasedUntil',
  'finishedAt',
  'until',
  'foundAt',
  'repairedAt',
] as const;

function reportRoute<Asked, Result>(
  name: string,
  asked: v.GenericSchema<unknown, Asked>,
  read: (reports: Reports, asked: Asked) => Promise<Result>,
): ReportRoute<Asked, Result> {
  return {
    method: 'POST',
    path: `/v1/operations/${name}`,
    caller: 'operator',
    asked,
    times,
    run: ({ database, config, clock }: OperatedEngine, given) =>
      read(createReports({ database, config, clock }), given),
  };
}

export const reportRoutes = {
  status: reportRoute('status', nothing, (reports, _: Nothing) => reports.status()),
  examine: reportRoute('examine', nothing, (reports, _: Nothing) => reports.examine()),
  migrations: reportRoute('migrations', nothing, (reports, _: Nothing) => reports.migrations()),
  events: reportRoute('events', EventFilters, (reports, filter) => reports.events(filter)),
  event: reportRoute('event', ById, (reports, { id }) => reports.event(id)),
  refused: reportRoute('refused', nothing, (reports, _: Nothing) => reports.refused()),
  explain: reportRoute('explain', ById, (reports, { id }) => reports.explain(id)),
  duplicates: reportRoute('duplicates', nothing, (reports, _: Nothing) => reports.duplicates()),
} as const;
