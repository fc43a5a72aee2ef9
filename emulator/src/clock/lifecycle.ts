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

/**
 * Lets everything happen that is due until then, in the order of time, each at its own moment.
 * @param clock   the test clock whose objects live; null for those of none
 * @param candidates the objects to look at; all unless given
 * @param reached called before each step with its moment
 */
export function liveUntil(
  unit: Unit,
  clock: string | null,
  until: number,
  candidates: Iterable<{ type: RowType; id: string }> = everything(unit),
  reached: (moment: number) => void = () => undefined,
): void {
  const queue: Due[] = [];
  for (const { type, id } of candidates) enqueue(unit, queue, clock, until, type, id);
  unit.takeTouched();
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const next = queue.shift();
    if (next === undefined) return;
    // It may have changed since it was queued; then its new moment is in the queue as well.
    if (dueOf(unit, clock, next.type, next.id) !== next.at) continue;
    reached(next.at);
    unit.during(next.at, () => actOf(unit, next.type, next.id));
    for (const { type, id } of unit.takeTouched()) enqueue(unit, queue, clock, until, type, id);
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

function enqueue(unit: Unit, queue: Due[], clock: string | null, until: number, type: RowType, id: string): void {
  const at = dueOf(unit, clock, type, id);
  if (at === null || at > until) return;
  const due = { at, type, id };
  let place = queue.length;
  while (place > 0 && goesBefore(due, queue[place - 1] as Due)) place -= 1;
  queue.splice(place, 0, due);
}

/** At the same moment a schedule goes first: what renews is billed for the phase that begins, and what ends is not billed. */
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
