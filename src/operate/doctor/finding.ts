/** What the doctor looks at, in the order of its report. */
export const areas = [
  'settings',
  'key',
  'endpoint',
  'reachability',
  'secret',
  'traffic',
  'clock',
  'database',
  'schema',
  'work',
  'edge',
  'exposure',
  'version',
] as const;
export type Area = (typeof areas)[number];

/** `failure`: something does not work. `warning`: it works, and may not for long; or it could not be looked at. */
export type FindingVerdict = 'ok' | 'warning' | 'failure';

/** What one check found. */
export interface Finding {
  area: Area;
  check: string;
  verdict: FindingVerdict;
  /** What was seen. */
  evidence: string;
  /** What to do or run next; null: nothing. */
  next: string | null;
}

/** A finding without the names of its check. */
export type Judgment = Pick<Finding, 'verdict' | 'evidence' | 'next'>;

export const ok = (evidence: string): Judgment => ({ verdict: 'ok', evidence, next: null });
export const warning = (evidence: string, next: string): Judgment => ({ verdict: 'warning', evidence, next });
export const failure = (evidence: string, next: string): Judgment => ({ verdict: 'failure', evidence, next });

/** A fact, or why it could not be learnt. */
export type Learnt<T> = { value: T } | { failed: string; next: string };

export async function learn<T>(read: () => Promise<T> | T): Promise<Learnt<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
    return { failed: error instanceof Error ? error.message : String(error), next: hint ?? 'see the error' };
  }
}

/** A row: what is looked at, and what follows from the facts. */
export interface Check<Facts> {
  area: Area;
  check: string;
  /** A check of several things, such as the endpoints, has a judgment of each. Throws nothing. */
  readonly judge: (facts: Facts) => Judgment | readonly Judgment[];
}

/** A check that needs one fact. Without it nothing is known, which is not a failure. */
export function given<Facts, T>(
  fact: (facts: Facts) => Learnt<T>,
  judge: (value: T, facts: Facts) => Judgment | readonly Judgment[],
): Check<Facts>['judge'] {
  return (facts) => {
    const learnt = fact(facts);
    return 'value' in learnt ? judge(learnt.value, facts) : warning(`not checked: ${learnt.failed}`, learnt.next);
  };
}

/** Every check, whatever the others found, in the order of the areas. */
export function findingsOf<Facts>(checks: readonly Check<Facts>[], facts: Facts): Finding[] {
  const all = checks.flatMap(({ area, check, judge }) => {
    return [judge(facts)].flat().map((one): Finding => ({ area, check, ...one }));
  });
  return all.sort((a, b) => areas.indexOf(a.area) - areas.indexOf(b.area));
}
