import type { Contestant } from './engine.js';
import type { Machine } from './machine.js';
import { mechanisms } from './mechanisms.js';
import { faultsSaid, said, type Cell } from './results.js';
import type { Scenario } from './scenarios.js';

/** A column of the table. */
export interface Column {
  contestant: Contestant;
  /** By the scenario's name. */
  cells: ReadonlyMap<string, Cell>;
}

export interface Evidence {
  columns: readonly Column[];
  scenarios: readonly Scenario[];
  machine: Machine;
  seeds: number;
  seed: number;
  command: string;
  /** Of this repository. */
  commit: string;
  date: Date;
}

/** docs/evidence/peers.md: everything in it was measured by the run, but the explanations, which belong to the versions. */
export function evidence(run: Evidence): string {
  const { columns, scenarios } = run;
  return [
    '# The same histories through Lockstep and its peers\n',
    introduction(run),
    '## Rows stuck wrong\n',
    table(
      ['history', ...columns.map(({ contestant }) => contestant.name)],
      scenarios.map((scenario) => [scenario.title, ...columns.map((column) => cellText(column, scenario))]),
    ),
    legend,
    '## Configurations\n',
    columns.map(({ contestant }) => `- **${contestant.name}**: ${contestant.configuration}.`).join('\n') + '\n',
    conditions,
    '## Why\n',
    ...scenarios.map((scenario) => section(scenario, columns)),
  ].join('\n');
}

const introduction = ({ command, date, machine, seeds, seed, commit }: Evidence): string => `\
\`${command}\`, ${date.toISOString().slice(0, 10)}, commit ${commit}. ${machine.cores} cores (${machine.cpu}),
${machine.memoryGib} GiB, Node ${machine.node}, PostgreSQL ${machine.postgres} with \`fsync = on\`. Seeds ${seed} to ${seed + seeds - 1}.

A fake Stripe, whose own store is the truth, plays each history to each engine: one customer, product, price,
subscription and invoice per seed (where a history is about some types only, one of those), a fresh database for each
cell. When all is delivered and the engine is at rest, a comparer that imports nothing of any engine compares the
engine's tables with the store.
`;

const legend = `\
*k* of *n*: objects wrong of objects played. *no end*: an event was not answered within ten seconds, three times.
*crash*: the engine's process ended. *fails*: its own command or function reported a failure. Wrong rows were looked at
again for two more seconds. They stay wrong until the same object changes again or, where a section says so, until a
backfill that nothing crosses.
`;

const conditions = `\
Each peer runs in a process of its own, behind an HTTP endpoint that hands body and signature to its documented function
and answers 200, or 400 with the error; what is not acknowledged is sent again twice at the end. Neither offers an address of
Stripe as an option: the older one's public \`stripe\` property is replaced by a client of the official SDK, the newer one's
client is pointed to the fake Stripe, which also spares it the account lookup (\`stripeAccountId\`). The newer one derives its
typed columns from Stripe's OpenAPI file; its option \`openApiSpecPath\` names a short one (\`test/peers/peer-tables.json\`),
and its complete \`_raw_data\` is what is compared. The peers' backfills run with their default concurrency and rate. The
histories are decided by the seed; the numbers of the live row also by the clock.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}

const cellText = ({ cells }: Column, { name }: Scenario): string => {
  const cell = cells.get(name);
  return cell === undefined ? '' : said(cell);
};

function section(scenario: Scenario, columns: readonly Column[]): string {
  const lines = columns.flatMap(({ contestant, cells }) => {
    const cell = cells.get(scenario.name);
    if (cell === undefined || (cell.wrong === 0 && cell.refused === 0 && cell.word === null)) return [];
    return [`- ${contestant.name}: ${facts(cell)}`, ...cell.examples.map((example) => `  - \`${example}\``)];
  });
  const title = `### ${scenario.title.slice(0, 1).toUpperCase()}${scenario.title.slice(1)}\n`;
  const measured = lines.length === 0 ? 'No row is wrong, no event is refused, in any column.' : lines.join('\n');
  return [title, `${mechanisms[scenario.name] ?? ''}\n`, `${measured}\n`].join('\n');
}

function facts(cell: Cell): string {
  const kinds = Object.entries(cell.byKind).map(([kind, count]) => `${kind} ${count}`);
  return [
    ...(cell.word === null ? [] : [cell.word]),
    cell.wrong === 0 ? 'no row wrong' : `${cell.wrong} of ${cell.objects} (${faultsSaid(cell)}; ${kinds.join(', ')})`,
    ...(cell.refused === 0 ? [] : [`${cell.refused} events refused three times`]),
  ].join('; ');
}
