import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import { sql } from '../../src/store/sql.js';
import { databases, startWorld, TOKEN, type World } from '../support/world.js';
import { consoleRig, posted, type Browser, type ConsoleRig } from './client.js';

const SIGN_IN = '/console/api/sign-in';

describe.each(databases)('the sign-in of the console on %s', (kind) => {
  let world: World;
  let rig: ConsoleRig;
  let webDir: string;
  const warnings: object[] = [];

  beforeAll(async () => {
    webDir = await mkdtemp(join(tmpdir(), 'lockstep-console-'));
    await mkdir(join(webDir, 'console', 'assets'), { recursive: true });
    await writeFile(join(webDir, 'console', 'index.html'), '<script src="./assets/a-1.js"></script>');
    await writeFile(join(webDir, 'console', 'assets', 'a-1.js'), 'let a = 1;');
    await writeFile(join(webDir, 'secret.js'), 'secret');
    world = await startWorld({ kind });
    rig = consoleRig(world.engine, { webDir, log: { ...silent, warn: (facts) => void warnings.push(facts) } });
  });
  afterAll(async () => {
    await world.stop();
    await rm(webDir, { recursive: true });
  });

  test('without a token there is no console, and the log says how to switch it on', async () => {
    for (const path of ['/console', '/console/', '/console/assets/a-1.js', '/console/api/session']) {
      expect(await rig.call(path)).toMatchObject({ status: 404, body: { error: { message: 'No such route' } } });
    }
    expect((await rig.call(SIGN_IN, posted({ token: TOKEN }))).status).toBe(404);
    expect(warnings).toEqual([expect.objectContaining({ event: 'console.off', next: 'lockstep console add NAME' })]);
  });

  test('the page works below any path, and loads nothing from elsewhere', async () => {
    await rig.token('first', 'look');
    const [folder, file] = await Promise.all([rig.fetch('/console/'), rig.fetch('/console')]);
    expect(await folder.text()).toBe('<script src="./assets/a-1.js"></script>');
    expect(await file.text()).toBe('<script src="./console/assets/a-1.js"></script>');
    const policy = folder.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const asset = await rig.fetch('/console/assets/a-1.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await asset.arrayBuffer())).toString()).toBe('let a = 1;');
  });

  test.each([
    '/console/assets/../../secret.js',
    '/console/assets/..%2f..%2fsecret.js',
    '/console/assets/%2e%2e/%2e%2e/secret.js',
    '/console/assets/..%5c..%5csecret.js',
    '/console/assets//secret.js',
    '/console/assets/a-1.js%00',
    '/console/%2e%2e/console/assets/..%2fsecret.js',
  ])('no path leads out of the folder of the pages: %s', async (path) => {
    const answer = await rig.fetch(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret');
  });

  test('a token opens a session in a cookie that no script reads and no other site sends', async () => {
    const token = await rig.token('ada', 'act');
    const plain = await rig.call(SIGN_IN, posted({ token }));
    expect(plain.headers.get('set-cookie')).toMatch(/^lockstep_console=[\w-]{43}; HttpOnly; SameSite=Strict$/);
    const behindTls = await rig.call(SIGN_IN, posted({ token }, { 'x-forwarded-proto': 'https' }));
    expect(behindTls.headers.get('set-cookie')).toContain('; Secure');
    const ada = await rig.signIn(token);
    expect((await ada.get('/session')).body).toMatchObject({ name: 'ada', role: 'act' });
    const stored = await world.database.query(sql`
      select encode(hash, 'escape') as hash from lockstep.console_tokens
      union all select encode(hash, 'escape') from lockstep.console_sessions`);
    expect(JSON.stringify(stored)).not.toContain(token.slice(-20));
    expect(JSON.stringify(stored)).not.toContain(ada.cookie.slice(-20));
  });

  test('neither the service token nor a wrong, cut, or expired token opens it', async () => {
    const expired = await rig.token('late', 'look', new Date(Date.now() - 1_000));
    const good = await rig.token('good', 'look');
    const wrong = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`;
    for (const token of [TOKEN, expired, wrong, good.slice(0, -1), 'lsc_', "' or true --"]) {
      const answer = await rig.call(SIGN_IN, posted({ token }));
      expect([token.slice(0, 4), answer.status, answer.body.error?.code]).toEqual([
        token.slice(0, 4),
        401,
        'unauthorized',
      ]);
      expect(answer.headers.has('set-cookie')).toBe(false);
    }
    const bearer = await rig.call('/console/api/status', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(bearer.status).toBe(401);
  });

  test('failed sign-ins are limited, and do not lock out those whose token is not known', async () => {
    const victim = await rig.token('victim', 'look');
    const fail = (token: string) => rig.call(SIGN_IN, posted({ token }));
    let last = await fail('nonsense');
    for (let times = 0; times < 20 && last.status !== 429; times += 1)
      last = await fail(`lsc_${'0'.repeat(10)}_${'x'.repeat(43)}`);
    expect(last).toMatchObject({ status: 429, body: { error: { code: 'too_many_attempts' } } });
    expect((await fail(victim)).status).toBe(200);
    const guess = `${victim.slice(0, 15)}${'y'.repeat(43)}`;
    for (let times = 0; times < 10; times += 1) expect((await fail(guess)).status).toBe(401);
    expect((await fail(guess)).status).toBe(429);
  });

  test('a session ends by signing out, by revoking its token, and by time', async () => {
    const [one, two, three] = [
      await rig.token('one', 'look'),
      await rig.token('two', 'look'),
      await rig.token('three', 'look'),
    ];
    const [a, b, c] = [await rig.signIn(one), await rig.signIn(two), await rig.signIn(three)];
    expect((await a.post('/sign-out', {})).status).toBe(200);
    await world.database.query(sql`delete from lockstep.console_tokens where name = 'two'`);
    await world.database.query(sql`
      update lockstep.console_sessions s set seen_at = now() - interval '1 day'
      from lockstep.console_tokens t where t.id = s.token and t.name = 'three'`);
    for (const browser of [a, b, c]) expect((await browser.get('/session')).status).toBe(401);
  });

  describe('a write', () => {
    let ada: Browser;
    let grace: Browser;
    beforeAll(async () => {
      ada = await rig.signIn(await rig.token('writer', 'act'));
      grace = await rig.signIn(await rig.token('reader', 'look'));
    });
    const key = () => ({ ...world.engine.source, type: 'customer', id: 'cus_none' });

    test('is refused from another site, without the secret of the page, and as a form', async () => {
      const post = (headers: Record<string, string>) => rig.call('/console/api/object/prove', posted(key(), headers));
      const own = { cookie: ada.cookie, 'x-lockstep-csrf': ada.csrf };
      expect((await post({ cookie: ada.cookie })).body.error?.code).toBe('forbidden');
      expect((await post({ ...own, 'x-lockstep-csrf': grace.csrf })).body.error?.code).toBe('forbidden');
      expect((await post({ ...own, 'sec-fetch-site': 'cross-site' })).body.error?.code).toBe('forbidden');
      expect((await post({ ...own, 'sec-fetch-site': 'same-site' })).body.error?.code).toBe('forbidden');
      expect((await post({ ...own, 'content-type': 'text/plain' })).body.error?.code).toBe('request_invalid');
      expect(await world.database.query(sql`select 1 from lockstep.audit where target = 'cus_none'`)).toEqual([]);
    });

    test('needs the role act', async () => {
      expect(await grace.post('/object/prove', key())).toMatchObject({
        status: 403,
        body: { error: { message: 'reader may look, and not act' } },
      });
      expect((await grace.get('/status')).status).toBe(200);
    });

    test('has an entry that says who, what, when, why, and how it ended', async () => {
      const answer = await ada.post('/object/prove', { ...key(), id: 'cus_gone', note: 'asked by support' });
      expect([answer.status, answer.body]).toEqual([200, { proven: true }]);
      const [entry] = await world.database.query(sql`
        select who, action, target, note, outcome, failed from lockstep.audit where target = 'cus_gone'`);
      expect(entry).toEqual({
        ...{ who: 'writer', action: 'prove', target: 'cus_gone', note: 'asked by support' },
        ...{ outcome: 'proven', failed: false },
      });
    });
  });

  test('a huge or unknown filter is refused in words', async () => {
    const ada = await rig.signIn(await rig.token('curious', 'look'));
    const huge = await ada.get(`/object?id=${'x'.repeat(5_000)}`);
    expect(huge).toMatchObject({ status: 400, body: { error: { code: 'request_invalid' } } });
    const unknown = await ada.get('/object?ids=cus_1');
    expect(unknown.body.error?.message).toBe('Unknown field "ids" (did you mean "id"?)');
    expect((await ada.get('/object?id=%27%3B drop table x')).status).toBe(200);
    expect((await ada.get('/object?id=%00')).status).toBe(400);
  });
});
