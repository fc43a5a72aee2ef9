import type { VNode } from 'preact';
import type { EventViewJson } from '../../../src/http/console/answers.js';
import { exact, Moment } from '../../shared/moment.js';
import { ignoredTexts, lasting, plural } from '../words.js';

interface Step {
  name: string;
  at: number | null;
  text: string;
  tone: 'good' | 'plain' | 'bad';
}

/** Happened, arrived, shown, proven, hooks: how far the event has come. */
export function Way({ view }: { view: EventViewJson }): VNode {
  return (
    <section class="section" aria-label="Timeline">
      <h2>Timeline</h2>
      <ol class="timeline way">
        {stepsOf(view).map(({ name, at, text, tone }) => (
          <li key={name} class={tone}>
            {at === null ? (
              <span class="soft">–</span>
            ) : (
              <time dateTime={new Date(at).toISOString()} title={exact(at)}>
                <Moment at={at} />
              </time>
            )}
            <span>
              <strong>{name}</strong> <span class="soft">{text}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf(view: EventViewJson): Step[] {
  const { event } = view;
  const [created, received] = [Date.parse(event.createdAt), Date.parse(event.receivedAt)];
  const feed = event.feed === 'poll' ? "in Stripe's list" : `by ${event.feed}`;
  const steps: Step[] = [
    { name: 'Happened', at: created, text: 'at Stripe, in whole seconds', tone: 'good' },
    { name: 'Arrived', at: received, text: `${feed}, ${lasting(received - created)} later`, tone: 'good' },
  ];
  if (event.quarantine !== null) {
    const why = ignoredTexts[event.quarantine] ?? event.quarantine;
    return [...steps, { name: 'Ignored', at: received, text: why, tone: 'bad' }];
  }
  if (event.objectId === null) return steps;
  return [...steps, shownOf(view), provenOf(view), ...hooksOf(view)];
}

/** Only the row itself is known, so this says what it shows. */
function shownOf({ event, row }: EventViewJson): Step {
  if (row === null) return { name: 'Shown', at: null, text: 'there is no row yet', tone: 'plain' };
  const asOf = Date.parse(row.asOf);
  if (asOf < Date.parse(event.createdAt)) return { name: 'Shown', at: null, text: 'the row is older', tone: 'plain' };
  const text = row.isDeleted
    ? 'the row says that it is deleted'
    : 'the row is of this moment at Stripe, or a later one';
  return { name: 'Shown', at: asOf, text, tone: 'good' };
}

function provenOf({ row, mark }: EventViewJson): Step {
  if (mark !== null) {
    const tries = mark.attempts === 0 ? '' : ` ${plural(mark.attempts, 'try', 'tries')} failed: ${mark.reason ?? ''}.`;
    const text = mark.deadSince === null ? `waits for its proof.${tries}` : `a dead letter.${tries}`;
    return { name: 'Proven', at: null, text, tone: mark.attempts > 0 ? 'bad' : 'plain' };
  }
  if (row?.provenAt == null) return { name: 'Proven', at: null, text: 'not yet', tone: 'plain' };
  return { name: 'Proven', at: Date.parse(row.provenAt), text: 'by a read, the latest one', tone: 'good' };
}

function hooksOf({ hooks }: EventViewJson): Step[] {
  if (hooks.length === 0) return [{ name: 'Hooks', at: null, text: 'no run waits', tone: 'plain' }];
  return hooks.map(({ hook, madeAt, attempts, reason, deadSince }, index) => ({
    name: `Hook ${hook}${index === 0 ? '' : ` (${index + 1})`}`,
    at: Date.parse(madeAt),
    text: attempts === 0 ? 'waits to run' : `${plural(attempts, 'try', 'tries')} failed: ${reason ?? ''}`,
    tone: deadSince === null ? 'plain' : 'bad',
  }));
}
