// An app with hooks, as a process that a test can kill: `node app.mjs <database> <stripe> <where> <customer>`. `where` is the
// moment at which it kills itself: 'change' in the hook inside the transaction, 'commit' right after it, 'after' in the hook
// after it, 'never'. The customer is hinted at, where one is named. What the hook after the change does outside of the
// database is a line on standard output.
/** @param {string} path */
const built = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const { resolveConfig } = await built('engine/config.js');
const { startEngine } = await built('engine/engine.js');
const { createHooks } = await built('hooks/registry.js');
const { hintAt } = await built('inbox/hint.js');
const { createMarks } = await built('inbox/marks.js');
const { systemClock } = await built('kernel/clock.js');

const [database = '', stripeApiBase = '', where = 'never', customer] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');
/** @param {string} moment */
const at = async (moment) => {
  if (where !== moment) return;
  die();
  await new Promise(() => {});
};

const hooks = createHooks();
hooks.onChange('customer', async ({ key, after, tx }) => {
  await tx.query('insert into public.notes values ($1, $2)', [key.id, after?.name ?? null]);
  await at('change');
});
hooks.after(
  'customer',
  async ({ key, after }) => {
    await at('after');
    console.log(`after ${key.id} ${after?.name}`);
  },
  { timeoutMs: 200 },
);

const config = resolveConfig({
  ...(database.startsWith('postgres') ? { databaseUrl: database } : { directory: database }),
  stripeKey: 'sk_test_scripted',
  stripeApiBase,
  feed: 'poll',
  pollEveryMs: 3_600_000,
  sweepEveryMs: 0,
  sweepRecentEveryMs: 0,
  leaseMs: 500,
  users: null,
});
const nothing = () => {};
const log = {
  debug: (/** @type {{ event: string }} */ { event }) => {
    if (event === 'sync.settled' && where === 'commit') die(); // synchronous: nothing runs between the commit and this
  },
  info: nothing,
  warn: nothing,
  error: nothing,
};
const starting = startEngine(config, { clock: systemClock, log, hooks });
process.on('SIGTERM', () => void starting.then((engine) => engine.stop()).then(() => process.exit(0)));
const engine = await starting;
await engine.database.script('create table if not exists public.notes (id text, note text)');
if (customer !== undefined) {
  const now = new Date();
  const key = { ...engine.source, type: 'customer', id: customer };
  await engine.database.transaction((tx) => createMarks(engine.database).mark(tx, [hintAt(key)], now));
}
console.log('ready');
