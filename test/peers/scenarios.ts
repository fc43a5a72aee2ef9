import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.js';
import type { Courier } from './courier.js';
import type { Engine } from './engine.js';
import { seconds, type FakeStripe, type StripeEvent } from './fake-stripe.js';
import { birth, cancellation, deletable, deletion, nextChange } from './life.js';
import { kinds, type Kind } from './object.js';

/** One object whose history a seed decides. */
export interface Subject {
  kind: Kind;
  id: string;
  seed: number;
  chance: Chance;
}

export interface Stage {
  stripe: FakeStripe;
  courier: Courier;
  engine: Engine;
  subjects: readonly Subject[];
}

export interface Scenario {
  name: string;
  /** What happens, as a row of the table says it. */
  title: string;
  /** Of which types one object each is drawn for every seed. Default: all. */
  kinds?: readonly Kind[];
  /** How many seeds at most take part. */
  seedsMax?: number;
  play(stage: Stage): Promise<void>;
}

const CHANGES = 3;
const OVERTAKEN_WITHIN_MS = 3_000;
/** As many reads wait as every engine has under way at once. */
const READS_AT_ONCE = 5;

/** Every history, in the order of the table. Events carry the honest time of their change, in whole seconds. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'same-second',
    title: 'in order, all within one second',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        for (const event of pastSecond(stripe, subject)) await courier.deliver(event);
      }),
  },
  {
    name: 'live',
    title: 'in order, live, each delivered before the next change',
    async play({ stripe, courier, subjects }) {
      for (const group of inGroups(subjects, 10)) {
        await nextSecond();
        await each(group, async (subject) => {
          await courier.deliver(born(stripe, subject));
          for (const step of steps(CHANGES)) await courier.deliver(changed(stripe, subject, step));
        });
      }
    },
  },
  {
    name: 'shuffled',
    title: 'shuffled, seconds apart',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        for (const event of subject.chance.shuffled(past(stripe, subject))) await courier.deliver(event);
      }),
  },
  {
    name: 'shuffled-second',
    title: 'shuffled, within one second',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        for (const event of subject.chance.shuffled(pastSecond(stripe, subject))) await courier.deliver(event);
      }),
  },
  {
    name: 'duplicated',
    title: 'duplicated and shuffled, seconds apart',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        const { chance } = subject;
        const events = past(stripe, subject).flatMap((event) => [
          ...Array.from({ length: chance.between(1, 3) }, () => event),
          ...(chance.next() < 0.5 ? [{ ...event, id: `${event.id}b` }] : []), // two Event objects for one change
        ]);
        for (const event of chance.shuffled(events)) await courier.deliver(event);
      }),
  },
  {
    name: 'slow-read',
    title: 'a slow read is overtaken by the next change, seconds apart',
    seedsMax: 12,
    async play({ stripe, courier, engine, subjects }) {
      await each(subjects, (subject) => courier.deliver(born(stripe, subject)));
      await engine.rest();
      for (const group of inGroups(subjects, READS_AT_ONCE)) {
        await nextSecond();
        const reads = group.map(({ kind, id }) => stripe.holdRead(kind, id));
        const first = each(group, (subject) => courier.deliver(changed(stripe, subject, 1)));
        // Either the reads have reached Stripe, or the engine does not read.
        await Promise.race([each(reads, ({ arrived }) => arrived), first.then(() => engine.rest())]);
        await nextSecond();
        const second = each(group, (subject) => courier.deliver(changed(stripe, subject, 2)));
        await Promise.race([second, pause(OVERTAKEN_WITHIN_MS)]); // an engine may wait for the first read
        for (const { release } of reads) release();
        await Promise.all([first, second]);
      }
    },
  },
  {
    name: 'deleted',
    title: 'deleted, in order, seconds apart',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        for (const event of pastWithEnd(stripe, subject)) await courier.deliver(event);
      }),
  },
  {
    name: 'late-update',
    title: 'deleted, the last update arrives after it',
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        const events = pastWithEnd(stripe, subject);
        const [update, end] = events.splice(-2);
        for (const event of [...events, end, update]) if (event !== undefined) await courier.deliver(event);
      }),
  },
  {
    name: 'backfill',
    title: 'a backfill crosses a webhook',
    async play({ stripe, courier, engine, subjects }) {
      await each(subjects, async (subject) => {
        const event = born(stripe, subject);
        if (subject.chance.next() < 0.5) await courier.deliver(event); // the others are for the backfill to find
      });
      await engine.rest();
      const lists = kinds.map((kind) => ({ kind, list: stripe.holdLists(kind) }));
      const { started, done } = engine.backfill(kinds);
      await started;
      await each(lists, async ({ kind, list }) => {
        const own = subjects.filter((subject) => subject.kind === kind);
        await Promise.race([list.captured(own.map(({ id }) => id)), done]); // read before the change …
        await each(own, (subject) =>
          courier.deliver(
            subject.chance.next() < 0.3
              ? ended(stripe, subject)
              : changed(stripe, subject, 1, { last: subject.chance.between(1, 2) }),
          ),
        );
        list.release(); // … and applied after its event
      });
      await done;
    },
  },
  {
    name: 'lost',
    title: 'the last event is lost, then the own backfill runs',
    async play({ stripe, courier, engine, subjects }) {
      await each(subjects, (subject) => courier.deliver(born(stripe, subject, seconds() - 60)));
      await engine.rest();
      for (const subject of subjects) {
        if (subject.chance.next() < 0.3) ended(stripe, subject, seconds() - 30);
        else changed(stripe, subject, 1, { last: 1, at: seconds() - 30 });
      }
      const { started, done } = engine.backfill(kinds);
      await Promise.all([started, done]);
    },
  },
  {
    name: 'children',
    title: 'eleven to thirty children, in order',
    kinds: ['subscription', 'invoice'],
    play: ({ stripe, courier, subjects }) =>
      each(subjects, async (subject) => {
        const children = subject.chance.between(12, subject.kind === 'invoice' ? 30 : 20);
        const at = seconds() - 60;
        await courier.deliver(born(stripe, subject, at, children));
        await courier.deliver(changed(stripe, subject, 1, { last: 2, at: at + 10 }));
      }),
  },
  {
    name: 'many-children',
    title: 'an invoice of more than a hundred lines',
    kinds: ['invoice'],
    seedsMax: 2,
    play: ({ stripe, courier, subjects }) =>
      each(subjects, (subject) =>
        courier.deliver(born(stripe, subject, seconds() - 60, subject.chance.between(101, 150))),
      ),
  },
];

function born(stripe: FakeStripe, { kind, id }: Subject, at = seconds(), children = 2): StripeEvent {
  return stripe.apply(birth({ kind, id, created: at, children }), at);
}

/** `last`: which step is the last of the life; default the third. */
function changed(
  stripe: FakeStripe,
  { kind, id, chance }: Subject,
  step: number,
  { at, last = CHANGES }: { at?: number; last?: number } = {},
): StripeEvent {
  return stripe.apply(nextChange(stripe.get(kind, id), chance, step, step === last), at);
}

