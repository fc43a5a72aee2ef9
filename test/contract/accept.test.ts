// The rule of what an event changes exists twice: as `accept`, and as one statement (`acceptAtOnce`). Here the same events go
// through both, with the same proofs in between. Everything that they leave behind must be the same.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createState, type State } from '../../src/engine/state.js';
import { accept, firstOfEach, type Accepted } from '../../src/inbox/accept.js';
import { acceptAtOnce, isOrdinary, type OrdinaryArrival } from '../../src/inbox/accept-at-once.js';
import { arrivalOf } from '../../src/inbox/arrival.js';
import { keyText, type ObjectKey } from '../../src/kernel/source.js';
import { rowsOf, tombstoneOf } from '../../src/mirror/row.js';
import { name, sql } from '../../src/store/sql.js';
import { customer, eventOf, subscriptionItem } from '../support/core.js';
import type { Json } from '../support/scripted-stripe.js';
import { createRandom, type Random } from '../simulation/random.js';
import { databases, openTestDatabase } from '../support/world.js';

const source = { account: 'acct_1', livemode: false };
const HISTORIES = 15;
const STEPS = 30;
const NOON = 1_795_608_000;
const moment = (second: number): Date => new Date((NOON + second) * 1_000);

const arrivalFrom = (event: Json): OrdinaryArrival => {
  const whose = { source: { ...source, platform: source.account }, quarantine: null };
  const arrival = arrivalOf(JSON.stringify(event), () => whose, 'webhook');
  if (arrival === undefined || !isOrdinary(arrival)) throw new Error(`not ordinary: ${JSON.stringify(event)}`);
  return arrival;
};

