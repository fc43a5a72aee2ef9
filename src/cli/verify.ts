import { STOPPED, type VerifiedType } from '../feeds/verify.js';
import { PARENTS_MAX, TOO_MANY_PARENTS } from '../feeds/too-many.js';
import { catalogOf } from '../catalog/catalog.js';
import { typeNamed, type VerifyReport } from '../engine/operations.js';
import { operate, type Operate } from './operate.js';
import { openTicker } from './progress.js';
import { reportOf } from './report.js';
import { schemaLines } from './schema-lines.js';
import { count, moment, plural, table } from './table.js';

export interface VerifyCommand extends Omit<Operate, 'prove'> {
  types: readonly string[];
  repair: boolean;
  json: boolean;
}

/**
 * Compares the mirror with Stripe and prints what it found. The exit code: 0 in step, 1 drift was found (also where it was
 * repaired), 2 it could not be proven.
 */
export async function verify({ types, repair, json, ...where }: VerifyCommand): Promise<0 | 1 | 2> {
  const ticker = openTicker(!json);
  try {
    // A misspelled word is said before anybody is asked.
    types.forEach(typeNamed);
    const report = await operate({ ...where, prove: repair }, (operations, signal) =>
      operations.verify(
        { ...(types.length === 0 ? {} : { types }), repair },
        (news) => {
          if ('verified' in news) {
            if (json) console.log(JSON.stringify(news.verified));
          } else ticker.show(`${news.type}: ${count(news.listed)} compared`);
        },
        signal,
      ),
    );
    ticker.end();
    if (json)
      console.log(
        JSON.stringify({ outcome: report.outcome, profiles: report.profiles, schema: report.schema, ms: report.ms }),
      );
    else console.log([...linesOf(report, repair), ...schemaLines(report.schema)].join('\n'));
    return exitCodes[report.outcome];
  } catch (error) {
    ticker.end();
    console.error(reportOf(error));
    return 2;
  }
}

const exitCodes = { in_step: 0, drift: 1, unproven: 2 } as const satisfies Record<VerifyReport['outcome'], number>;

function linesOf(report: VerifyReport, repair: boolean): string[] {
  const { types, profiles } = report;
  const several = new Set(types.map(({ account, livemode }) => `${account} ${livemode}`)).size > 1;
  // An account uses few of Stripe's types: what is empty on both sides is only counted.
  const compared = types.filter(({ note }) => note !== STOPPED && note !== TOO_MANY_PARENTS);
  const large = types.filter(({ note }) => note === TOO_MANY_PARENTS);
  const shown = compared.filter((one) => one.rows > 0 || one.note !== null || differences(one) > 0);
  const rows = shown.map((one) => rowOf(one, several));
  if (profiles !== null) {
    const [wrong, repaired] = [count(profiles.wrong), profiles.wrong === 0 ? '–' : count(profiles.repaired)];
    rows.push(['profile ids', '', '', '', wrong, repaired, '']);
  }
  const lines = table(['type', 'rows', 'missing', 'extra', 'different', 'repaired', 'proven at'], rows);
  const notes = shown.flatMap((one) => (one.note === null ? [] : [`  ${nameOf(one, several)}: ${one.note}`]));
  const empty = compared.length - shown.length;
  const left = types.length - compared.length - large.length;
  const others = [
    ...(empty === 0 ? [] : [`  ${plural(empty, 'other type')}: nothing on either side`]),
    ...(left === 0 ? [] : [`  ${plural(left, 'other type')}: stopped before the comparison`]),
    ...(large.length === 0
      ? []
      : [
          `  only when named, for each of more than ${count(PARENTS_MAX)} parents has to be asked: ${large.map((one) => nameOf(one, several)).join(', ')}`,
        ]),
  ];
  return [...lines, ...others, ...notes, `  ${summary(report, repair)}`];
}

function rowOf(one: VerifiedType, several: boolean): string[] {
  const { rows, missing, extra, different, repaired, provenAt } = one;
  const numbers = [rows, missing, extra, different].map(count);
  const proven = provenAt === null ? 'not proven' : moment(provenAt, new Date());
  return [nameOf(one, several), ...numbers, differences(one) === 0 ? '–' : count(repaired), proven];
}

function nameOf({ type, account, livemode }: VerifiedType, several: boolean): string {
  const table = catalogOf(type)?.table ?? type;
  return several ? `${table} (${account} ${livemode ? 'live' : 'test'})` : table;
}

function differences({ missing, extra, different }: VerifiedType): number {
  return missing + extra + different;
}

function summary({ types, profiles, outcome, ms }: VerifyReport, repair: boolean): string {
  const found = types.reduce((sum, one) => sum + differences(one), 0) + (profiles?.wrong ?? 0);
  const repaired = types.reduce((sum, one) => sum + one.repaired, 0) + (profiles?.repaired ?? 0);
  const objects = types.reduce((sum, { rows }) => sum + rows, 0);
  const of = `in ${plural(objects, 'object')}, ${Math.max(1, Math.round(ms / 1_000))} s`;
  switch (outcome) {
    case 'in_step':
      return `in step: no difference ${of}`;
    case 'unproven':
      return `not proven: ${plural(types.filter(({ provenAt, note }) => provenAt === null && note !== TOO_MANY_PARENTS).length, 'type')} could not be compared; ${plural(found, 'difference')} ${of}`;
    case 'drift':
      if (!repair) return `drift: ${plural(found, 'difference')} ${of}; lockstep verify --repair repairs`;
      return repaired === found
        ? `in step after repair: ${plural(found, 'difference')} found ${of}`
        : `not in step: ${plural(found, 'difference')} found, ${count(repaired)} repaired ${of}`;
    default:
      return outcome satisfies never;
  }
}
