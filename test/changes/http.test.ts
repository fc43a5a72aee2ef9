// GET /v1/changes: by pages, by waiting, and as a stream.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeptChange, NewChange } from '../../src/changes/changes.js';
import { createChangeWatch } from '../../src/changes/watch.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { changesAreReadable } from '../support/readable-changes.js';
import { databases, startWorld, TOKEN, type World } from '../support/world.js';

interface Answer {
  changes: KeptChange[];
  next: string;
}

let drawn = 0;
const change = (type: string, id: string): NewChange => ({
  account: 'acct_http',
  livemode: false,
  type,
  id,
  kind: 'updated',
  fields: ['status'],
  provenAt: new Date(),
  events: [`evt_${(drawn += 1)}`],
});

describe.each(databases)('the change feed over HTTP on %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind });
  });
  afterAll(() => world.stop());

  const ask = (query: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
    fetch(`${world.service.url}/v1/changes${query}`, {
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
  const read = async (query: string): Promise<Answer> => {
    const response = await ask(query);
    const body = (await response.json()) as Answer;
    if (response.status !== 200) throw new Error(JSON.stringify(body));
    return body;
  };
  const write = (...changes: NewChange[]) => world.database.query(world.engine.changes.changes.statement(changes));
  const idsOf = ({ changes }: Answer): string[] => changes.map(({ id }) => id);

  test('begins with a cursor of now, and continues from page to page', async () => {
    const { changes, next } = await read('');
    expect(changes).toEqual([]);
    await write(change('customer', 'cus_1'), change('subscription', 'sub_1'), change('customer', 'cus_2'));
    await changesAreReadable(world.database);
    const first = await read(`?after=${next}&limit=2`);
    expect(idsOf(first)).toEqual(['cus_1', 'sub_1']);
    expect(first.changes[0]).toMatchObject({ kind: 'updated', changed: ['status'], type: 'customer', livemode: false });
    const second = await read(`?after=${first.next}`);
    expect(idsOf(second)).toEqual(['cus_2']);
    expect(await read(`?after=${second.next}`)).toEqual({ changes: [], next: second.next });
    expect(idsOf(await read('?after=oldest')).slice(-3)).toEqual(['cus_1', 'sub_1', 'cus_2']);
  });

  test('leaves out other types, and moves the cursor past them', async () => {
    const { next } = await read('');
    await write(change('customer', 'cus_3'), change('subscription', 'sub_3'), change('customer', 'cus_4'));
    await changesAreReadable(world.database);
    const page = await read(`?after=${next}&types=subscription,invoice`);
    expect(idsOf(page)).toEqual(['sub_3']);
    expect(idsOf(await read(`?after=${page.next}`))).toEqual([]);
  });

  test('answers a waiting reader as soon as there is a change of its types', async () => {
    const { next } = await read('');
    const waiting = read(`?after=${next}&types=invoice&wait=30`);
    await write(change('customer', 'cus_5'));
    await write(change('invoice', 'in_5'));
    const page = await waiting;
    expect(idsOf(page)).toEqual(['in_5']);
    expect(await read(`?after=${page.next}&wait=1`)).toEqual({ changes: [], next: page.next });
  });

  test('gives every waiting reader what a proof of this process changed, with one look for all of them', async () => {
    const { next } = await read('');
    const readers = Array.from({ length: 40 }, () => read(`?after=${next}&wait=30`));
    const customer = await world.stripe.customers.create({ name: 'waited for' });
    for (const page of await Promise.all(readers)) expect(idsOf(page)).toContain(customer.id);
  });

  /** Reads a stream until it has so many events, or ends. */
  const follow = async (response: Response, count: number): Promise<{ ids: string[]; last: string; text: string }> => {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      if ((text.match(/^event: change$/gm) ?? []).length >= count && text.endsWith('\n\n')) break;
    }
    await reader.cancel();
    const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json as string) as KeptChange);
    const last = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
    return { ids: data.map(({ id }) => id), last, text };
  };
  const asStream = { accept: 'text/event-stream' };

  test('streams changes, and a stream continues after the last id that was received', async () => {
    const response = await ask('', asStream);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const following = follow(response, 2);
    const { next } = await read('');
    await write(change('customer', 'cus_6'));
    await write(change('customer', 'cus_7'));
    const { ids, last } = await following;
    expect(ids).toEqual(['cus_6', 'cus_7']);
    await write(change('customer', 'cus_8'));
    await changesAreReadable(world.database);
    // The header counts, and not the address, which a client sends again as it was.
    const again = await follow(await ask(`?after=${next}`, { ...asStream, 'last-event-id': last }), 1);
    expect(again.ids).toEqual(['cus_8']);
  });

  test('streams what a reader has missed at once, however much it is', async () => {
    const { next } = await read('');
    for (let n = 0; n < 12; n += 1) {
      await write(...Array.from({ length: 50 }, (_, index) => change('customer', `cus_many_${n}_${index}`)));
    }
    await changesAreReadable(world.database);
    // By a page for each look, which are a second apart, it would take longer than a test may.
    const { ids } = await follow(await ask(`?after=${next}&limit=2`, asStream), 600);
    expect(ids).toHaveLength(600);
    expect(new Set(ids).size).toBe(600);
  });

  test('tells a stream why it ends', async () => {
    const following = follow(await ask('', asStream), 1);
    const { epoch } = (
      await world.database.query<{ epoch: string }>(sql`select epoch from lockstep.change_feed`)
    )[0] as {
      epoch: string;
    };
    await world.database.query(sql`update lockstep.change_feed set epoch = '00000000'`);
    const { text } = await following;
    await world.database.query(sql`update lockstep.change_feed set epoch = ${epoch}`);
    expect(text).toMatch(/event: error\ndata: \{"code":"cursor_foreign".*"hint":".*read the mirror/);
  });

  test('is for the service token alone', async () => {
    const nobody = await fetch(`${world.service.url}/v1/changes`);
    expect([nobody.status, await nobody.json()]).toMatchObject([401, { error: { code: 'unauthorized' } }]);
    const wrong = await ask('', { authorization: 'Bearer another-token-of-tests' });
    expect(wrong.status).toBe(401);
  });

  test.each([
    ['?types=subscripton', 400, 'request_invalid', 'did you mean subscription?'],
    ['?types=subscription_item', 400, 'request_invalid', 'ask for subscription'],
    ['?tpyes=customer', 400, 'request_invalid', 'types'],
    ['?wait=61', 400, 'request_invalid', 'openapi'],
    ['?limit=0', 400, 'request_invalid', 'openapi'],
    ['?after=nonsense', 400, 'cursor_invalid', 'changes_now'],
    ['?after=00000000-1-1-00000000', 410, 'cursor_foreign', 'read the mirror'],
  ])('refuses %s with %s', async (query, status, code, hint) => {
    const response = await ask(query);
    const { error } = (await response.json()) as { error: { code: string; hint: string } };
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.hint).toContain(hint);
  });

  test('answers 410 to a cursor whose changes have expired, with the way out', async () => {
    const { next } = await read('');
    await write(change('customer', 'cus_old'), change('customer', 'cus_old_2'));
    await changesAreReadable(world.database);
    const future = new Date(Date.now() + 60_000);
    await world.database.query(sql`select lockstep.expire_changes(${future}::timestamptz, now())`);
    const response = await ask(`?after=${next}`);
    expect([response.status, await response.json()]).toMatchObject([
      410,
      { error: { code: 'cursor_expired', hint: expect.stringContaining('read the mirror') } },
    ]);
  });

  test('is in the OpenAPI document', async () => {
    const document = (await (await fetch(`${world.service.url}/v1/openapi.json`)).json()) as {
      paths: Record<string, { get: { parameters: { name: string }[]; security: unknown } }>;
    };
    const { parameters, security } = document.paths['/v1/changes']?.get ?? {};
    expect(parameters?.map(({ name }) => name)).toEqual(['after', 'types', 'limit', 'wait', 'Last-Event-ID']);
    expect(security).toEqual([{ service: [] }]);
  });
});

