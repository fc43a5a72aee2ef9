import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import { keyText } from '../../src/kernel/source.js';
import { createEvidenceReader } from '../../src/listing/drift/evidence.js';
import type { Database } from '../../src/store/database.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { customer, eventOf, startCore } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import type { Json } from '../support/scripted-stripe.js';

/** Not tried, each for a reason. */
const left: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'who sets it wants no writes: answered 503',
  transaction_read_only: 'the same',
  transaction_isolation: 'PostgreSQL takes it only within a transaction',
  transaction_deferrable: 'the same',
  search_path: 'finds the tables of the app, which is its own affair; ours are always named in full',
  local_preload_libraries: 'loads code',
  default_table_access_method: 'there is only one',
  default_tablespace: 'there is only one',
  temp_tablespaces: 'there is only one',
  timezone_abbreviations: 'there is only one',
  default_text_search_config: 'nothing of ours searches text',
  debug_print_parse: 'fills the log of the server',
  debug_print_plan: 'the same',
  debug_print_rewritten: 'the same',
};

/** What no rule would come upon. */
const chosen: Readonly<Record<string, string[]>> = {
  DateStyle: ['SQL, DMY', 'German', 'Postgres, DMY'],
  TimeZone: ['Asia/Kathmandu', 'America/New_York'],
  client_encoding: ['LATIN1', 'SJIS'],
  lc_monetary: ['C'],
  lc_numeric: ['C'],
  lc_time: ['C'],
  restrict_nonsystem_relation_kind: ['view,foreign-table'],
  statement_timeout: ['50ms'],
  lock_timeout: ['5ms'],
  idle_in_transaction_session_timeout: ['10ms'],
  transaction_timeout: ['20ms'],
  idle_session_timeout: ['5s'],
};

interface Setting {
  name: string;
  type: string;
  value: string;
  words: string[] | null;
  min: string | null;
  max: string | null;
}

function alternatives({ name, type, value, words, min, max }: Setting): string[] {
  if (chosen[name] !== undefined) return chosen[name];
  if (type === 'bool') return [value === 'on' ? 'off' : 'on'];
  if (type === 'enum') return (words ?? []).filter((word) => word !== value);
  return type === 'string' ? [] : [min, max].filter((end): end is string => end !== null && end !== value);
}

let url: string;
let admin: pg.Client;
let ordinarily: Database;
let settings: Setting[];
beforeAll(async () => {
  ({ url } = await createDatabase({ template: MIGRATED }));
  ordinarily = openPostgres({ url, log: silent });
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query<Setting>(`
    select name, vartype as type, setting as value, enumvals as words, min_val as min, max_val as max
    from pg_settings where context = 'user' order by name`);
  settings = rows.filter(({ name }) => left[name] === undefined);
  // The server's own word on what holds while an event is stored.
  await admin.query(`
    create table public.seen (name text, value text);
    create function public.see() returns trigger language plpgsql as $$ begin
      insert into public.seen select name, current_setting(name) from unnest(array['synchronous_commit', 'transaction_isolation',
        'TimeZone', 'DateStyle', 'client_encoding', 'enable_seqscan', 'jit', 'statement_timeout', 'lock_timeout',
        'idle_in_transaction_session_timeout', 'exit_on_error', 'row_security']) name;
      return null; end $$;
    create trigger see after insert on lockstep.inbox for each statement execute function public.see()`);
});
afterAll(() => Promise.all([ordinarily.close(), admin.end()]));

/** Everything that a role may set, each to its n-th other value, at once. */
const ROUNDS = 4;

async function runAs(n: number): Promise<{ row: Json | undefined; status: unknown; seen: unknown }> {
  const role = `odd_${new URL(url).pathname.slice(3, 13)}_${n}`;
  await admin.query(`create role ${role} superuser login password 'odd'`);
  for (const setting of settings) {
    const value = alternatives(setting)[n];
    if (value !== undefined)
      await admin.query(`alter role ${role} set ${setting.name} = ${quoted(setting.name, value)}`);
  }
  const theirs = Object.assign(new URL(url), { username: role, password: 'odd' }).href;
  const core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url: theirs, log: silent }) });
  await admin.query('truncate public.seen');
  const id = `cus_odd_${n}`;
  const object = customer(id, {
    name: 'Zoë Größe 東京',
    metadata: { path: 'C:\\new', null: 'null' },
    invoice_settings: { custom_fields: null },
  });
  core.stripe.put(`/v1/customers/${id}`, object);
  await core.deliver(eventOf('customer.created', object));
  await core.deliver(eventOf('customer.updated', { ...object, name: 'soon over' }));
  await core.rest();
  await core.list('customer', object);
  const { account, ...row } = (await core.row('customers', id)) ?? {};
  const { dirty, dead, quarantined } = await core.engine.status();
  const seen = await admin.query('select distinct name, value from public.seen order by 1, 2');
  expect(core.logged.filter(({ event }) => /failed|postponed|dead|not_stored/.test(event))).toEqual([]);
  expect(account).toBe('acct_scripted');
  await core.stop();

  // A digest that depended on a setting would say for another role that the row was edited.
  const key = { ...core.engine.source, type: 'customer', id };
  const { row: digest } = (await createEvidenceReader('stripe').ofObjects(ordinarily, [key])).get(keyText(key)) ?? {};
  expect(digest).toBe('as_proven');
  return { row: comparable(row, id), status: { dirty, dead, quarantined }, seen: seen.rows };
}

const quoted = (name: string, value: string): string => (name === 'DateStyle' ? value : pg.escapeLiteral(value));

/** Without what differs from run to run. */
function comparable({ id: _, digest: __, data, proven_at, as_of, ...row }: Json, id: string): Json {
  const text = JSON.stringify(data).replaceAll(id, 'cus_odd');
  return { ...row, data: JSON.parse(text), times: [proven_at, as_of].map((at) => at instanceof Date) };
}

test('whatever a role sets as its default, events are stored and proven as ever', async () => {
  expect(settings.length).toBeGreaterThan(80);
  const ordinary = await runAs(ROUNDS + 5); // no setting has so many other values
  expect(ordinary.row).toMatchObject({ name: 'Zoë Größe 東京', times: [true, true] });
  expect(ordinary.seen).toContainEqual({ name: 'synchronous_commit', value: 'on' });
  for (let n = 0; n < ROUNDS; n += 1) {
    const odd = await runAs(n);
    expect({ ...odd, seen: strictest(odd.seen) }, `round ${n}`).toEqual({
      ...ordinary,
      seen: strictest(ordinary.seen),
    });
  }
  expect(await admin.query('select 1')).toBeDefined();
}, 120_000);

/** Any setting with which a commit is on disk will do. */
function strictest(seen: unknown): unknown {
  return (seen as { name: string; value: string }[]).map(({ name, value }) =>
    name === 'synchronous_commit' && value !== 'off' ? { name, value: 'on disk' } : { name, value },
  );
}
