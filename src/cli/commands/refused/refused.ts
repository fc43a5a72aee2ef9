import type { RefusalReason } from '../../../feeds/refusal.js';
import type { RefusedFor, RefusedReport } from '../../../operate/refused.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { age } from '../../terminal/age.js';
import { columns } from '../../terminal/columns.js';
import { refusalTexts } from '../../terminal/refusal-text.js';
import { roughly } from '../../terminal/roughly.js';
import { count } from '../../terminal/table.js';
import { wrap } from '../../terminal/wrap.js';

/** Shows what came and was not taken. */
export async function refused({ json, ...where }: OperateOffline & { json: boolean }): Promise<void> {
  const report = await withReports(where, (reports) => reports.refused());
  console.log(json ? JSON.stringify(report) : linesOf(report, new Date()).join('\n'));
}

const reasons: Readonly<Record<string, string>> = {
  account: 'of an account that is not mirrored',
  livemode: 'of the other mode',
  object: 'about nothing that could be mirrored',
};

/** What to look at, by the reason of the latest refused delivery. */
const nextSteps = {
  no_signature: 'a proxy may remove the header Stripe-Signature; or somebody else than Stripe sends them',
  old_signature: 'compare the clock of this machine with the time; lockstep doctor looks at it',
  wrong_signature:
    'compare STRIPE_WEBHOOK_SECRET with the signing secret of the endpoint; lockstep doctor looks at both',
  not_an_event: 'see what else is sent to this address with the secret of the endpoint',
  too_large: 'raise bodyMaxBytes if they are from Stripe',
} as const satisfies Record<RefusalReason, string>;

function linesOf(
  { refused: { count: times, at }, reasons: why, accepted, ignored }: RefusedReport,
  now: Date,
): string[] {
  const last = at === null ? 'none' : `${count(times)}, the last ${age(at, now)} ago`;
  const isOpen = at !== null && accepted.some(({ at: taken }) => taken === null || taken < at);
  const ignoredRows = ignored.map(({ reason, account, events, lastAt, lastId, lastType }) => [
    `${roughly(events)} ${reasons[reason] ?? reason} (${account})`,
    `last ${age(lastAt, now)} ago: ${lastType} ${lastId}`,
  ]);
  return [
    `  refused   ${last}`,
    ...columns(why.map((one) => refusedRow(one, now))).map((line) => `  ${line}`),
    ...accepted.map(
      ({ account, at: taken }) => `  accepted  ${taken === null ? 'never' : `${age(taken, now)} ago`} for ${account}`,
    ),
    ...(ignored.length === 0
      ? ['  ignored   none']
      : ['  ignored', ...columns(ignoredRows).map((line) => `  ${line}`)]),
    ...(isOpen ? wrap('  next  ', nextSteps[why[0]?.reason ?? 'wrong_signature']) : []),
    ...(ignored.length > 0 ? ['  next  lockstep events list --ignored lists them'] : []),
  ];
}

function refusedRow({ reason, count: times, lastAt, lastEvent }: RefusedFor, now: Date): string[] {
  const named = lastEvent === null ? '' : `, naming ${lastEvent}`;
  return [`${count(times)} ${refusalTexts[reason]}`, `last ${age(lastAt, now)} ago${named}`];
}
