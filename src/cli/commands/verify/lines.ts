import { catalogOf } from '../../../catalog/catalog.js';
import { driftOf, type VerifyReport } from '../../../engine/operations.js';
import type { DifferingObject } from '../../../listing/differing-object.js';
import type { Cause } from '../../../listing/drift/cause.js';
import type { CauseCounts } from '../../../listing/sweep-type.js';
import { PARENTS_MAX } from '../../../listing/too-many.js';
import { differencesOf, type VerifiedType } from '../../../listing/verified-type.js';
import type { FieldDifference } from '../../../mirror/field-difference.js';
import { causesText, causeText } from '../../terminal/cause-text.js';
import { count, moment, plural, table } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

/** The report for people: a table, and a section for each kind of thing that is not simply in step. */
export function linesOf(report: VerifyReport, repair: boolean): string[] {
  const { types, profiles, notMirrored } = report;
  const several = new Set(types.map(({ account, livemode }) => `${account} ${livemode}`)).size > 1;
  const named = (one: VerifiedType): string => nameOf(one, several);
  // An account uses few of Stripe's types: what is empty on both sides is only counted.
  const compared = types.filter(({ note }) => note !== 'stopped' && note !== 'too_many_parents');
  const isQuiet = (one: VerifiedType): boolean =>
    one.rows === 0 && one.note === null && differencesOf(one) === 0 && one.notChecked.length === 0;
  const shown = compared.filter((one) => !isQuiet(one));
  const rows = shown.map((one) => rowOf(one, named(one)));
  if (profiles !== null) {
    const [wrong, repaired] = [count(profiles.wrong), profiles.wrong === 0 ? '–' : count(profiles.repaired)];
    rows.push(['profile ids', '', '', '', wrong, repaired, '']);
  }
  const large = types.filter(({ note }) => note === 'too_many_parents');
  const sections = [
    table(['type', 'rows', 'missing', 'extra', 'different', 'repaired', 'proven at'], rows),
    others(types, compared.length - shown.length, large.map(named)),
    shown.flatMap((one) => objectLines(one, named(one))),
    compared.flatMap((one) => excusedLines(one, named(one))),
    causeLines(types),
    waitingLines(types, named),
    leftOutLines(types, named),
    notMirrored.length === 0
      ? []
      : wrap('  not mirrored: ', notMirrored.map((type) => catalogOf(type)?.table ?? type).join(', ')),
    sweptLines(types, named),
    types.flatMap((one) => notCheckedLines(one, named(one))),
    [`  ${summary(report, repair)}`],
  ];
  return sections.flat();
}

function others(types: readonly VerifiedType[], empty: number, large: readonly string[]): string[] {
  const left = types.filter(({ note }) => note === 'stopped').length;
  return [
    ...(empty === 0 ? [] : [`  ${plural(empty, 'other type')}: nothing on either side`]),
    ...(left === 0 ? [] : [`  ${plural(left, 'other type')}: stopped before the comparison`]),
    ...(large.length === 0
      ? []
      : [`  checked only if named, because each has more than ${count(PARENTS_MAX)} parents: ${large.join(', ')}`]),
  ];
}

const shownHow = {
  missing: 'is at Stripe but not in the mirror',
  extra: 'is in the mirror but not at Stripe',
  different: 'differs',
} as const satisfies Record<DifferingObject['how'], string>;

function objectLines(one: VerifiedType, name: string): string[] {
  const more = differencesOf(one) - one.objects.length;
  return [
    ...one.objects.flatMap(({ id, how, fields, moreFields, onlySwept, cause, causeDetail }) => [
      `  ${name} ${id} ${shownHow[how]}` +
        (onlySwept === null ? `: ${causeText(cause, causeDetail)}` : ` (no drift: ${onlySwept})`),
      ...fields.map((field) => `    ${fieldLine(field)}`),
      ...(moreFields === 0 ? [] : [`    and ${plural(moreFields, 'more field')}`]),
    ]),
    ...(more > 0 && one.objects.length > 0 ? [`  ${name}: and ${count(more)} more`] : []),
  ];
}

/** What is not equal and is no drift. */
function excusedLines({ excused }: VerifiedType, name: string): string[] {
  return excused.map(
    ({ id, how, cause, causeDetail }) =>
      `  ${name} ${id} ${cause === 'hidden' ? 'is at Stripe and in the mirror' : shownHow[how]} ` +
      `(no drift: ${causeText(cause, causeDetail)})`,
  );
}

function causeLines(types: readonly VerifiedType[]): string[] {
  const counts: CauseCounts = {};
  for (const { causes } of types)
    for (const [cause, times] of Object.entries(causes) as [Cause, number][])
      counts[cause] = (counts[cause] ?? 0) + times;
  const text = causesText(counts);
  return text === '' ? [] : [`  why: ${text}`];
}

function fieldLine({ path, ...sides }: FieldDifference): string {
  const ours = 'ours' in sides ? JSON.stringify(sides.ours) : 'absent';
  const stripe = 'stripe' in sides ? JSON.stringify(sides.stripe) : 'absent';
  return `${path}: ${ours} in the mirror, ${stripe} at Stripe`;
}

