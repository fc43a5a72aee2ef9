// @ts-check
// Webhooks accepted, shown, and proven a second: Lockstep beside its peers and its floors, on one PostgreSQL, in turn.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:webhooks [-- options]
//
//   --part a,b       only these parts of the whole run: connections, floors, proven, types, items, duplicates, bodies,
//                    pglite
//   --write FILE     also write each part into this page, between its markers, and its plot beside it
//   --pairs 3        how often each receiver runs, in turn. --seconds 6: how long each run
//
// Or a load of your own:
//   --load mixed|customer|product|price|subscription|invoice   which events; several, with commas
//   --types             each type alone
//   --connections 64    several, with commas
//   --items 1000000     so many rows of subscription items are present before; several, with commas
//   --bytes 5000        bodies are filled up to this size
//   --copies 2          each event is sent so often
//   --peer supabase,stripe|none    whom Lockstep is compared with; installed when first named
//   --floors            also the two floors. --proven: also Lockstep without a limit, until all is proven
//   --pglite            Lockstep on the embedded database; then no DATABASE_URL is needed
//
// DATABASE_URL names a superuser's database, on a server that has a role named postgres, which a peer's migrations grant to;
// each run gets a database of its own beside it. The load, the receiver and
// PostgreSQL share this machine, so only ratios within a pair mean anything. "Shown" is counted by reading the rows
// back. Prints the machine, versions, settings, raw runs, medians and ratios, and the processor time for each event.
import { receiverNamed } from './receivers/receiver.mjs';
import { machineOf, printMachine } from './support/machine.mjs';
import { optionsOrExit } from './support/options.mjs';
import { writeBlock } from './support/page.mjs';
import { closeArena, openArena, runOnce } from './webhooks/arena.mjs';
import { optionsOf } from './webhooks/options.mjs';
import { blockOf } from './webhooks/page.mjs';
import { medianRun, printMedians, runLine } from './webhooks/report.mjs';
import { workloadTitle } from './webhooks/workloads.mjs';

const { parts, pairs, seconds, write } = optionsOrExit(() => optionsOf(process.argv.slice(2)));
const command = ['npm run bench:webhooks', ...process.argv.slice(2)]
  .join(' ')
  .replace('bench:webhooks -', 'bench:webhooks -- -');
const onlyEmbedded = parts.every(({ receivers }) => receivers.every((name) => name === 'pglite'));
const arena = await openArena({
  databaseUrl: onlyEmbedded ? undefined : process.env['DATABASE_URL'] || undefined,
  seconds,
});
try {
  const pglite = parts.some(({ receivers }) => receivers.includes('pglite'));
  const machine = await machineOf(arena.databases?.admin, { pglite });
  printMachine(machine);
  for (const part of parts) {
    console.log(`\n${part.title}`);
    const compared = [];
    for (const workload of part.workloads) compared.push(await compare(part, workload));
    if (write === undefined) continue;
    await writeBlock(write, blockOf(part, compared, { machine, command, pairs, seconds }));
    console.log(`written: ${part.name} in ${write}`);
  }
} finally {
  await closeArena(arena);
}

/**
 * Runs the receivers in turn, and prints each run, the medians and the ratios.
 * @param {import('./webhooks/workloads.mjs').Part} part
 * @param {import('./webhooks/workloads.mjs').Workload} workload
 * @returns {Promise<import('./webhooks/report.mjs').Compared>}
 */
async function compare(part, workload) {
  console.log(`\n${workloadTitle(workload)}`);
  const receivers = [];
  for (const name of part.receivers) receivers.push({ receiver: await receiverNamed(name), runs: runsSoFar() });
  for (let pair = 0; pair < pairs; pair += 1)
    for (const { receiver, runs } of receivers) {
      const run = await runOnce(arena, receiver, workload);
      runs.push(run);
      console.log(runLine(receiver, run));
    }
  const compared = { workload, measured: receivers.map((each) => ({ ...each, median: medianRun(each.runs) })) };
  printMedians(compared);
  return compared;
}

/** @returns {import('./webhooks/arena.mjs').Run[]} */
function runsSoFar() {
  return [];
}
