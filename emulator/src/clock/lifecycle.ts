import type { RowType, Rows } from '../state/rows.js';
import type { Noun } from '../state/noun.js';
import { typesOf } from '../state/store.js';
import type { Unit } from '../state/unit.js';
import type { Life } from './life.js';

interface Due {
  at: number;
  type: RowType;
  id: string;
}

/** A stop for what would never end: far more than two years of daily billing of many subscriptions. */
const STEPS_MAX = 1_000_000;

/** Which objects live, and how long. */
export interface Span {
  /** The test clock whose objects live; null for those of none. */
  clock: string | null;
  until: number;
  /** The objects to look at. Default: all. */
  candidates?: Iterable<{ type: RowType; id: string }>;
  /** Called before each step with its moment. */
  reached?: (moment: number) => void;
}

/** Lets everything happen that is due until then, in the order of time, each at its own moment. */
export function liveUntil(unit: Unit, span: Span): void {
  const queue: Due[] = [];
  for (const one of span.candidates ?? everything(unit)) enqueue(unit, queue, span, one);
  unit.takeTouched();
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const next = queue.shift();
    if (next === undefined) return;
    // It may have changed since it was queued; then its new moment is in the queue as well.
    if (dueOf(unit, span.clock, next.type, next.id) !== next.at) continue;
    span.reached?.(next.at);
    unit.during(next.at, () => actOf(unit, next.type, next.id));
    for (const one of unit.takeTouched()) enqueue(unit, queue, span, one);
  }
}

/** What happens by itself to objects of the type; undefined if nothing does. */
const lifeOf = <T extends RowType>({ rules }: Unit, type: T): Life<Rows[T]> | undefined =>
  (rules.nouns[type] as Noun<Rows[T]>).life;

/** The types to which things happen by themselves. */
export const livingTypes = (unit: Unit): RowType[] =>
  typesOf(unit.store).filter((type) => lifeOf(unit, type) !== undefined);

function* everything(unit: Unit): Generator<{ type: RowType; id: string }> {
  for (const type of livingTypes(unit)) {
    for (const { id } of unit.store.tables[type].walk({ oldestFirst: true })) yield { type, id };
  }
}

function enqueue(unit: Unit, queue: Due[], { clock, until }: Span, { type, id }: { type: RowType; id: string }): void {
  const at = dueOf(unit, clock, type, id);
  if (at === null || at > until) return;
  const due = { at, type, id };
  let place = queue.length;
  while (place > 0 && goesBefore(due, queue[place - 1] as Due)) place -= 1;
  queue.splice(place, 0, due);
}

/** At the same moment a schedule is first: a renewal is billed for the phase that begins, and an end is not billed. */
function goesBefore(one: Due, other: Due): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.type === 'subscription_schedule' && other.type !== 'subscription_schedule';
}

/** When the next thing happens to an object by itself, in the time of this clock; null when nothing will. */
export function dueOf<T extends RowType>(unit: Unit, clock: string | null, type: T, id: string): number | null {
  const life = lifeOf(unit, type);
  const row = unit.find(type, id);
  if (life === undefined || row === undefined || life.clock(row) !== clock) return null;
  return life.due(row, unit);
}

function actOf<T extends RowType>(unit: Unit, type: T, id: string): void {
  const row: Rows[T] = unit.need(type, id);
  lifeOf(unit, type)?.act(unit, row);
}
