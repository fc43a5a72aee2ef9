import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { startPostgres } from '../support/postgres.js';
import { openArena, SEEDS_AT_ONCE, type Outcome } from './contest.js';
import { contestantsOf } from './contestants.js';
import { databasesOf, type Databases } from './databases.js';
import type { Contestant } from './engine.js';
import { evidence, type Column } from './evidence.js';
import { install } from './install.js';
import { machineOf } from './machine.js';
import { peerPackages } from './peer.js';
import { cellOf, faultsSaid, said, type Cell } from './results.js';
import { scenarios, type Scenario } from './scenarios.js';

export interface VerifyPeers {
  seeds: number;
  /** The first seed. */
  seed: number;
  /** Also write docs/evidence/peers.md. */
  write: boolean;
  /** Only scenarios or engines whose name contains this. */
  only?: string | undefined;
  command: string;
  print: (line: string) => void;
}

const GRACE_MS = 2_000;
const EVIDENCE = fileURLToPath(new URL('../../docs/evidence/peers.md', import.meta.url));

/** Plays the same seeded histories to us and to the peers. Returns whether our own column is all zero. */
export async function verifyPeers(options: VerifyPeers): Promise<boolean> {
  const { print, only } = options;
  print(
    `seeds ${options.seed} to ${options.seed + options.seeds - 1}; installing the peers beside the shipped dependencies`,
  );
  const installed = {
    supabase: await install(peerPackages.supabase.package, peerPackages.supabase.version),
    stripe: await install(peerPackages.stripe.package, peerPackages.stripe.version),
  };
  const all = contestantsOf(installed);
  const chosen = <T extends { name: string }>(things: readonly T[]): readonly T[] => {
    const named = things.filter(({ name }) => only !== undefined && name.toLowerCase().includes(only.toLowerCase()));
    return named.length > 0 ? named : things;
  };
  const postgres = await startPostgres();
  const columns: Column[] = [];
  try {
    const databases = databasesOf(postgres.url);
    const machine = await machineOf(postgres.url);
    for (const contestant of chosen(all)) {
      columns.push({ contestant, cells: await column(databases, contestant, chosen(scenarios), options) });
    }
    print('');
    for (const line of table(columns, chosen(scenarios))) print(line);
    if (options.write) {
      const { seeds, seed, command } = options;
      const facts = { columns, machine, seeds, seed, command, commit: await commit(), date: new Date() };
      mkdirSync(dirname(EVIDENCE), { recursive: true });
      const text = evidence({ ...facts, scenarios: chosen(scenarios) });
      writeFileSync(EVIDENCE, await format(text, { ...(await resolveConfig(EVIDENCE)), parser: 'markdown' }));
      print(`\nwritten: docs/evidence/peers.md`);
    }
  } finally {
    await postgres.destroy();
  }
  const [own] = columns.filter(({ contestant }) => contestant.name === 'Lockstep');
  return [...(own?.cells.values() ?? [])].every(({ word, wrong }) => word === null && wrong === 0);
}

async function commit(): Promise<string> {
  const root = dirname(fileURLToPath(import.meta.url));
  return (await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: root })).stdout.trim();
}

async function column(
  databases: Databases,
  contestant: Contestant,
  rows: readonly Scenario[],
  { seeds, seed, print }: VerifyPeers,
): Promise<Map<string, Cell>> {
  const template = await databases.create();
  await contestant.migrate(template.url);
  const cells = new Map<string, Cell>();
  for (const scenario of rows) {
    const outcomes: Outcome[] = [];
    const count = Math.min(seeds, scenario.seedsMax ?? seeds);
    for (let from = 0; from < count; from += SEEDS_AT_ONCE) {
      const batch = Array.from({ length: Math.min(SEEDS_AT_ONCE, count - from) }, (_, index) => seed + from + index);
      const arena = await openArena({ databases, template: template.name, contestant, graceMs: GRACE_MS });
      try {
        outcomes.push(await arena.play(scenario, batch));
      } finally {
        await arena.close();
      }
    }
    const cell = cellOf(outcomes);
    cells.set(scenario.name, cell);
    print(`${contestant.name.padEnd(18)} ${scenario.name.padEnd(16)} ${said(cell).padEnd(12)} ${faultsSaid(cell)}`);
    for (const example of cell.examples) print(`${' '.repeat(36)}${example}`);
  }
  await template.drop();
  return cells;
}

function table(columns: readonly Column[], rows: readonly Scenario[]): string[] {
  const head = ['rows stuck wrong', ...columns.map(({ contestant }) => contestant.name)];
  const body = rows.map(({ name, title }) => [
    title,
    ...columns.map(({ cells }) => {
      const cell = cells.get(name);
      return cell === undefined ? '' : said(cell);
    }),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => (row[column] ?? '').length)));
  return [head, ...body].map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
