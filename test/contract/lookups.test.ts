// Statements are planned once and kept, often while a table is nearly empty; what they read must not grow with the table.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChanges } from '../../src/changes/changes.js';
import { acceptAtOnce, isOrdinary, type OrdinaryArrival } from '../../src/inbox/accept-at-once.js';
import { arrivalOf } from '../../src/inbox/arrival.js';
import { createMarks } from '../../src/inbox/marks.js';
import { sources } from '../../src/inbox/sources.js';
import { createEvidenceReader } from '../../src/listing/drift/evidence.js';
import type { ObjectKey } from '../../src/kernel/source.js';
import { createMirror } from '../../src/mirror/mirror.js';
import { createPageMarks } from '../../src/sync/pages/page-marks.js';
import type { Database, Queryable } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { eventOf, subscription } from '../support/core.js';
import { changesAreReadable } from '../support/readable-changes.js';
import { databases, openTestDatabase } from '../support/world.js';

const PAGES = 30;
const at = new Date('2026-11-02T09:00:00Z');

const source = { account: 'acct_1', livemode: false };

describe.each(databases)('on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    await database.transaction((tx) => sources.bind(tx, [{ ...source, platform: source.account }]));
  });
  afterAll(() => database.close());

  const pageOf = (n: number): ObjectKey[] =>
    Array.from({ length: 100 }, (_, index) => ({ ...source, type: 'customer', id: `cus_${n}_${index}` }));

  const marked = Array.from({ length: PAGES }, (_, n) => pageOf(n)).flat();

  /** What the session has read of these tables so far. */
  const readSoFar = async (tx: Queryable): Promise<{ scans: number; rows: number }> => {
    const [row] = await tx.query<{ scans: number; rows: number }>(sql`
      select sum(seq_scan)::integer as scans, sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as rows
      from pg_stat_xact_user_tables
      where relname in ('customers', 'dirty', 'subscriptions', 'subscription_items')
        or relname like 'inbox%' or relname like 'changes%'`);
    return row ?? { scans: NaN, rows: NaN };
  };

  test('rows are looked up by their keys while their table grows', async () => {
    const mirror = createMirror('stripe');
    const scans = await database.transaction(async (tx) => {
      const before = await readSoFar(tx);
      for (let n = 0; n < PAGES; n += 1) {
        const rows = pageOf(n).map((key) => {
          const data = { id: key.id, object: 'customer' };
          return { ...key, owner: null, data, deleted: false, provenAt: at, asOf: at };
        });
        await mirror.readMarked(tx, rows);
        await mirror.insertAbsent(tx, rows);
        await mirror.read(tx, rows);
      }
      return (await readSoFar(tx)).scans - before.scans;
    });
    expect(scans).toBe(0);
  });

  test.each([
    ['by age', {}],
    ['of which events were about', { heard: true }],
    ['that are waited for', { awaited: true }],
  ])('a claim and its proof read as few marks among three thousand as among a hundred: %s', async (_, more) => {
    const most = await database.transaction(async (tx) => {
      const marks = createMarks({ ...database, query: (statement) => tx.query(statement) });
      await marks.clear(tx, marked);
      let rows = 0;
      for (let n = 0; n < PAGES; n += 1) {
        await marks.mark(
          tx,
          pageOf(n).map((key) => ({ ...key, parents: {}, ...more })),
          at,
        );
        const before = await readSoFar(tx);
        const claims = await marks.claim({ limit: 3, now: at, leaseMs: 60_000, homes: [source] });
        expect(claims).toHaveLength(3);
        await marks.noteShown(
          tx,
          claims.map((key) => ({ ...key, prior: null })),
        );
        await marks.unproven(claims);
        await marks.renew(claims, at, 60_000);
        await marks.clear(tx, claims);
        await marks.nextDue([source], new Date(at.getTime() - 1));
        const after = await readSoFar(tx);
        expect(after.scans).toBe(before.scans);
        rows = Math.max(rows, after.rows - before.rows);
      }
      return rows;
    });
    expect(most).toBeLessThan(100);
  });

  test('what explains a difference is looked up by key, whatever else is stored', async () => {
    const evidence = createEvidenceReader('stripe');
    const pageFrom = (n: number): ObjectKey[] =>
      Array.from({ length: 100 }, (_, index) => ({ ...source, type: 'subscription', id: `sub_drift_${n}_${index}` }));
    const most = await database.transaction(async (tx) => {
      let rows = 0;
      for (let n = 0; n < PAGES; n += 1) {
        const created = at.getTime() / 1_000;
        const news = pageFrom(n).map(({ id }) =>
          arrivalFrom(eventOf('customer.subscription.created', subscription(id, 2), { created })),
        );
        await acceptAtOnce(tx, news, at);
        const before = await readSoFar(tx);
        const found = await evidence.ofObjects(tx, pageFrom(n));
        expect([...found.values()].every(({ row, isHeard }) => row === 'undigested' && isHeard)).toBe(true);
        const after = await readSoFar(tx);
        expect(after.scans).toBe(before.scans);
        rows = Math.max(rows, after.rows - before.rows);
      }
      return rows;
    });
    expect(most).toBeLessThan(1_000);
  });

  test('claims for a page read as few marks among three thousand as among a hundred', async () => {
    const most = await database.transaction(async (tx) => {
      const within = { ...database, query: (statement: Parameters<Queryable['query']>[0]) => tx.query(statement) };
      const [marks, pageMarks] = [createMarks(within as Database), createPageMarks(within as Database, 'stripe')];
      await marks.clear(tx, marked);
      let rows = 0;
      for (let n = 0; n < PAGES; n += 1) {
        const page = pageOf(n).map((key) => ({ ...key, parents: {}, platform: source.account }));
        await marks.mark(tx, page, at);
        const upTo = await pageMarks.tick();
        const before = await readSoFar(tx);
        await pageMarks.created(
          source,
          'customer',
          page.map(({ id }) => id),
        );
        expect(await pageMarks.claim(page, { now: at, leaseMs: 60_000, upTo })).toHaveLength(100);
        const after = await readSoFar(tx); // and the claims stay
        expect(after.scans).toBe(before.scans);
        rows = Math.max(rows, after.rows - before.rows);
      }
      await marks.clear(tx, marked);
      return rows;
    });
    expect(most).toBeLessThan(1_000);
  });

  const arrivalFrom = (event: object): OrdinaryArrival => {
    const whose = { source: { ...source, platform: source.account }, quarantine: null };
    const arrival = arrivalOf(JSON.stringify(event), () => whose, 'webhook');
    if (arrival === undefined || !isOrdinary(arrival)) throw new Error('not ordinary');
    return arrival;
  };

  test.each([
    ['new objects', false],
    ['objects that are there', true],
  ])('an accepted event reads as few rows among three thousand as among a hundred: %s', async (_, areThere) => {
    const created = at.getTime() / 1_000;
    const most = await database.transaction(async (tx) => {
      let rows = 0;
      for (let n = 0; n < PAGES; n += 1) {
        const page = Array.from({ length: 100 }, (__, index) => subscription(`sub_${areThere}_${n}_${index}`, 1));
        const news = page.map((object) => arrivalFrom(eventOf('customer.subscription.created', object, { created })));
        const ended = page.map((object) => {
          const more = { created: created + 1, previous: { status: 'active' } };
          return arrivalFrom(eventOf('customer.subscription.updated', { ...object, status: 'canceled' }, more));
        });
        if (areThere) await acceptAtOnce(tx, news, at);
        const before = await readSoFar(tx);
        const accepted = await acceptAtOnce(tx, areThere ? ended : news, at);
        expect(accepted?.shown).toHaveLength(100);
        const after = await readSoFar(tx);
        expect(after.scans).toBe(before.scans);
        rows = Math.max(rows, after.rows - before.rows);
      }
      return rows;
    });
    expect(most).toBeLessThan(1_000);
  });

  test('a page of the change feed reads as few rows among three thousand changes as among a hundred', async () => {
    const changes = createChanges(database);
    await changes.begin();
    const read = (): Promise<{ scans: number; rows: number }> =>
      database.transaction(async (tx) => {
        const before = await readSoFar(tx);
        const within = createChanges({ ...database, query: (statement) => tx.query(statement) });
        const [first] = await within.after('oldest', 1);
        await within.after(first?.cursor ?? '', 10);
        await within.now();
        const now = await readSoFar(tx);
        return { scans: now.scans - before.scans, rows: now.rows - before.rows };
      });
    let rows = 0;
    for (let n = 0; n < PAGES; n += 1) {
      const page = pageOf(n).map((key) => ({ ...key, kind: 'created' as const, fields: [], provenAt: at, events: [] }));
      await database.query(changes.statement(page));
      await changesAreReadable(database);
      const found = await read();
      expect(found.scans).toBe(0);
      rows = Math.max(rows, found.rows);
    }
    expect(rows).toBeLessThan(30);
  });
});
