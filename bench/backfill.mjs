// Backfill from a Stripe that lists without delay, or with its limits: rows a second, memory.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:backfill [-- customers 200000 [--limit 25]]
//
// The database must be an empty one; without DATABASE_URL: PGlite on disk. `--limit` makes Stripe refuse more than so
// many requests a second to one endpoint, and the configured budget 20 a second: the share of it that was used is
// printed. Prints the machine, versions, settings and what was measured; memory is that of this process, without
// PostgreSQL.
import { parseArgs } from 'node:util';
import { startListedEngine } from './support/listed-engine.mjs';
import { numberOf, optionsOrExit } from './support/options.mjs';

const { type, size, limit } = optionsOrExit(() => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { limit: { type: 'string' } } });
  const [name = 'customers', count = '200000'] = positionals;
  return {
    type: name,
    size: numberOf('size', count, 1),
    limit: values.limit === undefined ? undefined : numberOf('limit', values.limit, 1),
  };
});

const { engine, ask, timed, stop } = await startListedEngine({ size, limit });
const { count, seconds } = await timed('backfill', type, async () => {
  const [report] = await engine.operations.backfill({ types: [type] });
  return report.listed;
});
if (limit !== undefined) {
  const requests = Math.ceil(count / 100);
  const { refused } = await ask();
  console.log(
    `${(requests / seconds).toFixed(2)} requests/s of 20/s configured (a second's worth may go at once), ` +
      `${refused} answered 429`,
  );
}
await stop();
