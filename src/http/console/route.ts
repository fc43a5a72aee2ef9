import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import type { Audit, Done } from '../../operate/console/audit.js';
import type { Jobs } from '../../operate/console/jobs.js';
import type { Operator } from '../../operate/console/sessions.js';
import type { Reports } from '../../operate/reports.js';

/** What the rows of the console need. */
export interface ConsoleParts {
  engine: Engine;
  reports: Reports;
  audit: Audit;
  jobs: Jobs;
}

/** A route of the console that only reads. Its question is in the query. */
export interface LookRoute {
  method: 'GET';
  /** Below `/console/api`. */
  path: string;
  asked: v.GenericSchema;
  answer(parts: ConsoleParts, asked: unknown, who: Operator): Promise<unknown>;
}

/** A route that changes something, or shows personal data. It needs the role `act`, and it has an entry in the audit. */
export interface ActRoute {
  method: 'POST';
  path: string;
  asked: v.GenericSchema;
  /** What the audit calls it. */
  action: string;
  target(asked: unknown): string;
  answer(parts: ConsoleParts, asked: unknown, who: Operator): Promise<Done<unknown>>;
}

export type ConsoleRoute = LookRoute | ActRoute;

/** Longer than any id or type of Stripe's. */
const TEXT_MAX = 255;
/** An id or a name. No such text has a control character or an unpaired surrogate, which no database can hold. */
export const Text = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(TEXT_MAX),
  v.regex(/^[^\p{Cc}\p{Cs}]*$/u, 'It must not contain control characters'),
);
/** A number in a query. */
export const Whole = (max: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(0), v.maxValue(max));
export const Note = v.optional(v.pipe(v.string(), v.maxLength(500)));
/** A moment in a query: as JSON has it. */
export const Moment = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);
/** `true` or `false` in a query. */
export const Flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

export function look<Asked>(
  path: string,
  asked: v.GenericSchema<unknown, Asked>,
  answer: (parts: ConsoleParts, asked: Asked, who: Operator) => Promise<unknown>,
): LookRoute {
  return { method: 'GET', path, asked, answer: (parts, given, who) => answer(parts, given as Asked, who) };
}

export function act<Asked>(
  path: string,
  asked: v.GenericSchema<unknown, Asked>,
  { action, target }: { action: string; target: (asked: Asked) => string },
  answer: (parts: ConsoleParts, asked: Asked, who: Operator) => Promise<Done<unknown>>,
): ActRoute {
  return {
    method: 'POST',
    path,
    asked,
    action,
    target: (given) => target(given as Asked),
    answer: (parts, given, who) => answer(parts, given as Asked, who),
  };
}
