// @ts-check
// npm run verify:crash [-- --cycles N --seed N --away MINUTES]: the built command killed with -9 under load, the database
// stopped and started; and first, if asked for, away for many minutes.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: { cycles: { type: 'string' }, seed: { type: 'string' }, away: { type: 'string' } },
});
const entry = fileURLToPath(new URL('../test/crash/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/crash/main.js') }} */
const { module } = await runnerImport(entry);
// The helpers of the PostgreSQL server do not keep a process alive, and while they end there may be nothing else that does.
const awake = setInterval(() => {}, 60_000);
const ok = await module.verifyCrash({
  cycles: Number(values.cycles ?? 200),
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  awayMinutes: Number(values.away ?? 0),
  print: (line) => console.log(line),
});
clearInterval(awake);
process.exitCode = ok ? 0 : 1;
