// @ts-check
// One soak: full speed, hours at a steady rate with what goes wrong, full speed again, rest.
import { bytesOf, lineOf, minuteOf, tablesOf } from './record.mjs';
import { openSender } from './load.mjs';
import { sleep, troublesOf } from './troubles.mjs';

/**
 * @typedef {{ name: string, said: string, bytes: number, events: number }} Met what went wrong, by how much the tables
 *   grew meanwhile, and how many events were accepted
 * @typedef {{ perSecond: number, again: number, provenAfter: number }} Stretch `again`: how often an event was sent again.
 *   `provenAfter`: seconds from the last event until every object was proven
 * @typedef {{ minutes: readonly import('./record.mjs').Minute[], met: readonly Met[], first: Stretch, steady: Stretch,
 *   last: Stretch, lost: number, bytes: number, fresh: number, tables: Awaited<ReturnType<typeof tablesOf>> }} Result
 *   `bytes`: of all tables after the rest; `fresh`: of the same rows, written again
 */

/**
 * @param {{ receiver: import('../receivers/receiver.mjs').Receiver, arena: import('../webhooks/arena.mjs').Arena,
 *   ready: import('../webhooks/arena.mjs').Ready, options: import('./options.mjs').Options }} scene
 * @returns {Promise<Result>}
 */
export async function play({ receiver, arena, ready, options }) {
  const { query, backend } = ready.reader;
  const { events, burst, objects, rate, connections } = options;
  const load = { ...ready.events, objects, connections };
  const sender = openSender(ready.running.url);
  const now = { what: '', running: ready.running };
  const watch = watchOf(query, now, sender);
  const timer = setInterval(() => void watch.look(), options.everySeconds * 1_000);
  const restart = async () => {
    process.kill(now.running.pid, 'SIGKILL');
    now.running = await receiver.start(ready.at);
    sender.moveTo(now.running.url);
  };
  try {
    now.what = 'full speed';
    const first = await untilProven(query, sender.send({ ...load, from: 0, count: burst, rate: undefined }));
    now.what = 'steady';
    const steady = sender.send({ ...load, from: burst, count: events, rate });
    const scene = {
      databaseUrl: String(ready.at.databaseUrl),
      ownBackend: backend,
      stripe: arena.stripe,
      restart,
      options,
    };
    const met = await meet(troublesOf({ ...scene, databases: arena.databases }), { query, now, sender, options });
    const middle = await untilProven(query, steady);
    now.what = 'full speed';
    const last = await untilProven(
      query,
      sender.send({ ...load, from: burst + events, count: burst, rate: undefined }),
    );
    now.what = 'rest';
    await sleep(options.afterSeconds);
    await watch.look();
    const [kept] = await query('select count(*)::int as events from lockstep.inbox');
    const [tables, bytes] = [await tablesOf(query), await bytesOf(query)];
    await query('vacuum (full)');
    const lost = events + 2 * burst - kept?.['events'];
    return {
      minutes: watch.minutes,
      met,
      first,
      steady: middle,
      last,
      lost,
      bytes,
      fresh: await bytesOf(query),
      tables,
    };
  } finally {
    clearInterval(timer);
    await sender.end();
    if (now.running !== ready.running) await now.running.stop();
  }
}

/**
 * @param {import('../receivers/receiver.mjs').Query} query
 * @param {{ what: string, running: import('../receivers/receiver.mjs').Running }} now
 * @param {import('./load.mjs').Sender} sender
 */
function watchOf(query, now, sender) {
  const began = performance.now();
  /** @type {import('./record.mjs').Minute[]} */
  const minutes = [];
  const look = async () => {
    const seen = { pid: now.running.pid, accepted: sender.accepted(), what: now.what, began };
    const minute = await minuteOf(query, seen, minutes.at(-1));
    minutes.push(minute);
    console.log(lineOf(minute));
  };
  return { minutes, look };
}

/**
 * Waits until the events were accepted, and then until no mark is left.
 * @param {import('../receivers/receiver.mjs').Query} query
 * @param {Promise<import('./sender.mjs').Sent>} sending
 * @returns {Promise<Stretch>}
 */
async function untilProven(query, sending) {
  const { accepted, again, seconds } = await sending;
  const sent = performance.now();
  while ((await query('select exists (select from lockstep.dirty) as left'))[0]?.['left']) await sleep(0.1);
  return { perSecond: accepted / seconds, again, provenAfter: (performance.now() - sent) / 1_000 };
}

/**
 * Lets one trouble come after the other, with calm between them, within the time that the steady load takes.
 * @param {readonly import('./troubles.mjs').Trouble[]} troubles
 * @param {{ query: import('../receivers/receiver.mjs').Query, now: { what: string }, sender: import('./load.mjs').Sender,
 *   options: import('./options.mjs').Options }} scene
 * @returns {Promise<Met[]>}
 */
async function meet(troubles, { query, now, sender, options }) {
  const { events, rate, readerSeconds, awaySeconds, stripeSeconds } = options;
  const calm = Math.max(0, events / rate - readerSeconds - awaySeconds - stripeSeconds) / (troubles.length + 1);
  const met = [];
  for (const { name, said, during } of troubles) {
    await sleep(calm);
    const before = { bytes: await bytesOf(query), events: sender.accepted() };
    now.what = name;
    await during();
    now.what = 'steady';
    met.push({ name, said, bytes: (await bytesOf(query)) - before.bytes, events: sender.accepted() - before.events });
  }
  return met;
}
