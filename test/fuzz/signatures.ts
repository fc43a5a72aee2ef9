import * as fc from 'fast-check';
import { deliveries } from './deliveries.js';
import { knownDifferences, type Pair } from './known-differences.js';
import { sdkVerdict } from './oracle.js';
import { oursAccepts, type Delivery } from './ours.js';

export interface Runs {
  runs: number;
  seed: number;
}

export interface SignatureCounts {
  runs: number;
  /** Deliveries that both accept, and that both refuse. */
  accepted: number;
  refused: number;
  /** How often each known difference explained one. Where several apply to a delivery, each of them counts. */
  differences: ReadonlyMap<string, number>;
}

/**
 * The official SDK and we say the same about every delivery, but for the known differences.
 * @throws with the seed and the smallest delivery found
 */
export function fuzzSignatures({ runs, seed }: Runs): SignatureCounts {
  const counts = { runs: 0, accepted: 0, refused: 0 };
  const differences = new Map(knownDifferences.map(({ name }) => [name, 0]));
  const property = fc.property(deliveries(), (delivery) => {
    const pair = verdicts(delivery);
    counts.runs += 1;
    if (pair === 'accepts / accepts') counts.accepted += 1;
    else if (pair === 'refuses / refuses') counts.refused += 1;
    else {
      const names = explanations(delivery, pair);
      if (names.length === 0)
        throw new Error(`the SDK ${pair.replace(' / ', ', we: ')}, and no known difference applies`);
      for (const name of names) differences.set(name, (differences.get(name) ?? 0) + 1);
    }
  });
  fc.assert(property, { seed, numRuns: runs });
  return { ...counts, differences };
}

/** What the SDK and we say. */
export function verdicts(delivery: Delivery): Pair {
  return `${sdkVerdict(delivery)} / ${oursAccepts(delivery) ? 'accepts' : 'refuses'}`;
}

export function explanations(delivery: Delivery, pair: Pair): string[] {
  return knownDifferences
    .filter(({ applies, pairs }) => pairs.includes(pair) && applies(delivery))
    .map(({ name }) => name);
}
