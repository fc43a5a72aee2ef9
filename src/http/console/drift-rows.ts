import * as v from 'valibot';
import { causes } from '../../listing/drift/cause.js';
import { muteGroup, readDeadGroups } from '../../operate/console/dead-groups.js';
import { openDrift, readDriftPage } from '../../operate/console/drift-list.js';
import { readHooksPage } from '../../operate/console/hook-list.js';
import { act, Flag, look, Note, Text, Whole, type ConsoleRoute } from './route.js';

const CauseName = v.picklist(causes);
const DriftQuery = v.strictObject({
  cause: v.optional(CauseName),
  type: v.optional(Text),
  open: v.optional(Flag),
  before: v.optional(Whole(Number.MAX_SAFE_INTEGER)),
  limit: v.optional(Whole(200), '100'),
});
const Reason = v.pipe(v.string(), v.maxLength(5_000));
const none = v.strictObject({});

/** What differs, what kept failing, and the hooks. */
export const driftRows: readonly ConsoleRoute[] = [
  look('/drift', DriftQuery, ({ engine }, filter) => readDriftPage(engine.database, filter)),
  act(
    '/drift/repair',
    v.strictObject({ cause: v.optional(CauseName), type: v.optional(Text), note: Note }),
    { action: 'repair drift', target: ({ cause, type }) => [cause, type].filter(Boolean).join(' ') },
    async ({ engine }, { cause, type }) => {
      const keys = await openDrift(engine.database, { cause, type });
      await engine.objects.proveLater(keys);
      return { result: { objects: keys.length }, outcome: `${keys.length} objects are read again` };
    },
  ),
  look('/dead', none, ({ engine }) => readDeadGroups(engine.database, engine.clock.now())),
  act(
    '/dead/retry',
    v.strictObject({ type: v.optional(Text), id: v.optional(Text), reason: v.optional(Reason), note: Note }),
    { action: 'retry dead letters', target: ({ id, type }) => id ?? type ?? '' },
    async ({ engine }, { type, id, reason }) => {
      const retried = await engine.operations.dead.retry({ type, id, reason });
      return { result: { retried }, outcome: `${retried} objects are tried again` };
    },
  ),
  act(
    '/dead/mute',
    v.strictObject({
      type: Text,
      reason: Reason,
      days: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(90)),
      note: Note,
    }),
    { action: 'mute dead letters', target: ({ type }) => type },
    async ({ engine }, { type, reason, days }, { name }) => {
      await muteGroup(engine, { type, reason, days, byWhom: name });
      return { result: { days }, outcome: days === 0 ? 'no longer muted' : `muted for ${days} days` };
    },
  ),
  look('/hooks', none, ({ engine }) => readHooksPage(engine.database)),
  act(
    '/hooks/retry',
    v.strictObject({ hook: Text, reason: v.optional(Reason), id: v.optional(Text), note: Note }),
    { action: 'retry runs of a hook', target: ({ hook }) => hook },
    async ({ engine }, { hook, reason, id }) => {
      const retried = await engine.operations.dead.retryHooks({ hook, reason, id });
      return { result: { retried }, outcome: `${retried} runs are tried again` };
    },
  ),
];
