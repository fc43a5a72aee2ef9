import fc from 'fast-check';
import type { State } from '../../../src/engine/state.js';
import { interleave, plans, type Interleaved, type Plan } from './interleaving.js';

export interface RunOptions {
  seed: number;
  runs: number;
  broken?: (state: State) => State;
  onRun?: (result: Interleaved) => void;
}

export interface Run {
  /** Interleavings that were run. */
  runs: number;
  /** The smallest failing case that was found, in words. */
  failure: string | undefined;
}

/** Runs plans in random interleavings until one goes wrong. */
export async function runInterleavings({ seed, runs, broken, onRun }: RunOptions): Promise<Run> {
  let problems: string[] = [];
  const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler: fc.Scheduler, plan: Plan) => {
    const result = await interleave(scheduler, plan, broken);
    onRun?.(result);
    if (result.problems.length > 0) problems = result.problems;
    return result.problems.length === 0;
  });
  const result = await fc.check(property, {
    ...{ seed, numRuns: runs, endOnFailure: broken !== undefined },
  });
  const failure = result.failed
    ? [...problems, `seed ${seed}, path ${result.counterexamplePath}:`, fc.defaultReportMessage(result)].join('\n')
    : undefined;
  return { runs: result.numRuns, failure };
}

/** A batch has a seed of its own: fast-check keeps what it has run. */
const BATCH = 10_000;

/** The long form: so many interleavings, batch by batch; whether all ended well. */
export async function verifyProperties(options: {
  seed: number;
  runs: number;
  print: (line: string) => void;
}): Promise<boolean> {
  const { seed: first, runs, print } = options;
  const began = Date.now();
  const orders = new Set<number>();
  let done = 0;
  for (let seed = first; done < runs; seed += 1) {
    const run = await runInterleavings({
      ...{ seed, runs: Math.min(BATCH, runs - done) },
      onRun: ({ trace }) => void orders.add(trace),
    });
    done += run.runs;
    if (run.failure !== undefined) {
      print(run.failure);
      return false;
    }
    if (done % (10 * BATCH) === 0) print(`${done.toLocaleString('en')} interleavings`);
  }
  const seconds = ((Date.now() - began) / 1_000).toFixed(0);
  print(
    `${done.toLocaleString('en')} interleavings (at least ${orders.size.toLocaleString('en')} different orders of steps) ` +
      `in ${seconds} s, first seed ${first}: all as Stripe has it`,
  );
  return true;
}
