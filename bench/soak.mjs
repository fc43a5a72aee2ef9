// @ts-check
// Hours, not seconds: a million events, with what goes wrong in between.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:soak [-- options]
//
//   --events 1000000   events at a steady rate, about --objects 100000, each of them many times. --rate 500: a second
//   --burst 100000     events at full speed, before them and after them
//   --reader 600 --away 10 --stripe 600   for how many seconds a reader holds a transaction open, the database takes no
//                      session, and Stripe does not answer; in between the service is killed with SIGKILL
//   --after 600        seconds at rest before the tables are measured
//   --every 60         how often everything is looked at
//   --connections 64   over which events are sent
//   --write FILE       also writes into this page, between its markers
//
// DATABASE_URL names a superuser's database; the run gets a database of its own beside it. Each event is sent until it
// is accepted, as Stripe does. The objects at Stripe never change, so a proof takes back what an event showed: more
// is written than by an honest Stripe. The service has no limit for its requests to Stripe.
import { lockstepProving } from './receivers/lockstep.mjs';
import { optionsOf } from './soak/options.mjs';
import { blockOf, conclusionsOf } from './soak/page.mjs';
import { play } from './soak/play.mjs';
import { machineOf, printMachine } from './support/machine.mjs';
import { optionsOrExit } from './support/options.mjs';
import { writeBlock } from './support/page.mjs';
import { closeArena, openArena, withReceiver } from './webhooks/arena.mjs';
import { plain } from './webhooks/workloads.mjs';

const options = optionsOrExit(() => optionsOf(process.argv.slice(2)));
const command = ['npm run bench:soak', ...process.argv.slice(2)].join(' ').replace('bench:soak -', 'bench:soak -- -');
const databaseUrl = process.env['DATABASE_URL'] || undefined;
if (databaseUrl === undefined) {
  console.error('set DATABASE_URL to a database of a superuser');
  process.exit(2);
}
const receiver = lockstepProving();
const arena = await openArena({ databaseUrl, seconds: 1 });
try {
  const machine = await machineOf(arena.databases?.admin);
  printMachine(machine);
  const result = await withReceiver(arena, receiver, plain, (ready) => play({ receiver, arena, ready, options }));
  for (const line of conclusionsOf(result)) console.log(line);
  if (options.write !== undefined) await writeBlock(options.write, blockOf(result, { machine, command, options }));
  if (result.lost !== 0) process.exitCode = 1;
} finally {
  await closeArena(arena);
}
