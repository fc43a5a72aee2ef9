// The guide docs/guides/follow-changes.md, run as a reader would run it.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { optionsFromFile } from '../../src/cli/config-file.js';
import { resolveConfig } from '../../src/engine/config.js';
import { sql } from '../../src/store/sql.js';
import { commandsOf } from '../guides/snippets.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';
import { changesAreReadable } from '../support/readable-changes.js';
import { startWorld, TOKEN, type World } from '../support/world.js';
import { follow, type Change } from './follow.js';

const GUIDE = 'follow-changes.md';
const run = promisify(execFile);

let world: World;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await startWorld({ kind: 'PostgreSQL' });
  const [row] = await world.database.query<{ name: string }>(sql`select current_database() as name`);
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${row?.name}` }).href;
  env = { ...process.env, DATABASE_URL: url, LOCKSTEP_URL: world.service.url, LOCKSTEP_TOKEN: TOKEN };
});
afterAll(() => world.stop());

const shell = async (script: string): Promise<string> => {
  const { stdout } = await run('bash', ['-c', script], { env }).catch((error: unknown) => {
    const failed = error as { code: number; stdout: string; stderr: string };
    // curl's own time limit ends a stream.
    if (failed.code === 28) return failed;
    throw new Error(failed.stderr, { cause: error });
  });
  return stdout;
};
const readable = () => changesAreReadable(world.database);

test('the shell takes a cursor, and reads what changed with psql and with curl', async () => {
  const begin = `${commandsOf(GUIDE, 'run begin')}echo "$cursor"\n`;
  const cursor = (await shell(begin)).trim();
  const { id } = await world.stripe.customers.create({ name: 'Ada' });
  await eventually(
    async () => (await world.database.query(sql`select from lockstep.changes where id = ${id}`)).length === 1,
    'the customer is proven',
  );
  await readable();
  const at = `cursor=${cursor}\n`;
  expect(await shell(at + commandsOf(GUIDE, 'run read'))).toMatch(
    new RegExp(`^[0-9a-f-]+\\|created\\|customer\\|${id}\\|\\{\\}\\|\\{evt_\\w+\\}\n$`),
  );
  const page = JSON.parse(await shell(at + commandsOf(GUIDE, 'run curl'))) as { changes: Change[]; next: string };
  expect(page.changes).toMatchObject([{ id, type: 'customer', kind: 'created' }]);
  expect(page.next).toBe(page.changes[0]?.cursor);
  const stream = await shell(at + commandsOf(GUIDE, 'run stream'));
  expect(stream).toContain(`id: ${page.next}\nevent: change\ndata: {"cursor":"${page.next}"`);
});

test('a role with the rights of the guide can read, and nothing more', async () => {
  await world.database.query(sql`create role app`);
  await shell(commandsOf(GUIDE, 'run grants'));
  const asApp = (statement: string) => shell(`psql -qtAX "$DATABASE_URL" -c "set role app" -c "${statement}"`);
  expect(Number(await asApp("select count(*) from lockstep.changes_after('oldest')"))).toBeGreaterThan(0);
  expect(await asApp('select lockstep.changes_now()')).toMatch(/^[0-9a-f]{8}-/);
  await expect(asApp('select count(*) from lockstep.inbox')).rejects.toThrow('permission denied');
});

test('the settings of an endpoint are those that the service takes', async () => {
  const directory = await temporaryDirectory();
  const file = join(directory.path, 'lockstep.config.json');
  writeFileSync(file, commandsOf(GUIDE, 'run endpoints'));
  const secret = `whsec_${Buffer.from('a-secret-of-twenty-four-bytes').toString('base64')}`;
  const url = 'https://app.example.com/changes';
  const options = optionsFromFile(file, { APP_CHANGES_URL: url, APP_CHANGES_SECRET: secret });
  const { endpoints } = resolveConfig({ stripeKey: 'sk_test_guide', feed: 'poll', ...options });
  expect(endpoints).toMatchObject([{ name: 'app', url, secret, types: ['customer', 'subscription'] }]);
  await directory.remove();
});

/** The changes of a customer that a reader gets, from its creation to its deletion. */
async function live(isFollowing: () => Promise<boolean>): Promise<string> {
  await eventually(isFollowing, 'the reader follows');
  const { id } = await world.stripe.customers.create({ name: 'first' });
  const isProven = (count: number) =>
    eventually(
      async () => (await world.database.query(sql`select from lockstep.changes where id = ${id}`)).length === count,
      `change ${count} of ${id} is proven`,
    );
  await isProven(1);
  await world.stripe.customers.update(id, { name: 'second' });
  await isProven(2);
  await world.stripe.customers.del(id);
  await isProven(3);
  return id;
}
const told = (id: string, changes: readonly Pick<Change, 'id' | 'kind' | 'changed'>[]) =>
  changes.filter((change) => change.id === id).map(({ kind, changed }) => [kind, changed]);
const life = [
  ['created', []],
  ['updated', ['name']],
  ['deleted', []],
];

test('the reader in TypeScript begins, follows in order, and begins again when its cursor is refused', async () => {
  let saved: string | undefined;
  let begun = 0;
  const seen: Change[] = [];
  const stopping = new AbortController();
  const following = follow({
    url: world.service.url,
    token: TOKEN,
    load: () => Promise.resolve(saved),
    save: (cursor) => Promise.resolve(void (saved = cursor)),
    handle: (change) => Promise.resolve(void seen.push(change)),
    startOver: () => Promise.resolve(void (begun += 1)),
    signal: stopping.signal,
  });
  const id = await live(() => Promise.resolve(saved !== undefined));
  await eventually(() => Promise.resolve(told(id, seen).length === 3), 'it has read all three changes');
  expect(told(id, seen)).toEqual(life);
  expect(begun).toBe(1);
  await world.database.query(sql`update lockstep.change_feed set epoch = '00000000'`);
  await eventually(() => Promise.resolve(begun === 2), 'it has begun again');
  stopping.abort();
  await expect(following).rejects.toThrow('abort');
});

test('the reader in Python begins, follows in order, and begins again when its cursor is refused', async () => {
  const script = `
import sys; sys.path.insert(0, ${JSON.stringify(import.meta.dirname)}); sys.dont_write_bytecode = True
import json
from follow import follow
state = {"cursor": None}
def save(cursor):
    state["cursor"] = cursor
    print(json.dumps({"saved": cursor}), flush=True)
follow(lambda: state["cursor"], save, lambda change: print(json.dumps(change), flush=True),
       lambda: print(json.dumps({"begun": True}), flush=True))
`;
  const child = execFile('python3', ['-c', script], { env });
  let text = '';
  let failed = '';
  child.stdout?.on('data', (chunk: string) => (text += chunk));
  child.stderr?.on('data', (chunk: string) => (failed += chunk));
  const lines = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Change & { saved?: string; begun?: boolean });
  const begun = (): number => lines().filter((line) => line.begun === true).length;
  const id = await live(() => Promise.resolve(lines().some(({ saved }) => saved !== undefined)));
  await eventually(() => Promise.resolve(told(id, lines()).length === 3), 'it has read all three changes');
  expect(told(id, lines())).toEqual(life);
  expect(begun()).toBe(1);
  await world.database.query(sql`update lockstep.change_feed set epoch = '11111111'`);
  await eventually(() => Promise.resolve(begun() === 2), 'it has begun again');
  child.kill();
  expect(failed).toBe('');
});
