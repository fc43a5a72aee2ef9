import type { Finding, FindingVerdict } from '../../../operate/doctor/finding.js';
import { plural } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

const marks = { ok: 'ok  ', warning: 'warn', failure: 'FAIL' } as const satisfies Record<FindingVerdict, string>;

/** The findings by area, each with what was seen; what is wrong also with the next step. */
export function linesOf(findings: readonly Finding[]): string[] {
  const areas = [...new Set(findings.map(({ area }) => area))];
  return [
    ...areas.flatMap((area) => [
      `  ${area}`,
      ...findings.filter((finding) => finding.area === area).flatMap(findingLines),
    ]),
    '',
    `  ${summary(findings)}`,
  ];
}

const CHECK_WIDTH = 17;

/** What could not be looked at has its reason in another area, and there is the next step too. */
const UNKNOWN = 'not checked:';

function findingLines({ check, verdict, evidence, next }: Finding): string[] {
  return [
    ...wrap(`    ${marks[verdict]}  ${check.padEnd(CHECK_WIDTH)}  `, evidence),
    ...(next === null || evidence.startsWith(UNKNOWN)
      ? []
      : wrap(`    ${' '.repeat(4)}  ${'next'.padEnd(CHECK_WIDTH)}  `, next)),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: FindingVerdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const [failures, warnings] = [count('failure'), count('warning')];
  if (failures + warnings === 0) return `nothing is wrong: ${plural(findings.length, 'check')}`;
  return `${plural(failures, 'failure')}, ${plural(warnings, 'warning')}, ${count('ok')} ok`;
}
