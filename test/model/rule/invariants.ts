import type { Invariant } from '../explore.js';
import { ABSENT, GONE, isGone, lastState, valueOf } from './history.js';
import { rowValue } from './mirror.js';
import type { Scenario } from './scenario.js';
import { EventAt, ListingAt, RowIs, WorkerAt, type World } from './world.js';

export const atRest =
  ({ history }: Scenario) =>
  (world: World): boolean =>
    world.source === lastState(history) &&
    world.mark === 0 &&
    world.workers.every(({ at }) => at === WorkerAt.idle) &&
    world.listing.at === ListingAt.idle &&
    world.events.every((at, event) => event === 0 || at === EventAt.stored || at === EventAt.lost) &&
    world.showDue.every((due) => due === 0);

export function invariantsOf(scenario: Scenario): Invariant<World>[] {
  const { history, ownWrite } = scenario;
  const resting = atRest(scenario);
  const all: (Invariant<World> & { readonly when: boolean })[] = [
    {
      name: 'at rest, the mirror equals Stripe',
      when: true,
      broken: (world) => {
        if (!resting(world)) return undefined;
        // A lost event is excused until a sweep that began after the last change.
        if (world.events.includes(EventAt.lost) && world.seen.swept === 0) return undefined;
        const last = lastState(history);
        const is = rowValue(history, world.row);
        const should = valueOf(history, last, last);
        if (is === should || (is === ABSENT && should === GONE)) return undefined;
        return `the row says ${is}, Stripe says ${should}`;
      },
    },
    {
      name: 'a proven row without a mark rests on a read that began after every recorded hint',
      // A proof reads parent and children in two requests, so its value need not be that of any one state.
      when: !history.children,
      broken: ({ row, mark, seen, source }) => {
        if (row.is === RowIs.absent || row.proven === 0 || mark > 0) return undefined;
        const value = rowValue(history, row);
        for (let state = seen.hinted; state <= source; state++) {
          if (valueOf(history, state, state) === value) return undefined;
        }
        return `it says ${value}, and was last hinted at in state ${seen.hinted}`;
      },
    },
    {
      name: 'a row that is shown and not proven has a mark',
      when: true,
      broken: ({ row, mark }) =>
        row.is !== RowIs.absent && row.proven === 0 && mark === 0 ? 'nothing will ever prove it' : undefined,
    },
    {
      name: "proven states follow Stripe's history in order",
      when: true,
      broken: ({ row, seen }) => {
        if (row.proven === 0) return undefined;
        if (row.state < seen.proven) return `state ${row.state} is proven after state ${seen.proven}`;
        return row.children < seen.provenChildren
          ? `children of state ${row.children} are proven after those of ${seen.provenChildren}`
          : undefined;
      },
    },
    {
      name: 'nothing comes back after its end was proven',
      when: true,
      broken: ({ row, seen }) => (seen.end === 1 && row.is === RowIs.live ? 'the row lives again' : undefined),
    },
    {
      name: 'a tombstone stands for an end',
      when: true,
      broken: ({ row }) =>
        row.is === RowIs.tombstone && !isGone(history, row.state) ? `but state ${row.state} is alive` : undefined,
    },
    {
      name: 'a reader never sees time run back',
      // Where `created` contradicts the order of commits, a snapshot may be shown over a newer one until it is proven.
      when: !scenario.inverted,
      broken: ({ seen }) => (seen.ranBack === 1 ? 'no order of states explains what the reader saw' : undefined),
    },
    {
      name: 'who waits for his own write then reads it',
      when: ownWrite > 0,
      broken: ({ row, mark, seen }) => {
        const waits = seen.ownGeneration === 0 || (mark > 0 && seen.provenGeneration < seen.ownGeneration);
        return waits || row.state >= ownWrite
          ? undefined
          : `the row shows state ${row.state}, his write is ${ownWrite}`;
      },
    },
  ];
  return all.filter(({ when }) => when);
}