function waitingLines(types: readonly VerifiedType[], named: (one: VerifiedType) => string): string[] {
  const waiting = types.filter((one) => one.waiting > 0);
  if (waiting.length === 0) return [];
  const total = waiting.reduce((sum, one) => sum + one.waiting, 0);
  const parts = waiting.map((one) => `${named(one)} ${count(one.waiting)}`).join(', ');
  return [`  ${plural(total, 'object')} ${total === 1 ? 'waits' : 'wait'} to be read from Stripe: ${parts}`];
}

/** What Stripe has and the mirror may not have. */
function leftOutLines(types: readonly VerifiedType[], named: (one: VerifiedType) => string): string[] {
  const some = types.filter(({ leftOut }) => leftOut > 0);
  if (some.length === 0) return [];
  const total = some.reduce((sum, one) => sum + one.leftOut, 0);
  const parts = some.map((one) => `${named(one)} ${count(one.leftOut)}`).join(', ');
  return [`  ${plural(total, 'object')} left out, because ${total === 1 ? 'it was' : 'they were'} erased: ${parts}`];
}

/** What no event is about: the next sweep finds it. */
function sweptLines(types: readonly VerifiedType[], named: (one: VerifiedType) => string): string[] {
  const swept = types.filter((one) => one.onlySwept > one.repaired);
  if (swept.length === 0) return [];
  const total = swept.reduce((sum, one) => sum + one.onlySwept, 0);
  const next = swept.flatMap(({ nextSweepAt }) => nextSweepAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  const when = next[0] === undefined ? 'no sweep is scheduled' : `next sweep ${moment(next[0], new Date())}`;
  const parts = swept.map((one) => `${named(one)} ${count(one.onlySwept)}`).join(', ');
  return [`  ${plural(total, 'row')} of types without events, ${when}: ${parts}`];
}

function notCheckedLines({ note, notChecked, notApplicable }: VerifiedType, name: string): string[] {
  const isNoted = note !== null && note !== 'stopped' && note !== 'too_many_parents';
  return [
    ...(isNoted ? [`  ${name}: ${noteTexts[note] ?? note}`] : []),
    ...notChecked.map(({ type, id, reason }) => `  ${name}: ${type} ${id} not checked. ${reason}`),
    ...notApplicable.map(({ type, id, reason }) => `  ${name}: ${type} ${id} not applicable. ${reason}`),
  ];
}

const noteTexts: Readonly<Record<string, string>> = {
  not_available: 'Stripe does not list this type for the account (not_available), but the mirror has rows of it.',
  no_permission: 'The key is not allowed to list this type (no_permission). Give it read access.',
};

function rowOf(one: VerifiedType, name: string): string[] {
  const { rows, missing, extra, different, repaired, provenAt } = one;
  const numbers = [rows, missing, extra, different].map(count);
  const open = differencesOf(one) > 0 ? 'not proven' : 'not checked';
  const proven = provenAt === null ? open : moment(provenAt, new Date());
  return [name, ...numbers, differencesOf(one) === 0 ? '–' : count(repaired), proven];
}

function nameOf({ type, account, livemode }: VerifiedType, several: boolean): string {
  const table = catalogOf(type)?.table ?? type;
  return several ? `${table} (${account} ${livemode ? 'live' : 'test'})` : table;
}

function summary(report: VerifyReport, repair: boolean): string {
  const { types, profiles, outcome, ms } = report;
  const found = types.reduce((sum, one) => sum + driftOf(one), 0) + (profiles?.wrong ?? 0);
  const repaired = types.reduce((sum, one) => sum + one.repaired, 0) + (profiles?.repaired ?? 0);
  const objects = types.reduce((sum, { rows }) => sum + rows, 0);
  const seconds = `${Math.max(1, Math.round(ms / 1_000))} s`;
  const of = `in ${plural(objects, 'object')}, ${seconds}`;
  switch (outcome) {
    case 'in_step':
      return `in step: no ${types.some((one) => one.onlySwept > 0) ? 'drift' : 'difference'} ${of}`;
    case 'unproven':
      return (
        `${plural(found, 'difference')} in ${plural(objects, 'object')}; ` +
        `${uncheckedText(types)} not checked (${seconds})`
      );
    case 'drift':
      if (!repair) return `drift: ${plural(found, 'difference')} ${of}; run lockstep verify --repair to fix`;
      return repaired >= found
        ? `in step after repair: ${plural(found, 'difference')} found ${of}`
        : `not in step: ${plural(found, 'difference')} found, ${count(repaired)} repaired ${of}`;
    default:
      return outcome satisfies never;
  }
}

/** "2 types, 1 object": what no comparison was made of. */
function uncheckedText(types: readonly VerifiedType[]): string {
  const whole = types.filter(({ note, provenAt }) => note !== null && note !== 'too_many_parents' && provenAt === null);
  const parts = types.reduce((sum, { notChecked }) => sum + notChecked.length, 0);
  return [
    ...(whole.length > 0 ? [plural(whole.length, 'type')] : []),
    ...(parts > 0 ? [plural(parts, 'object')] : []),
  ].join(', ');
}