describe.each(databases)('one statement leaves behind what the transaction does, on %s', (kind) => {
  let long: State;
  let short: State;
  beforeAll(async () => {
    long = createState(await openTestDatabase(kind), 'stripe');
    short = createState(await openTestDatabase(kind), 'stripe');
    await onBoth((state) =>
      state.database.transaction((tx) => state.sources.bind(tx, [{ ...source, platform: 'acct_1' }])),
    );
  });
  afterAll(() => onBoth(({ database }) => database.close()));

  const onBoth = async <T>(work: (state: State) => Promise<T>): Promise<[T, T]> => [
    await work(long),
    await work(short),
  ];

  const acceptOnBoth = async (events: readonly Json[], second: number): Promise<Accepted> => {
    const arrivals = events.map(arrivalFrom);
    // Of several snapshots of one object `accept` writes the last, and the statement one after the other.
    const byLong: Accepted = { outcomes: [], shown: [], bound: [] };
    const news = new Set<OrdinaryArrival>();
    for (const arrival of firstOfEach(arrivals).sort((a, b) => a.created.getTime() - b.created.getTime())) {
      const one = await long.database.transaction((tx) => accept(tx, long, [arrival], moment(second)));
      if (one.outcomes[0] === 'stored') news.add(arrival);
      byLong.shown.push(...one.shown);
    }
    byLong.outcomes = arrivals.map((arrival) => (news.has(arrival) ? 'stored' : 'duplicate'));
    const byShort = await acceptAtOnce(short.database, arrivals, moment(second));
    const shown = (accepted: Accepted | undefined) => [...new Set(accepted?.shown.map(keyText))].sort();
    expect(byShort?.outcomes).toEqual(byLong.outcomes);
    expect(shown(byShort)).toEqual(shown(byLong));
    return byLong;
  };

  const expectSame = async (): Promise<void> => {
    const [left, right] = await onBoth(leftBehind);
    expect(right).toEqual(left);
  };

  beforeEach(() =>
    onBoth(({ database }) =>
      database.script(
        `truncate lockstep.inbox, lockstep.dirty, ${tables.map((table) => `stripe.${table}`).join(', ')}`,
      ),
    ),
  );

  test.each(Array.from({ length: HISTORIES }, (_, seed) => seed))('history %i', async (seed) => {
    const history = new History(createRandom(seed), `${seed}`);
    let shown = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const second = step * 2;
      if (history.random.chance(0.35)) await interfere(history, second);
      const accepted = await acceptOnBoth(history.flush(second), second);
      shown += accepted.shown.length;
      await expectSame();
    }
    expect(shown).toBeGreaterThan(STEPS / 4); // a history that shows nothing compares nothing
  });

  /** What proofs, claims and listings do meanwhile, on both databases alike. */
  const interfere = async (history: History, second: number): Promise<void> => {
    const { key, object } = history.anyObject();
    const how = history.random.pick(['claim', 'prove', 'prove and keep the mark', 'bury', 'suspend'] as const);
    await onBoth(async ({ database, marks, mirror }) => {
      if (how === 'claim') await marks.claim({ limit: 100, now: moment(second), leaseMs: 60_000, homes: [source] });
      await database.transaction(async (tx) => {
        if ((await marks.lock(tx, key)) === undefined) return;
        const at = { provenAt: moment(second), asOf: moment(second - 1) };
        if (how === 'prove' || how === 'prove and keep the mark')
          await mirror.write(tx, rowsOf(key, object as never, at));
        if (how === 'bury') await mirror.write(tx, tombstoneOf(key, at));
        if (how === 'prove' || how === 'bury') await marks.clear(tx, [key]);
        if (how === 'suspend') await marks.suspend(tx, key, moment(second));
      });
    });
  };

  test('a hook that waits for one of the events: nothing is done, the transaction takes them', async () => {
    const topic = 'customer.updated';
    const { database } = short;
    await database.query(sql`
      insert into lockstep.hooks values ('told', 'event', ${topic}, false, now(), now()) on conflict do nothing`);
    const told = arrivalFrom(eventOf(topic, customer('cus_hooked'), { created: NOON }));
    const other = arrivalFrom(eventOf('customer.created', customer('cus_other'), { created: NOON }));
    const before = await leftBehind(short);
    expect(await acceptAtOnce(database, [other, told], moment(0))).toBeUndefined();
    expect(await leftBehind(short)).toEqual(before);
    expect(await acceptAtOnce(database, [other], moment(0))).toMatchObject({ outcomes: ['stored'] });
    await database.query(sql`delete from lockstep.hooks`);
    expect(await acceptAtOnce(database, [told], moment(0))).toMatchObject({ outcomes: ['stored'] });
  });

  test('an event is accepted only where its commit is, although the statement came to its end', async () => {
    const { database } = short;
    const inbox = database.within('accept');
    const before = arrivalFrom(eventOf('customer.created', customer('cus_before'), { created: NOON }));
    expect(await acceptAtOnce(inbox, [before], moment(0))).toMatchObject({ outcomes: ['stored'] });
    await database.script(`
      create function public.refuse() returns trigger language plpgsql as $$ begin raise 'refused at the commit'; end $$;
      create constraint trigger refuse after insert on lockstep.dirty deferrable initially deferred
        for each row execute function public.refuse()`);
    const arrival = arrivalFrom(eventOf('customer.created', customer('cus_refused'), { created: NOON }));
    await expect(acceptAtOnce(inbox, [arrival], moment(0))).rejects.toThrow('refused at the commit');
    await database.script('drop function public.refuse cascade');
    expect(await acceptAtOnce(inbox, [arrival], moment(0))).toMatchObject({ outcomes: ['stored'] });
  });

  test('an event whose thin twin is known: nothing is done, the transaction takes it', async () => {
    const { database } = short;
    const twin = eventOf('customer.updated', customer('cus_twin'), { created: NOON });
    await database.query(sql`
      insert into lockstep.inbox (created, account, livemode, id, type, feed, twin, body)
      values (${moment(0)}, 'acct_1', false, 'evt_thin', 'v1.customer.updated', 'webhook', ${twin['id']}, '{}')`);
    const before = await leftBehind(short);
    expect(await acceptAtOnce(database, [arrivalFrom(twin)], moment(0))).toBeUndefined();
    expect(await leftBehind(short)).toEqual(before);
  });
});

const tables = [
  'customers',
  'prices',
  'promotion_codes',
  'subscriptions',
  'subscription_items',
  'invoices',
  'invoice_line_items',
];

/** All that both leave behind. Gens, tokens, and the time of an insert differ in every run, so they are left out. */
async function leftBehind({ database }: State): Promise<unknown> {
  const rows = async (of: ReturnType<typeof sql>): Promise<unknown> => {
    const [row] = await database.query<{ all: unknown }>(
      sql`select coalesce(jsonb_agg(r order by r), '[]') as all from (${of}) r`,
    );
    return row?.all;
  };
  const drawn = `{gen,first_gen,token,proven_gen,received_at}`;
  const all: Record<string, unknown> = {
    inbox: await rows(sql`select to_jsonb(t) - ${drawn}::text[] as r from lockstep.inbox t`),
    marks: await rows(sql`
      select to_jsonb(t) - ${drawn}::text[] || jsonb_build_object('claimed', token is not null) as r from lockstep.dirty t`),
  };
  for (const table of tables) all[table] = await rows(sql`select to_jsonb(t) as r from ${name('stripe', table)} t`);
  return all;
}

/** Events of a few objects, as Stripe sends them and worse: late, twice, without what they replaced, in another version. */
class History {
  readonly #objects = new Map<string, Json>();
  readonly #sent: Json[] = [];
  #drawn = 0;

