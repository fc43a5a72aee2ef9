import { catalogOf } from '../../../catalog/catalog.js';
import { typeNamed } from '../../../engine/operations.js';
import type { Backfilled } from '../../../listing/backfill.js';
import type { Source } from '../../../kernel/source.js';
import { operate, type Operate } from '../../operate.js';
import { openBars } from '../../terminal/progress.js';
import { count, plural } from '../../terminal/table.js';

export interface BackfillCommand extends Omit<Operate, 'prove'> {
  types: readonly string[];
  concurrency: number;
  json: boolean;
}

/**
 * Loads all objects of the types into the mirror, and resumes an interrupted run. The exit code: 0 everything was
 * loaded, 1 something was not.
 */
export async function backfill({ types, concurrency, json, ...where }: BackfillCommand): Promise<0 | 1> {
  // Report a misspelled type before contacting Stripe.
  types.forEach(typeNamed);
  const { options } = where;
  const several = (options.sources ?? []).length > 0 || (options.connect ?? false) !== false;
  const bars = json ? null : openBars();
  const began = performance.now();
  const done = await operate({ ...where, prove: true }, (operations, signal) =>
    operations.backfill(
      { ...(types.length === 0 ? {} : { types }), concurrency },
      (news) => {
        if (json) console.log(JSON.stringify(news));
        else if ('progress' in news) bars?.show(nameOf(news.progress, several), news.progress);
        else {
          const name = nameOf(news.done, several);
          bars?.done(name, worthALine(news.done) ? lineOf(news.done, name) : null);
        }
      },
      signal,
    ),
  ).finally(() => bars?.end());
  if (!json) console.log(summary(done, performance.now() - began));
  return done.every(({ outcome }) => outcome === 'done' || outcome === 'not_available') ? 0 : 1;
}

// An account uses few of Stripe's types. The others are only counted at the end.
function worthALine({ outcome, listed }: Backfilled): boolean {
  return outcome === 'done' ? listed > 0 : outcome !== 'not_available';
}

/** The type's table; with several accounts, the account too. */
function nameOf({ type, account, livemode }: Source & { type: string }, several: boolean): string {
  const table = tableOf(type);
  return several ? `${table} (${account} ${livemode ? 'live' : 'test'})` : table;
}

function tableOf(type: string): string {
  return catalogOf(type)?.table ?? type;
}

function lineOf({ type, outcome, listed, inserted, reason }: Backfilled, name: string): string {
  switch (outcome) {
    case 'done':
      return `  ✓ ${name}: ${plural(listed, 'object')}, ${count(inserted)} of them new`;
    case 'not_available':
      return `  – ${name}: not available for this account`;
    case 'no_permission':
      return `  – ${name}: the key is not allowed to list it (${reason ?? ''})`;
    case 'lost':
      return [
        `  ! ${name}: Stripe no longer lets this key list it, so its rows in the mirror are no longer updated.`,
        `    ${reason ?? ''}`,
        `    Give the key read access, then run lockstep backfill ${tableOf(type)} again`,
      ].join('\n');
    case 'failed':
      return `  ! ${name}: failed after ${plural(listed, 'object')}: ${reason ?? ''}; run the command again to resume`;
    case 'stopped':
      return `  · ${name}: stopped after ${plural(listed, 'object')}; run the command again to resume`;
    default:
      return outcome satisfies never;
  }
}

function summary(done: readonly Backfilled[], ms: number): string {
  const listed = done.reduce((sum, one) => sum + one.listed, 0);
  const inserted = done.reduce((sum, one) => sum + one.inserted, 0);
  const open = done.filter(({ outcome }) => outcome !== 'done' && outcome !== 'not_available').length;
  const end = open === 0 ? '' : `; ${plural(open, 'type')} not complete`;
  const empty = done.filter((one) => one.outcome === 'done' && one.listed === 0).length;
  const unused = done.filter(({ outcome }) => outcome === 'not_available').length;
  const others = [
    ...(empty === 0 ? [] : [`  ${plural(empty, 'other type')}: no objects`]),
    ...(unused === 0 ? [] : [`  ${plural(unused, 'other type')}: not available for this account`]),
  ];
  return [
    ...others,
    `  ${plural(listed, 'object')} read, ${count(inserted)} new, ${Math.max(1, Math.round(ms / 1_000))} s${end}`,
  ].join('\n');
}
