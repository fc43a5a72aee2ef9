import type { RefusedReport } from '../../../operate/refused.js';
import { withReports, type OperateOffline } from '../../operate.js';
import { age } from '../../terminal/age.js';
import { columns } from '../../terminal/columns.js';
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

function linesOf({ refused: { count: times, at }, accepted, ignored }: RefusedReport, now: Date): string[] {
  const last = at === null ? 'none' : `${count(times)}, the last ${age(at, now)} ago`;
  const isOpen = at !== null && accepted.some(({ at: taken }) => taken === null || taken < at);
  const ignoredRows = ignored.map(({ reason, account, events, lastAt, lastId, lastType }) => [
    `${roughly(events)} ${reasons[reason] ?? reason} (${account})`,
    `last ${age(lastAt, now)} ago: ${lastType} ${lastId}`,
  ]);
  return [
    `  refused   ${last}`,
    ...accepted.map(
      ({ account, at: taken }) => `  accepted  ${taken === null ? 'never' : `${age(taken, now)} ago`} for ${account}`,
    ),
    ...(ignored.length === 0
      ? ['  ignored   none']
      : ['  ignored', ...columns(ignoredRows).map((line) => `  ${line}`)]),
    ...(isOpen
      ? wrap(
          '  next  ',
          'compare STRIPE_WEBHOOK_SECRET with the signing secret of the endpoint; lockstep doctor looks at both',
        )
      : []),
    ...(ignored.length > 0 ? ['  next  lockstep events list --ignored lists them'] : []),
  ];
}
