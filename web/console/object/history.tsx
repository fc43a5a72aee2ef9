import type { VNode } from 'preact';
import type { StoryJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { exact, Moment } from '../../shared/moment.js';
import { href } from '../../shared/route.js';
import { causeTexts, howTexts, ignoredTexts, lasting, plural, refusalTexts, time } from '../words.js';

interface Happening {
  at: number;
  what: string;
  more: string;
  href?: string;
  tone: 'plain' | 'good' | 'bad';
}

/** What happened to one object, the latest first. */
export function History({ story }: { story: StoryJson }): VNode {
  const all = happeningsOf(story).sort((a, b) => b.at - a.at);
  return (
    <section class="section" aria-label="History">
      <h2>History</h2>
      {all.length === 0 && <Empty title="Nothing happened yet">Events are kept for 45 days.</Empty>}
      <ol class="timeline">
        {all.map((one, index) => (
          <li key={`${one.at} ${index}`} class={one.tone}>
            <time dateTime={new Date(one.at).toISOString()} title={exact(one.at)}>
              <Moment at={one.at} />
            </time>
            <span>
              {one.href === undefined ? one.what : <a href={one.href}>{one.what}</a>}{' '}
              <span class="soft">{one.more}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function happeningsOf(story: StoryJson): Happening[] {
  return [
    ...story.events.map(eventOf),
    ...story.rows.flatMap(rowOf),
    ...story.marks.map(markOf),
    ...story.hooks.map(hookOf),
    ...story.drift.flatMap(driftOf),
    ...story.refusals.map(refusalOf),
    ...story.erased.map(erasedOf),
    ...story.sweeps.flatMap(sweepOf),
  ];
}

type Of<Field extends keyof StoryJson> = StoryJson[Field] extends readonly (infer Item)[] ? Item : never;

function eventOf(event: Of<'events'>): Happening {
  const late = Date.parse(event.receivedAt) - Date.parse(event.createdAt);
  const ignored = event.quarantine === null ? '' : `, ignored: ${ignoredTexts[event.quarantine] ?? event.quarantine}`;
  return {
    at: Date.parse(event.receivedAt),
    what: event.type,
    more: `by ${event.feed}, ${lasting(late)} after it happened${ignored}`,
    href: href('events', event.id),
    tone: event.quarantine === null ? 'plain' : 'bad',
  };
}

function rowOf({ table, provenAt, isDeleted, asOf }: Of<'rows'>): Happening[] {
  if (provenAt === null) {
    return [
      { at: Date.parse(asOf), what: `Row in ${table}`, more: 'shown by an event, not proven yet', tone: 'plain' },
    ];
  }
  const what = isDeleted ? 'Proven gone' : 'Proven';
  return [{ at: Date.parse(provenAt), what, more: `the row in ${table}, by a read`, tone: 'good' }];
}

function markOf({ hintedAt, attempts, reason, deadSince, dueAt }: Of<'marks'>): Happening {
  const at = Date.parse(hintedAt);
  const tries = attempts === 0 ? '' : ` after ${plural(attempts, 'try', 'tries')}: ${reason ?? ''}`;
  const next = `; next try at ${exact(Date.parse(dueAt))}`;
  if (deadSince !== null) return { at, what: 'Dead letter', more: `${tries}${next}`, tone: 'bad' };
  return {
    at,
    what: 'Waits for its proof',
    more: attempts === 0 ? '' : `${tries}${next}`,
    tone: attempts ? 'bad' : 'plain',
  };
}

function hookOf({ hook, madeAt, attempts, reason, deadSince }: Of<'hooks'>): Happening {
  const tries = attempts === 0 ? '' : `, ${plural(attempts, 'try', 'tries')}: ${reason ?? ''}`;
  const what = `Hook ${hook} ${deadSince === null ? 'waits to run' : 'gave up'}`;
  return { at: Date.parse(madeAt), what, more: tries.replace(/^, /, ''), tone: deadSince === null ? 'plain' : 'bad' };
}

function driftOf(drift: Of<'drift'>): Happening[] {
  const { foundAt, by, how, cause, detail, repairedAt, repairedBy } = drift;
  const found: Happening = {
    at: Date.parse(foundAt),
    what: `Found ${howTexts[how] ?? how} by ${by}`,
    more: `${causeTexts[cause] ?? cause}${detail === null ? '' : ` (${detail})`}`,
    tone: 'bad',
  };
  const at = time(repairedAt);
  if (at === null) return [found];
  const more = repairedBy === null ? 'a later comparison found no difference' : `by a ${repairedBy}`;
  return [found, { at, what: 'Repaired', more, tone: 'good' }];
}

function refusalOf({ at, reason, event }: Of<'refusals'>): Happening {
  const more = `${refusalTexts[reason] ?? reason}${event === null ? '' : `, naming ${event}`}; anybody can send one`;
  return { at: Date.parse(at), what: 'A delivery that named it was refused', more, tone: 'bad' };
}

function erasedOf({ erasedAt }: Of<'erased'>): Happening {
  return { at: Date.parse(erasedAt), what: 'Erased', more: 'with what was stored of it', tone: 'plain' };
}

function sweepOf({ table, scope, finishedAt, different, note }: Of<'sweeps'>): Happening[] {
  const at = time(finishedAt);
  if (at === null) return [];
  const more = note ?? `${plural(different, 'difference')} in the whole type`;
  const what = scope === 'all' ? `All ${table} compared` : `Recent ${table} compared`;
  return [{ at, what, more, tone: 'plain' }];
}
