import type { State } from '../../src/engine/state.js';
import type { Claim } from '../../src/inbox/marks.js';
import { keyText } from '../../src/kernel/source.js';
import type { Asking } from './stripe/stripe.js';

/** An engine without one of its guards, and what the simulation must say of it. */
export interface Broken {
  name: string;
  /** The invariants of which one at least must be found broken. */
  finds: RegExp;
  without?: (state: State) => State;
  /** What it asks of Stripe instead. */
  asking?: (asking: Asking) => Asking;
  /** The seed of the first world to look in, where the worlds before it do not show it. Default: 1. */
  from?: number;
  /** One object by itself does not show it. */
  inWorldsOnly?: boolean;
}

/** Each takes one guard away by lying at a port. The code of the core is untouched. */
export const brokenEngines: readonly Broken[] = [
  {
    name: 'a proof clears its mark whatever came since the claim',
    finds: /^I[13] /,
    without: (state) => {
      const claims = new Map<string, Claim>();
      return withMarks(state, {
        async claim(options) {
          const claimed = await state.marks.claim(options);
          for (const one of claimed) claims.set(keyText(one), one);
          return claimed;
        },
        async lock(tx, key) {
          const mark = await state.marks.lock(tx, key);
          return mark && { ...mark, gen: claims.get(keyText(key))?.gen ?? mark.gen };
        },
      });
    },
  },
  {
    name: 'a proof is written by whoever comes, with any token',
    finds: /^I[1345] /,
    from: 84,
    without: (state) =>
      withMarks(state, {
        async lock(tx, key) {
          const mark = await state.marks.lock(tx, key);
          // `settle` locks by its claim.
          return mark && { ...mark, token: 'token' in key ? (key as Claim).token : mark.token };
        },
      }),
  },
  {
    name: 'a listing overwrites what stands',
    finds: /^I[1345] /,
    from: 24,
    without: (state) => ({
      ...state,
      mirror: {
        ...state.mirror,
        async insertAbsent(tx, rows) {
          await state.mirror.write(tx, { rows: [...rows], childSets: [] });
          return new Set(rows.map(keyText));
        },
      },
    }),
  },
  {
    name: 'a page proves what was hinted at a moment ago, though lists are behind',
    finds: /^I[134] /,
    from: 56,
    inWorldsOnly: true,
    without: (state) => {
      // Above every gen that is drawn for a hint, so that all of them are older.
      let gen = 2 ** 40;
      return { ...state, pageMarks: { ...state.pageMarks, tick: () => Promise.resolve((gen += 1)) } };
    },
  },
  {
    name: 'no tombstone is written where no row was',
    finds: /^I[13] /,
    without: (state) => ({
      ...state,
      mirror: {
        ...state.mirror,
        async write(tx, { rows, childSets }) {
          const standing = await state.mirror.read(tx, rows);
          const kept = rows.filter((row) => !row.deleted || standing.has(keyText(row)));
          return state.mirror.write(tx, { rows: kept, childSets });
        },
      },
    }),
  },
  {
    name: 'an event that was taken in marks nothing',
    finds: /^I[13] /,
    without: (state) => withMarks(state, { mark: async () => [] }),
  },
  {
    name: 'children that are gone stay',
    finds: /^I[14] /,
    without: (state) => ({
      ...state,
      mirror: { ...state.mirror, write: (tx, { rows }) => state.mirror.write(tx, { rows, childSets: [] }) },
    }),
  },
  {
    name: 'the poll goes on from now, without an overlap',
    finds: /^I12 /,
    inWorldsOnly: true,
    without: (state) => ({
      ...state,
      cursors: {
        ...state.cursors,
        advance: (source, feed, position) => state.cursors.advance(source, feed, new Date(position.getTime() + 60_000)),
      },
    }),
  },
  {
    name: 'an event is acknowledged that is on no disk',
    finds: /^I2 /,
    without: (state) => ({
      ...state,
      events: {
        ...state.events,
        store: async (_tx, arrivals) => arrivals.map((arrival) => ({ ...arrival, twinKnown: false, watched: false })),
      },
    }),
  },
  {
    name: "a connected account's objects are read as the platform's",
    finds: /^I[134] /,
    inWorldsOnly: true,
    asking: (asking) => ({ ...asking, account: undefined }),
  },
  {
    name: "a hint at a connected account's object marks the platform's",
    finds: /^I[13] /,
    inWorldsOnly: true,
    without: (state) =>
      withMarks(state, {
        mark: (tx, hints, at) =>
          state.marks.mark(
            tx,
            hints.map((hint) => ({ ...hint, account: 'acct_simulated' })),
            at,
          ),
      }),
  },
  {
    name: 'a write of the app waits for no proof',
    finds: /^own write: .* is not in the mirror/,
    inWorldsOnly: true,
    without: (state) => withMarks(state, { unproven: async () => [] }),
  },
  {
    name: 'a write that is repeated has another idempotency key',
    finds: /^own write: .* was made \d+ times/,
    inWorldsOnly: true,
    asking: once((asking, drawn) => ({ ...asking, idempotencyKey: `${asking.idempotencyKey} ${drawn}` })),
  },
  {
    name: 'the report of an event is taken for the latest, whenever it was made',
    finds: /^reports: /,
    inWorldsOnly: true,
    without: (state) => ({
      ...state,
      mirror: {
        ...state.mirror,
        read: (tx, keys) =>
          state.mirror.read(
            tx,
            keys.filter(({ type }) => type !== 'discount'),
          ),
      },
    }),
  },
  {
    name: 'what was proven is forgotten when a snapshot is shown over it',
    finds: /^hooks: /,
    inWorldsOnly: true,
    without: (state) =>
      withMarks(state, {
        noteShown: (tx, shown) =>
          state.marks.noteShown(
            tx,
            shown.map((one) => ({ ...one, prior: null })),
          ),
      }),
  },
  {
    name: 'a change hook that failed is not run again',
    finds: /^hooks: \d+ changes of .* were not told/,
    inWorldsOnly: true,
    without: (state) => ({
      ...state,
      deliveries: {
        ...state.deliveries,
        keep: (tx, kept) =>
          state.deliveries.keep(
            tx,
            kept.filter(({ reason }) => reason === null),
          ),
      },
    }),
  },
  {
    name: 'a delivery is done when it is claimed',
    finds: /^hooks: /,
    inWorldsOnly: true,
    without: (state) => ({
      ...state,
      deliveries: {
        ...state.deliveries,
        async claim(...asked) {
          const claims = await state.deliveries.claim(...asked);
          for (const one of claims) await state.deliveries.done(state.database, one);
          return claims;
        },
      },
    }),
  },
];

/** Of what is given to it, each differs from all others. */
function once(differently: (asking: Asking, drawn: number) => Asking): (asking: Asking) => Asking {
  let drawn = 0;
  return (asking) => differently(asking, (drawn += 1));
}

function withMarks(state: State, marks: Partial<State['marks']>): State {
  return { ...state, marks: { ...state.marks, ...marks } };
}
