// Verify: every object of a type listed by Stripe and compared with its row, and nothing differs. Rows a second,
// memory.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:verify [-- customers 200000]
//
// The database must be an empty one, which a backfill fills first; without DATABASE_URL: PGlite on disk. Prints the
// machine, versions, settings and what was measured; memory is that of this process, without PostgreSQL.
import { parseArgs } from 'node:util';
import { startListedEngine } from './support/listed-engine.mjs';
import { numberOf, optionsOrExit } from './support/options.mjs';

const { type, size } = optionsOrExit(() => {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [name = 'customers', count = '200000'] = positionals;
  return { type: name, size: numberOf('size', count, 1) };
});

const { engine, timed, stop } = await startListedEngine({ size });
await engine.operations.backfill({ types: [type] });
await timed('verify', type, async () => {
  const report = await engine.operations.verify({ types: [type], repair: false });
  if (report.outcome !== 'in_step') throw new Error(`verify says ${report.outcome}: ${JSON.stringify(report)}`);
  return report.types[0].rows;
});
await stop();
