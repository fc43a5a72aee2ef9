import * as v from 'valibot';
import { ranges, readPlots, type Range } from '../../operate/console/samples.js';
import { readRelated } from '../../operate/console/related.js';
import { settingsOf } from '../../operate/console/settings.js';
import { driftRows } from './drift-rows.js';
import { eventRows } from './event-rows.js';
import { jobRows } from './job-rows.js';
import { objectRows } from './object-rows.js';
import { look, Text, Whole, type ConsoleRoute } from './route.js';

const none = v.strictObject({});
const AuditQuery = v.strictObject({
  target: v.optional(Text),
  who: v.optional(Text),
  before: v.optional(Whole(Number.MAX_SAFE_INTEGER)),
  limit: v.optional(Whole(200), '100'),
});
const RangeQuery = v.strictObject({ range: v.picklist(Object.keys(ranges) as Range[]) });

/** Every route of the console below `/console/api`, besides the session and the live values. */
export const consoleRows: readonly ConsoleRoute[] = [
  look('/status', none, ({ reports }) => reports.status()),
  look('/refused', none, ({ reports }) => reports.refused()),
  look('/plots', RangeQuery, ({ engine }, { range }) => readPlots(engine.database, engine.clock, range)),
  look('/related', v.strictObject({ id: Text }), ({ engine }, { id }) =>
    readRelated(engine.database, engine.config.mirrorSchema, id),
  ),
  look('/settings', none, ({ engine }) => Promise.resolve(settingsOf(engine.config))),
  look('/audit', AuditQuery, ({ audit }, filter) => audit.list(filter)),
  ...objectRows,
  ...eventRows,
  ...driftRows,
  ...jobRows,
];
