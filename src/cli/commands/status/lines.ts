import type { CauseCounts } from '../../../listing/sweep-type.js';
import type { ProcessRow } from '../../../engine/process-record.js';
import type { DisabledEndpoint } from '../../../hooks/endpoints/endpoint-health.js';
import { DRIFT_DAYS } from '../../../operate/read-drift.js';
import type { SourceReport, TypeReport } from '../../../operate/source-report.js';
import type { StatusReport } from '../../../operate/status.js';
import { age, lasting } from '../../terminal/age.js';
import { causesText } from '../../terminal/cause-text.js';
import { roughly } from '../../terminal/roughly.js';
import { count, moment, plural, table } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

/** One screen for people: the headline, its reasons, the whole, and a table for each account. */
export function linesOf(report: StatusReport): string[] {
  const { sources } = report;
  return [
    ...wrap('  ', headline(report)),
    ...report.reasons.flatMap(({ text }) => wrap('  ! ', text)),
    '',
    ...wholeLines(report),
    ...sources.flatMap((source) => ['', ...sourceLines(source, report.at)]),
    ...(sources.length === 0 ? ['', '  No account yet. The first start of lockstep serve binds one.'] : []),
  ];
}

function headline({ state, since, at, provenAt, unproven, oldestAt, reasons }: StatusReport): string {
  const from = since === null ? '' : ` since ${moment(since, at)} (${age(since, at)})`;
  switch (state) {
    case 'in_step':
      return `in step${provenAt === null ? '' : `, proven ${age(provenAt, at)} ago`}`;
    case 'behind': {
      const oldest = oldestAt === null ? '' : ` (oldest ${age(oldestAt, at)})`;
      return `behind by ${roughly(unproven)} ${unproven.value === 1 ? 'object' : 'objects'}${oldest}`;
    }
    case 'not_proven':
      return `not proven${from}`;
    case 'degraded':
      return `degraded${from}: ${reasons.length === 1 ? '1 reason' : `${reasons.length} reasons`}`;
    default:
      return state satisfies never;
  }
}

function wholeLines(report: StatusReport): string[] {
  const { at, hooks, refused, quarantined, dead, sources } = report;
  const drift = sources.flatMap(({ types }) => types.map((type) => type.drift));
  const rows: [string, string][] = [
    ['waiting', waitingText(report)],
    ['dead letters', dead.value === 0 ? 'none' : `${roughly(dead)}; see lockstep dead`],
    ['hooks', hooksText(hooks, at)],
    ...hooks.disabled.map((endpoint): [string, string] => ['endpoint', endpointText(endpoint)]),
    ['changes', changesText(report.changes, at)],
    ['sweeps', sweepText(report, drift)],
    ...driftTexts(drift).map((text): [string, string] => ['drift', text]),
    [
      'webhooks',
      `${count(refused.count)} refused${refused.at === null ? '' : `, the last ${age(refused.at, at)} ago`}; ` +
        `${roughly(quarantined)} ignored`,
    ],
    ['workers', workersText(report.processes, at)],
    ['pace', report.pace === null ? 'unknown: no process runs' : paceText(report.pace)],
    ...(report.notMirrored.length === 0 ? [] : [['not mirrored', report.notMirrored.join(', ')] as [string, string]]),
    ...pausedTexts(report).map((text): [string, string] => ['paused', text]),
  ];
  return rows.flatMap(([label, text]) => wrap(`  ${label.padEnd(14)}`, text));
}

function pausedTexts({ paused, holds, at }: StatusReport): string[] {
  return [
    ...(paused === null ? [] : [`by lockstep, since ${moment(paused.since, at)}: ${paused.reason}`]),
    ...holds.map(({ account, by, reason, since, until }) => {
      const end = until === null ? '' : `, until ${moment(until, at)}`;
      return `${account} by ${by}, since ${moment(since, at)}${end}${reason === null ? '' : `: ${reason}`}`;
    }),
  ];
}

function waitingText({ unproven, dead, oldestAt, at, forecast }: StatusReport): string {
  if (unproven.value - dead.value <= 0) return 'nothing';
  const oldest = oldestAt === null ? '' : `, the oldest for ${age(oldestAt, at)}`;
  const waiting = { ...unproven, value: unproven.value - dead.value };
  return `${roughly(waiting)} ${waiting.value === 1 ? 'object' : 'objects'}${oldest}; ${forecastText(forecast)}`;
}

function forecastText({ seconds, because }: StatusReport['forecast']): string {
  switch (because) {
    case null:
      return `done in ${lasting(Math.max(1, seconds ?? 0))} at the earliest`;
    case 'paused':
      return 'not while proving is paused';
    case 'nobody_proves':
      return 'no process reads them';
    default:
      return because satisfies never;
  }
}

function hooksText({ waiting, dead, since }: StatusReport['hooks'], at: Date): string {
  if (waiting.value === 0) return 'nothing waits';
  const oldest = since === null ? '' : `, the oldest for ${age(since, at)}`;
  const given = dead.value === 0 ? '' : `; ${roughly(dead)} of them kept failing, see lockstep dead`;
  return `${roughly(waiting)} ${waiting.value === 1 ? 'run' : 'runs'} to make${oldest}${given}`;
}

/** What changes is kept for it, so it gets all of it later. */
function endpointText({ name, failingSince, disabledAt }: DisabledEndpoint): string {
  const failed = `it took no message for ${age(failingSince, disabledAt)}`;
  return `${name} is disabled: ${failed}. Its changes wait. Repair it, then run lockstep dead retry`;
}

