import type { Story, StoryDrift } from '../../../operate/explain.js';
import { causeText } from '../../terminal/cause-text.js';
import { refusalTexts } from '../../terminal/refusal-text.js';

/** Something that happened. */
interface Moment {
  at: Date;
  what: string;
}

/** The whole story in order of time. Of a moment that several things share, the cause comes first. */
export function momentsOf({ rows, marks, hooks, events, sweeps, drift, refusals, erased }: Story): Moment[] {
  const all: Moment[] = [
    ...events.flatMap(({ createdAt, receivedAt, type, id, feed, quarantine }) => [
      { at: createdAt, what: `happened at Stripe: ${type}` },
      { at: receivedAt, what: `arrived by ${feed}: ${id}${quarantine === null ? '' : `, ignored (${quarantine})`}` },
    ]),
    ...marks.flatMap(({ hintedAt, deadSince, reason }) => [
      { at: hintedAt, what: 'hinted at: it has to be read from Stripe' },
      ...(deadSince === null ? [] : [{ at: deadSince, what: `became a dead letter: ${reason ?? ''}` }]),
    ]),
    ...sweeps.flatMap(({ startedAt, finishedAt, scope, table, different, note }) => [
      {
        at: finishedAt ?? startedAt,
        what: sweepText({ scope, table, different, note, isOver: finishedAt !== null }),
      },
    ]),
    ...drift.flatMap(driftMoments),
    ...refusals.map(({ at, reason, event }) => ({
      at,
      what: `a delivery that named it was refused: ${event ?? 'it'} came ${refusalTexts[reason]}`,
    })),
    ...erased.map(({ erasedAt }) => ({ at: erasedAt, what: 'erased, with what was stored of it' })),
    ...rows.flatMap(({ provenAt, asOf, table }) =>
      provenAt === null
        ? [{ at: asOf, what: `shown in ${table}, by the event` }]
        : [{ at: provenAt, what: `proven: the row of ${table} is what Stripe answered` }],
    ),
    ...hooks.flatMap(({ hook, madeAt, deadSince, reason }) => [
      { at: madeAt, what: `a run of the hook ${hook} was queued` },
      ...(deadSince === null ? [] : [{ at: deadSince, what: `the hook ${hook} was given up: ${reason ?? ''}` }]),
    ]),
  ];
  return all.sort((a, b) => a.at.getTime() - b.at.getTime());
}

function driftMoments({ foundAt, by, how, cause, detail, repairedAt, repairedBy }: StoryDrift): Moment[] {
  const found = { at: foundAt, what: `${foundBy[by]} found ${foundHow[how]}: ${causeText(cause, detail)}` };
  if (repairedAt === null) return [found];
  const what =
    repairedBy === null ? 'a later comparison found no difference' : `right again, by ${repairs[repairedBy]}`;
  return [found, { at: repairedAt, what }];
}

const foundBy = { sweep: 'a sweep', verify: 'verify' } as const satisfies Record<StoryDrift['by'], string>;
const foundHow = {
  missing: 'that it was not in the mirror',
  extra: 'that Stripe did not list it',
  different: 'that it differed',
} as const satisfies Record<StoryDrift['how'], string>;
const repairs = { proof: 'a proof', verify: 'verify --repair' } as const;

interface Swept {
  scope: string;
  table: string;
  different: number;
  note: string | null;
  isOver: boolean;
}

function sweepText({ scope, table, different, note, isOver }: Swept): string {
  const what = scope === 'all' ? `all ${table}` : `recent ${table}`;
  if (!isOver) return `a sweep of ${what} began`;
  if (note !== null) return `a sweep of ${what} failed: ${note}`;
  return `a sweep of ${what} found ${different === 0 ? 'no difference' : `${different} that differed in the type`}`;
}
