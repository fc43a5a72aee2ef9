import { crash, type CrashReport } from './crash.js';

export interface VerifyCrashOptions {
  /** In all: nine tenths on PostgreSQL with three services, the others on PGlite with one. */
  cycles: number;
  seed: number;
  /** How long PostgreSQL is away before the first cycle, events coming all the time. 0: not. */
  awayMinutes: number;
  print: (line: string) => void;
}

const WORKERS = 3;
const STOP_EVERY = 5;
const TOLD = 20; // of a kind of finding, lines at most

/**
 * The long form: kills and database stops under load, then rest, then the comparison. Leases run out by themselves.
 * Whether nothing was lost, nothing differs and nothing happened that must not.
 */
export async function verifyCrash({ cycles, seed, awayMinutes, print }: VerifyCrashOptions): Promise<boolean> {
  const began = Date.now();
  print(`seed ${seed}`);
  const onPGlite = Math.floor(cycles / 10);
  const onCycle = (kind: string) => (cycle: number) => {
    if (cycle % 10 === 0) print(`  ${kind}: ${cycle} cycles after ${seconds(began)} s`);
  };
  const shared = { seed };
  const reports = [
    await crash({
      ...shared,
      kind: 'PostgreSQL',
      workers: WORKERS,
      cycles: cycles - onPGlite,
      stopEvery: STOP_EVERY,
      onCycle: onCycle('PostgreSQL'),
      ...(awayMinutes === 0 ? {} : { awayMs: awayMinutes * 60_000 }),
    }),
    await crash({ ...shared, kind: 'PGlite', workers: 1, cycles: onPGlite, stopEvery: 0, onCycle: onCycle('PGlite') }),
  ];
  for (const report of reports) for (const line of told(report)) print(line);
  print(`${seconds(began)} s`);
  return reports.every(({ lost, differences, faults }) => lost.length + differences.length + faults.length === 0);
}

function told(report: CrashReport): string[] {
  const { kind, version, cycles, kills, killsDuringStart, databaseStops } = report;
  const answers = [...report.answers].sort().map(([answer, count]) => `${answer}: ${figure(count)}`);
  return [
    `${kind} ${version}: ${cycles} cycles, ${kills} kills (${killsDuringStart} during a start), ${databaseStops} database stops`,
    `  events: ${figure(report.sent)} sent, ${figure(report.events)} acknowledged, ${report.lost.length} lost; answers ${answers.join(', ')}`,
    `  compared: ${figure(report.objects)} objects, ${figure(report.children)} children, ${figure(report.tombstones)} tombstones; ${report.differences.length} differences`,
    ...findings('lost', report.lost),
    ...findings('different', report.differences),
    ...findings('fault', report.faults),
  ];
}

function findings(name: string, all: readonly string[]): string[] {
  return all.slice(0, TOLD).map((each) => `  ${name}: ${each}`);
}

const figure = (count: number): string => count.toLocaleString('en');
const seconds = (began: number): string => ((Date.now() - began) / 1_000).toFixed(0);