function ended(stripe: FakeStripe, { kind, id }: Subject, at?: number): StripeEvent {
  const object = stripe.get(kind, id);
  return deletable(kind) ? stripe.remove(deletion(object), at) : stripe.apply(cancellation(object), at);
}

/** Everything happened within one second, a while ago; the events are still to be delivered. */
function pastSecond(stripe: FakeStripe, subject: Subject): StripeEvent[] {
  const at = seconds() - 30;
  return [born(stripe, subject, at), ...steps(CHANGES).map((step) => changed(stripe, subject, step, { at }))];
}

/** Everything happened in the last minute, seconds apart; the events are still to be delivered. */
function past(stripe: FakeStripe, subject: Subject): StripeEvent[] {
  const { chance } = subject;
  let at = seconds() - 60;
  const later = (): number => (at += chance.between(1, 10));
  return [born(stripe, subject, at), ...steps(CHANGES).map((step) => changed(stripe, subject, step, { at: later() }))];
}

// Created, updated, and then it ends: a subscription is canceled, everything else is deleted.
function pastWithEnd(stripe: FakeStripe, subject: Subject): StripeEvent[] {
  const at = seconds() - 60;
  return [
    born(stripe, subject, at),
    changed(stripe, subject, 1, { at: at + subject.chance.between(1, 10) }),
    ended(stripe, subject, at + subject.chance.between(20, 30)),
  ];
}

const steps = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(items.map(act));
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < items.length; from += size) groups.push(items.slice(from, from + size));
  return groups;
}

/** Resolves at the beginning of the next second, so that what follows has it to itself. */
async function nextSecond(): Promise<void> {
  const now = seconds();
  while (seconds() === now) await pause(5);
}
