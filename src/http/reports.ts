import * as v from 'valibot';
import { createReports, type Reports } from '../operate/reports.js';
import type { OperatedEngine, OperationRoute } from './operations.js';

/**
 * The routes of the commands that only read. With an embedded database they are the only way to it while a service
 * runs.
 */
type ReportRoute<Asked, Result> = OperationRoute<Asked, never, Result>;

const nothing = v.strictObject({});
type Nothing = v.InferOutput<typeof nothing>;

/** Every field of a report that is a time. */
const times = [
  'at',
  'since',
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
} as const;
