export type SortKey = string | number | null | undefined;

export interface Order {
  readonly column: number;
  readonly descending: boolean;
}

/** Returns a sorted copy. Rows without a value come last in either direction. Equal rows keep their order. */
export function sorted<T>(rows: readonly T[], by: (row: T) => SortKey, descending: boolean): readonly T[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [by(left), by(right)];
    if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
    if (b === null || b === undefined) return -1;
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : collate.compare(String(a), String(b)));
  });
}

const collate = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