describe('the watch', () => {
  const row = (n: number): KeptChange => ({
    cursor: `aaaaaaaa-${n}-${n}-00000000`,
    sequence: n,
    account: 'acct_1',
    livemode: false,
    type: 'customer',
    id: `cus_${n}`,
    kind: 'updated',
    changed: [],
    provenAt: new Date(),
    events: [],
  });
  const cursorAt = (n: number): string => row(n).cursor;

  /** A feed in memory that counts how often it is read. */
  const feedOf = (rows: KeptChange[]) => {
    const feed = {
      reads: 0,
      notified: [] as string[],
      now: () => Promise.resolve(rows.at(-1)?.cursor ?? cursorAt(0)),
      after: (cursor: string, limit: number) => {
        feed.reads += 1;
        const place = Number(cursor.split('-')[1]);
        return Promise.resolve(rows.filter(({ sequence }) => sequence > place).slice(0, limit));
      },
      notify: (cursor: string) => {
        feed.notified.push(cursor);
        return Promise.resolve();
      },
    };
    return feed;
  };

  test('looks once for a thousand readers, and not at all when they have left', async () => {
    const rows = [row(1)];
    const feed = feedOf(rows);
    const watch = createChangeWatch({ changes: feed, notifies: false, clock: systemClock, log: silent });
    const waiting = Array.from({ length: 1_000 }, () => watch.wait(cursorAt(1), 30_000));
    rows.push(row(2));
    watch.wake();
    for (const news of await Promise.all(waiting)) expect(news.map(({ sequence }) => sequence)).toEqual([2]);
    expect(feed.reads).toBeLessThan(10);
    await watch.stop();
    const after = feed.reads;
    expect(await watch.wait(cursorAt(1), 30_000)).toEqual([]);
    expect(feed.reads).toBe(after);
  });

  test('gives readers what they have not read, whether they are behind the last look or ahead of it', async () => {
    const rows = [row(1), row(2), row(3)];
    const feed = feedOf(rows);
    const watch = createChangeWatch({ changes: feed, notifies: false, clock: systemClock, log: silent });
    const leading = watch.wait(cursorAt(3), 30_000);
    const behind = watch.wait(cursorAt(1), 30_000);
    expect((await behind).map(({ sequence }) => sequence)).toEqual([2, 3]);
    rows.push(row(4), row(5));
    const ahead = watch.wait(cursorAt(4), 30_000);
    watch.wake();
    expect((await leading).map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect((await ahead).map(({ sequence }) => sequence)).toEqual([5]);
    await watch.stop();
  });

  test('tells listeners once of all that it found', async () => {
    const rows = [row(1)];
    const feed = feedOf(rows);
    const watch = createChangeWatch({ changes: feed, notifies: true, clock: systemClock, log: silent });
    watch.start();
    await eventually(() => Promise.resolve(feed.reads > 0), 'it has looked');
    rows.push(row(2), row(3), row(4));
    watch.wake();
    await eventually(() => Promise.resolve(feed.notified.length > 0), 'it has told');
    expect(feed.notified).toEqual([cursorAt(4)]);
    await watch.stop();
  });
});