/** Whether readers of the change feed get all that is proven, and if not, which transaction to end. */
function changesText({ heldSince, holder }: StatusReport['changes'], at: Date): string {
  if (heldSince === null) return 'readers see all of them';
  const held = `held back from readers for ${age(heldSince, at)}`;
  if (holder === null) return `${held} by a transaction that has just ended`;
  const { pid, gid, database, application, state, since } = holder;
  const facts = [
    ...(application === null ? [] : [application]),
    ...(state === null ? [] : [state]),
    ...(database === null ? [] : [`in database ${database}`]),
    ...(since === null ? [] : [`open for ${age(since, at)}`]),
  ];
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  if (gid !== null) return `${held} by the prepared transaction ${gid}${about}; end it with rollback prepared '${gid}'`;
  return `${held} by process ${pid}${about}; end it with select pg_terminate_backend(${pid})`;
}

function sweepText({ provenAt, at }: StatusReport, drift: readonly TypeReport['drift'][]): string {
  const proven =
    provenAt === null ? 'not every type was compared yet' : `every type was equal to Stripe ${age(provenAt, at)} ago`;
  const found = drift.reduce((sum, one) => sum + one.found, 0);
  const last = drift.reduce<Date | null>(
    (latest, { lastAt }) => (lastAt !== null && (latest === null || lastAt > latest) ? lastAt : latest),
    null,
  );
  const ago = last === null ? '' : `, the last ${age(last, at)} ago`;
  return `${proven}; drift in ${DRIFT_DAYS} days: ${found === 0 ? 'none' : `${count(found)} found and re-read${ago}`}`;
}

/** Why it drifted, and what is still not right. */
function driftTexts(drift: readonly TypeReport['drift'][]): string[] {
  const counts: CauseCounts = {};
  let open = 0;
  for (const one of drift.flatMap(({ causes }) => causes)) {
    counts[one.cause] = (counts[one.cause] ?? 0) + one.found;
    open += one.open;
  }
  const text = causesText(counts);
  if (text === '') return [];
  return [
    `in ${DRIFT_DAYS} days: ${text}; ${open === 0 ? 'all of it is repaired' : `${count(open)} not repaired yet`}`,
  ];
}

function workersText(processes: readonly ProcessRow[], at: Date): string {
  if (processes.length === 0) return 'none';
  const named = processes.slice(0, 3).map(({ host, pid, seenAt }) => `${host}:${pid} (${age(seenAt, at)} ago)`);
  const more = processes.length - named.length;
  return `${count(processes.length)}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function paceText({ perS, allowedPerS }: NonNullable<StatusReport['pace']>): string {
  return `${perS.toFixed(1)} of ${count(allowedPerS)} requests a second to Stripe, in the last minute`;
}

const EDGE_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

function sourceLines(source: SourceReport, at: Date): string[] {
  const { account, livemode, platform } = source;
  const through = platform === account ? '' : `, connected to ${platform}`;
  const shown = source.types.filter(isShown);
  const quiet = source.types.length - shown.length;
  return [
    `  ${account} (${livemode ? 'live' : 'test'} mode${through})`,
    ...wrap('  Stripe        ', stripeText(source.stripe, at)),
    ...wrap('  events        ', feedText(source, at)),
    '',
    ...(shown.length === 0 ? ['  no rows yet'] : typeTable(shown, at)),
    ...(quiet > 0 && shown.length > 0 ? [`  ${plural(quiet, 'other type')}: no rows`] : []),
  ];
}

function stripeText(stripe: SourceReport['stripe'], at: Date): string {
  if (stripe === null) return 'was not asked yet';
  if (stripe.reachable) return `answers, since ${moment(stripe.since, at)}`;
  return `does not answer since ${moment(stripe.since, at)}: ${stripe.reason ?? ''}`;
}

function feedText({ acceptedAt, polledAt, pollFailure, cursorAt }: SourceReport, at: Date): string {
  const webhook = acceptedAt === null ? 'no webhook yet' : `last webhook ${age(acceptedAt, at)} ago`;
  if (pollFailure !== null) return `${webhook}; the list of events cannot be read: ${pollFailure.reason}`;
  if (polledAt === null || cursorAt === null) return `${webhook}; the list of events was not read yet`;
  const days = Math.floor(EDGE_DAYS - (at.getTime() - cursorAt.getTime()) / DAY_MS);
  const edge = days > 0 ? `${plural(days, 'day')} before Stripe drops them` : 'Stripe has dropped some';
  return `${webhook}; listed ${age(polledAt, at)} ago up to ${age(cursorAt, at)} ago (${edge})`;
}

/** An account uses few of Stripe's types. */
function isShown({ rows, unproven, drift }: TypeReport): boolean {
  return rows.value > 0 || unproven.value > 0 || drift.found > 0 || drift.causes.length > 0;
}

function typeTable(types: readonly TypeReport[], at: Date): string[] {
  const rows = types.map(({ table: name, rows: all, unproven, oldestAt, provenAt, isListed, drift }) => [
    short(name),
    roughly(all),
    roughly(unproven),
    oldestAt === null ? '–' : age(oldestAt, at),
    provenAt === null ? (isListed ? 'never' : '–') : `${age(provenAt, at)} ago`,
    drift.found === 0 ? '–' : count(drift.found),
  ]);
  return table(['type', 'rows', 'unproven', 'oldest', 'proven', 'drift'], rows);
}

/** The longest names would make the table wider than a terminal. */
function short(name: string): string {
  return name.length <= NAME_MAX ? name : `${name.slice(0, NAME_MAX - 1)}…`;
}

const NAME_MAX = 32;