  constructor(
    readonly random: Random,
    private readonly name: string,
  ) {}

  anyObject(): { key: ObjectKey; object: Json } {
    const make = this.random.pick(makers);
    const start = make(`${this.name}_${this.random.between(1, 2)}`);
    const id = start['id'] as string;
    const object = this.#objects.get(id) ?? start;
    return { key: { ...source, type: start['object'] as string, id }, object };
  }

  /** The events of one flush, in any order. */
  flush(second: number): Json[] {
    return Array.from({ length: this.random.between(1, 5) }, () => {
      if (this.#sent.length > 0 && this.random.chance(0.1)) return this.random.pick(this.#sent);
      const event = this.#event(second + this.random.between(-2, 2));
      this.#sent.push(event);
      return event;
    });
  }

  #event(second: number): Json {
    const { random } = this;
    const { key, object } = this.anyObject();
    const { changed, previous } = this.#change(object);
    if (random.chance(0.9)) this.#objects.set(key.id, changed);
    const deleted = random.chance(0.05);
    const sent = random.chance(0.8) ? asAnEventHasIt(changed) : changed;
    return eventOf(`${key.type}.${deleted ? 'deleted' : random.pick(['created', 'updated'])}`, sent, {
      id: `evt_${this.name}_${(this.#drawn += 1)}`,
      created: NOON + second,
      ...(random.chance(0.15) ? {} : { previous: random.chance(0.1) ? { metadata: { n: 'wrong' } } : previous }),
      ...(random.chance(0.05) ? { version: '2020-08-27' } : {}),
    });
  }

  /** One field changes, inside an object or not; of a list of children one comes or goes. */
  #change(object: Json): { changed: Json; previous: Json } {
    const { random } = this;
    const field = random.pick(Object.keys(object).filter((each) => !['id', 'object'].includes(each)));
    const present = object[field];
    const isList = (value: unknown): value is { data: Json[] } =>
      typeof value === 'object' && value !== null && 'data' in value;
    if (isList(present)) {
      const member = subscriptionItem(`${object['id'] as string}`, random.between(0, 4));
      const others = present.data
        .filter(({ id }) => id !== member['id'])
        .map((each) => ({ ...each, quantity: random.between(1, 9) }));
      const of = present.data[0]?.['object'] ?? 'subscription_item';
      const data = random.chance(0.5)
        ? others
        : [...others, { ...member, object: random.chance(0.9) ? of : 'tax_rate' }];
      return {
        changed: { ...object, [field]: { ...present, data, has_more: random.chance(0.1) } },
        previous: { [field]: present },
      };
    }
    if (field === 'metadata' || field === 'restrictions') {
      const inner = present as Json;
      const value = random.pick(['a', 'b', null, 1, { deep: [1, 'two'] }]);
      return {
        changed: { ...object, [field]: { ...inner, n: value } },
        previous: { [field]: { n: inner['n'] ?? null } },
      };
    }
    const value = random.pick([null, `text ${random.between(1, 3)}`, random.between(1, 3), { nested: true }, []]);
    return { changed: { ...object, [field]: value }, previous: { [field]: present } };
  }
}

/** Without the values that Stripe gives only when asked for. */
function asAnEventHasIt(object: Json): Json {
  const sent = structuredClone(object);
  delete sent['tax'];
  delete sent['tiers'];
  if (typeof sent['restrictions'] === 'object') delete (sent['restrictions'] as Json | null)?.['currency_options'];
  return sent;
}

const list = (data: Json[]): Json => ({ object: 'list', data, has_more: false });
const makers: readonly ((id: string) => Json)[] = [
  (id) => customer(`cus_${id}`, { tax: { automatic_tax: 'supported' } }),
  (id) => ({
    id: `price_${id}`,
    object: 'price',
    livemode: false,
    nickname: null,
    unit_amount: 900,
    tiers: [{ up_to: 5 }],
    metadata: {},
  }),
  (id) => ({
    id: `promo_${id}`,
    object: 'promotion_code',
    livemode: false,
    code: 'A',
    restrictions: { currency_options: { eur: {} } },
    metadata: {},
  }),
  (id) => ({
    id: `sub_${id}`,
    object: 'subscription',
    status: 'active',
    items: list([subscriptionItem(`sub_${id}`, 0)]),
    metadata: {},
  }),
  (id) => ({
    id: `in_${id}`,
    object: 'invoice',
    total: 900,
    lines: list([{ ...subscriptionItem(`in_${id}`, 0), object: 'line_item' }]),
    metadata: {},
  }),
];
