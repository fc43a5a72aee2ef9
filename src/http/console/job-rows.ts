import * as v from 'valibot';
import { driftOf, typeNamed } from '../../engine/operations.js';
import type { Engine } from '../../engine/engine.js';
import { LockstepError } from '../../kernel/error.js';
import type { JobKind, JobProgress, JobWork, Job } from '../../operate/console/jobs.js';
import { readListedTypes } from '../../operate/console/listing-state.js';
import { act, look, Note, Text, type ConsoleRoute } from './route.js';

const none = v.strictObject({});
const Types = v.optional(v.pipe(v.array(Text), v.maxLength(300)), []);
const Started = v.strictObject({
  kind: v.picklist(['backfill', 'sweep', 'verify']),
  types: Types,
  repair: v.optional(v.boolean(), false),
  note: Note,
});
const JOBS_MAX = 20;
const MINUTE_MS = 60_000;
const LONGEST_MIN = 7 * 24 * 60;

/** Backfill, sweeps, verify, and pauses. */
export const jobRows: readonly ConsoleRoute[] = [
  look('/jobs', none, async ({ engine, jobs }) => ({
    jobs: await jobs.list(JOBS_MAX),
    types: await readListedTypes(engine.database),
  })),
  act(
    '/jobs/start',
    Started,
    { action: 'start', target: ({ kind, types }) => [kind, ...types].join(' ').slice(0, 200) },
    async ({ engine, jobs }, { kind, types, repair }, { name: byWhom }) => {
      types.forEach(typeNamed); // a type that nobody knows is refused now, and not by the job
      const asked = { ...(types.length === 0 ? {} : { types }), ...(kind === 'verify' ? { repair } : {}) };
      const job = await jobs.start({ kind, asked, byWhom }, works[kind](engine, asked));
      return { result: job, outcome: `started as job ${job.number}` };
    },
  ),
  act(
    '/jobs/stop',
    v.strictObject({ number: v.pipe(v.number(), v.integer(), v.minValue(1)), note: Note }),
    { action: 'stop', target: ({ number }) => `job ${number}` },
    async ({ jobs }, { number }, { name }) => {
      if (await jobs.stop(number, name)) return { result: { stopping: true }, outcome: 'it ends in a few seconds' };
      throw new LockstepError('request_invalid', `Job ${number} does not run any more`, {
        hint: 'load the page again',
      });
    },
  ),
  act(
    '/pause',
    v.strictObject({
      account: v.optional(Text),
      minutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LONGEST_MIN))),
      note: Note,
    }),
    { action: 'pause', target: ({ account }) => account ?? 'every account' },
    async ({ engine }, { account, minutes, note }, { name: by }) => {
      const until = minutes === undefined ? undefined : new Date(engine.clock.now().getTime() + minutes * MINUTE_MS);
      const held = await engine.operations.holds.pause({ account, by, reason: note === '' ? undefined : note, until });
      return { result: held, outcome: until === undefined ? 'until somebody resumes' : `for ${minutes} minutes` };
    },
  ),
  act(
    '/resume',
    v.strictObject({ account: v.optional(Text), note: Note }),
    { action: 'resume', target: ({ account }) => account ?? 'every account' },
    async ({ engine }, { account }) => ({
      result: await engine.operations.holds.resume({ account }),
      outcome: 'resumed',
    }),
  ),
];

const works: Readonly<Record<JobKind, (engine: Engine, asked: Job['asked']) => JobWork>> = {
  backfill:
    ({ operations }, { types }) =>
    async (tell, signal) => {
      const progress = counting(tell);
      const done = await operations.backfill(
        { types },
        (news) => {
          if ('progress' in news) progress.listed(news.progress.type, news.progress.listed);
          else progress.done(news.done.type);
        },
        signal,
      );
      return `${done.length} types, ${done.reduce((sum, { listed }) => sum + listed, 0)} objects`;
    },
  sweep:
    (engine, { types }) =>
    async () => {
      const { listed, found } = await engine.sweep(types?.map(typeNamed));
      return `${listed} objects, ${found} differences`;
    },
  verify:
    ({ operations }, { types, repair = false }) =>
    async (tell, signal) => {
      const progress = counting(tell);
      const { types: verified, outcome } = await operations.verify(
        { types, repair },
        (news) => {
          if ('verified' in news) progress.done(news.verified.type, driftOf(news.verified));
          else progress.listed(news.type, news.listed);
        },
        signal,
      );
      const differences = verified.reduce((sum, one) => sum + driftOf(one), 0);
      const words = {
        in_step: 'in step',
        drift: `${differences} differences`,
        unproven: 'not everything was compared',
      };
      return `${verified.length} types: ${words[outcome]}`;
    },
};

/** Puts the news of a job together. */
function counting(tell: (progress: JobProgress) => void) {
  const listed: Record<string, number> = {};
  const done = new Set<string>();
  let differences = 0;
  const say = (): void => tell({ listed: { ...listed }, done: [...done], differences });
  return {
    listed(type: string, count: number): void {
      listed[type] = count;
      say();
    },
    done(type: string, found = 0): void {
      done.add(type);
      differences += found;
      say();
    },
  };
}
