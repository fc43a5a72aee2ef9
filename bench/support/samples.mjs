// @ts-check

/**
 * The value below which such a share of the sorted samples lies.
 * @param {readonly number[]} sorted
 * @param {number} share
 */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/**
 * The middle one. Of an even number of samples: the greater of the two in the middle.
 * @param {readonly number[]} samples
 */
export function medianOf(samples) {
  return percentile(
    [...samples].sort((a, b) => a - b),
    0.5,
  );
}
