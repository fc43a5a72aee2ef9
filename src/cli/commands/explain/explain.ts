import type { Story, StoryMark } from '../../../operate/explain.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { age } from '../../terminal/age.js';
import { plural } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';
import { momentsOf } from './moments.js';

export interface ExplainCommand extends OperateOffline {
  id: string;
  json: boolean;
}

/** Prints everything that is known of one object. The exit code: 0, or 1 if nothing is known. */
export async function explain({ id, json, ...where }: ExplainCommand): Promise<0 | 1> {
  const story = await withReports(where, (reports) => reports.explain(id));
  console.log(json ? JSON.stringify(story) : linesOf(story, new Date()).join('\n'));
  return isKnown(story) ? 0 : 1;
}

function isKnown({ rows, marks, events, hooks, drift, erased }: Story): boolean {
  return rows.length + marks.length + events.length + hooks.length + drift.length + erased.length > 0;
}

function linesOf(story: Story, now: Date): string[] {
  const { id, rows, marks, hooks, erased } = story;
  if (!isKnown(story)) {
    return [
      `  Nothing is known of ${id}: no row, no event, nothing that waits`,
      ...wrap('  next  ', 'check the id; lockstep verify compares the mirror with Stripe and finds what never came'),
    ];
  }
  const moments = momentsOf(story).flatMap(({ at, what }) =>
    wrap(`  ${at.toISOString().slice(0, 19).replace('T', ' ')}  `, what),
  );
  return [
    ...rows.flatMap(({ table, account, livemode, isDeleted, provenAt }) => {
      const proof = provenAt === null ? 'shown by an event, not proven yet' : `proven ${age(provenAt, now)} ago`;
      const gone = isDeleted ? ', deleted at Stripe' : '';
      return wrap('  row      ', `${table} ${id} of ${account} (${livemode ? 'live' : 'test'} mode): ${proof}${gone}`);
    }),
    ...(rows.length === 0 ? ['  row      none'] : []),
    ...erased.flatMap(({ type, account, livemode, erasedAt }) =>
      wrap(
        '  erased   ',
        `${type} of ${account} (${livemode ? 'live' : 'test'} mode), ${age(erasedAt, now)} ago by lockstep erase: what Stripe reports about it is left out`,
      ),
    ),
    ...marks.flatMap((mark) => wrap('  waiting  ', markText(mark, now))),
    ...(marks.length === 0 ? ['  waiting  no: nothing has hinted at it since it was proven'] : []),
    `  hooks    ${hooks.length === 0 ? 'none waits' : `${plural(hooks.length, 'run')} to make`}`,
    '',
    '  when (UTC)           what',
    ...moments,
  ];
}

function markText({ type, hintedAt, dueAt, attempts, reason, deadSince, leasedUntil }: StoryMark, now: Date): string {
  const since = `${type}, hinted at ${age(hintedAt, now)} ago`;
  if (deadSince !== null) return `${since}; a dead letter after ${plural(attempts, 'try', 'tries')}: ${reason ?? ''}`;
  if (leasedUntil !== null && leasedUntil > now) return `${since}; being read now`;
  if (attempts > 0) return `${since}; ${plural(attempts, 'failed try', 'failed tries')}: ${reason ?? ''}`;
  return dueAt > now ? `${since}; due in ${age(now, dueAt)}` : `${since}; due now`;
}
